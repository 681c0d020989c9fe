/**
 * Files of variables, for `--env-file`: `NAME=value` lines in the format that Node.js reads
 * (`util.parseEnv`). Docker and systemd read plain files of this kind, too: what one of these
 * programs would cut or lose silently is refused.
 */
import { parseEnv } from "node:util";
import { Problems, type Report } from "./problems.ts";
import type { Io } from "../runtime/io.ts";
import { readSettingFile } from "./setting_file.ts";

/** A variable of a file. */
export interface FileVariable {
  value: string;
  /** As messages say it: `prod.env, line 3`. */
  place: string;
}

/** What files say, by name. */
export type EnvFiles = ReadonlyMap<string, FileVariable>;

/** A name, and what stands behind its `=`. */
const LINE = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)$/s;
const QUOTES = `"'\``;

/**
 * Reads the files: a later one wins over an earlier one, and what is set already over both.
 *
 * @throws FinpipeError of kind `configuration` that names every file that cannot be read, and every
 * line that is no variable; it quotes no line, as that may hold a secret
 */
export async function readEnvFiles(
  paths: readonly string[],
  { env }: Pick<Io, "env">,
): Promise<EnvFiles> {
  const problems = new Problems();
  const report = problems.of("--env-file");
  const found = new Map<string, FileVariable>();
  for (const path of paths) {
    const text = await readSettingFile(path, report);
    for (const [name, variable] of variablesOf(text ?? "", path, report)) {
      if (env(name) === undefined) found.set(name, variable);
    }
  }
  problems.throwIfAny();
  return found;
}

/** The same, with these variables, too. */
export function beneath(io: Io, files: EnvFiles): Io {
  if (files.size === 0) return io;
  // Not a copy: what an Io gets by asking is not to be asked before somebody wants to know.
  return Object.create(io, {
    env: { value: (name: string) => files.has(name) ? files.get(name)!.value : io.env(name) },
    envNames: { value: () => [...new Set([...io.envNames(), ...files.keys()])] },
  });
}

function* variablesOf(
  text: string,
  path: string,
  report: Report,
): Generator<[name: string, variable: FileVariable]> {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const first = index;
    if (/^\s*(#|$)/.test(lines[first]!)) continue;
    const refuse = (what: string, mend: string) =>
      report(`"${path}", line ${first + 1}: ${what}`, mend);
    const [, name, begin = ""] = LINE.exec(lines[first]!) ?? [];
    if (name === undefined) {
      refuse("it is not NAME=value", "Write a variable on each line, or a comment after #");
      continue;
    }
    const last = QUOTES.includes(begin.charAt(0) || " ") ? lastLineOf(lines, first, begin) : first;
    const problem = last === undefined
      ? UNCLOSED
      : problemOf(lines.slice(first, last + 1).join("\n"));
    if (problem !== undefined) refuse(...problem);
    if (last === undefined) continue;
    const value = parseEnv(lines.slice(first, last + 1).join("\n"))[name] ?? "";
    yield [name, { value, place: `${path}, line ${first + 1}` }];
    index = last;
  }
}

type Problem = [what: string, mend: string];

const UNCLOSED: Problem = ["its quote is not closed", "Close it, or put the value in other quotes"];
const HASH: Problem = [
  "a # stands in a value without quotes: to Docker and systemd it belongs to the value, to Node.js " +
  "it begins a comment",
  "Put the value in quotes, and a comment on a line of its own",
];
const REST: Problem = [
  "there is text after the closing quote",
  "Put all of the value in quotes, and a comment on a line of its own",
];

/** The line on which the value's quote is closed; undefined where that is none. */
function lastLineOf(lines: readonly string[], first: number, begin: string): number | undefined {
  const quote = begin.charAt(0);
  if (begin.indexOf(quote, 1) > 0) return first;
  const more = lines.findIndex((line, index) => index > first && line.includes(quote));
  return more === -1 ? undefined : more;
}

/** What the programs would not read alike. */
function problemOf(entry: string): Problem | undefined {
  const value = LINE.exec(entry)?.[2] ?? "";
  const quote = value.charAt(0);
  if (!QUOTES.includes(quote || " ")) return value.includes("#") ? HASH : undefined;
  const rest = value.slice(value.indexOf(quote, 1) + 1);
  return rest.trim() === "" ? undefined : REST;
}
