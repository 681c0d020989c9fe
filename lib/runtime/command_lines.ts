/**
 * Command lines that finpipe tells people to type. They work where they are typed: they name the
 * program as it is found from here, and repeat the options that said where this run works, and on
 * what.
 *
 * Texts name a command in quotes, as in `Run 'finpipe init'`, wherever they are made; the missing
 * options are filled in where the text is shown.
 */

import { FinpipeError } from "./errors.ts";

/**
 * Options that say where a run works, by commander's names. Variables need no repeating: they hold
 * for the next run, too.
 */
const PLACES = { envFile: "--env-file", engine: "--engine", workDir: "--work-dir" };

/**
 * Options that say what a run works on, for each command that takes them; the suggested command may
 * be another than this run's.
 */
const OBJECTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  stream: { topic: "--topic", group: "--group" },
  dump: { dataset: "--dataset" },
  load: { dataset: "--dataset" },
};

/** Finds a command in quotes. One that was completed before no longer matches. */
const QUOTED = /'finpipe ([a-z]+|--help)(?=([^']*))/g;
/** Commands that take no place: a demo always makes a new folder. */
const PLACELESS = ["--help", "demo"];

export class CommandLines {
  readonly #program: () => string;
  readonly #without: string;
  readonly #places: string;
  readonly #flags: Readonly<Record<string, unknown>>;

  /**
   * @param program what a person types to run finpipe, quoted for a shell
   * @param flags values of the options that were given, by commander's names
   * @param without variables that must not hold for the command @default none
   */
  constructor(
    program: () => string,
    flags: Readonly<Record<string, unknown>>,
    without: readonly string[] = [],
  ) {
    this.#program = program;
    this.#without = without.length === 0 ? "" : `env -u ${without.join(" -u ")} `;
    this.#flags = flags;
    this.#places = this.#given(PLACES);
  }

  /** What a person types to run finpipe. */
  get program(): string {
    return this.#program();
  }

  /** A whole line for a shell. @param command its name, arguments and options */
  of(command: string): string {
    return `${this.#without}${this.program}${this.#places} ${command}`;
  }

  /** Completes each command that a text names in quotes. */
  complete(text: string): string {
    return text.replace(
      QUOTED,
      (_, name, rest) => {
        if (PLACELESS.includes(name)) return `'${this.program} ${name}`;
        return `'${this.of(name)}${this.#given(OBJECTS[name] ?? {}, rest)}`;
      },
    );
  }

  /** The options that were given, as they are typed, except those that the line has already. */
  #given(options: Readonly<Record<string, string>>, rest = ""): string {
    return Object.entries(options)
      .flatMap(([name, option]) => [this.#flags[name]].flat().map((value) => ({ option, value })))
      .filter(({ option, value }) => typeof value === "string" && !rest.includes(option))
      .map(({ option, value }) => ` ${option} ${shellQuoted(String(value))}`).join("");
  }

  /** The same failure, with the commands of its hint completed. */
  completeHint(error: unknown): unknown {
    if (!(error instanceof FinpipeError) || error.hint === undefined) return error;
    const { kind, summary, list, hint, cause } = error;
    return new FinpipeError(kind, summary, { list, hint: this.complete(hint), cause });
  }
}

/**
 * A word quoted for a shell. In messages single quotes enclose whole commands, so words are put in
 * double quotes where that is enough.
 */
export function shellQuoted(word: string): string {
  if (/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(word)) return word;
  // POSIX has no other way to write a control character without sending it to the terminal.
  if (/\p{Cc}/u.test(word)) return `$'${escaped(word)}'`;
  if (/^[^"$`\\!]*$/.test(word)) return `"${word}"`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function escaped(word: string): string {
  return word.replaceAll(/[\\']/g, "\\$&").replaceAll(/\p{Cc}/gu, (char) => {
    const code = char.codePointAt(0)!.toString(16);
    return char < "\x80" ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}
