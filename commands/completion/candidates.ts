/**
 * What may stand at the end of a command line, from the one description of the commands. Every shell
 * asks this: its own script only hands words over and candidates back.
 */
import type { Argument, Command, Option } from "commander";
import { STEPS } from "../../lib/steps/registry.ts";
import { SHELLS } from "./shells.ts";

/** Something that can be typed, and what it is. */
export interface Candidate {
  text: string;
  about?: string | undefined;
}

/** What can be typed; with `paths` also files or folders, which shells complete themselves. */
export interface Completion {
  candidates: Candidate[];
  paths?: "files" | "dirs";
}

/** Dates that exist: of the data, or of the runs that processed it. Each asked for only where wanted. */
export type KnownDates = (
  kind: "data" | "run",
  flags: Readonly<Record<string, string[]>>,
) => Promise<string[]>;

export interface CompletionDeps {
  /** The program; its commands have no options yet. */
  program: Command;
  /** Gives a command its arguments and options. */
  configure: (command: Command) => Promise<void>;
  dates: KnownDates;
}

/** @param words after the name of the program; the last one is not finished, and may be empty */
export async function complete(
  words: readonly string[],
  { program, configure, dates }: CompletionDeps,
): Promise<Completion> {
  const typed = words.at(-1) ?? "";
  // bash takes a = for a word of its own.
  const current = typed === "=" ? "" : typed;
  const line = await readLine(joined(words.slice(0, -1)), program, configure);
  if (line.isUnknown) return { candidates: [] };
  const of = (kind: "data" | "run") => dates(kind, line.values);
  const place = { command: line.command?.name(), word: current, of };
  if (line.pending !== undefined) return matching(await valuesOf(line.pending, place), current);
  const [, name, value] = line.isOver ? [] : /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
  if (name !== undefined) {
    const option = optionNamed(line.options, name);
    if (option === undefined || !takesValue(option)) return { candidates: [] };
    const found = matching(await valuesOf(option, { ...place, word: value! }), value!);
    const candidates = found.candidates.map(({ text, about }) => ({
      text: `${name}=${text}`,
      about,
    }));
    return { ...found, candidates };
  }
  if (current.startsWith("-") && !line.isOver) return matching(optionsOf(line), current);
  if (line.command === undefined) return matching(commandsOf(program), current);
  const { registeredArguments: all } = line.command;
  const last = all.at(-1);
  const argument = all[line.position] ?? (last?.variadic ? last : undefined);
  if (argument === undefined) return { candidates: [] };
  return matching(await argumentValues(argument, program, place), current);
}

interface Line {
  command: Command | undefined;
  /** Those that the command takes, and those of all commands. */
  options: readonly Option[];
  given: Set<Option>;
  /** Values of options, by their long names. */
  values: Record<string, string[]>;
  /** The option whose value comes next. */
  pending: Option | undefined;
  /** Arguments so far, without the command. */
  position: number;
  /** After `--` nothing is an option. */
  isOver: boolean;
  /** The command is none: nothing is known of what follows it. */
  isUnknown: boolean;
}

async function readLine(
  words: readonly string[],
  program: Command,
  configure: (command: Command) => Promise<void>,
): Promise<Line> {
  const line: Line = {
    command: undefined,
    options: program.options,
    given: new Set(),
    values: {},
    pending: undefined,
    position: 0,
    isOver: false,
    isUnknown: false,
  };
  const give = (option: Option, value: string) =>
    (line.values[option.long ?? ""] ??= []).push(value);
  for (const word of words) {
    if (line.pending !== undefined) {
      give(line.pending, word);
      line.pending = undefined;
    } else if (word === "--" && !line.isOver) {
      line.isOver = true;
    } else if (word.startsWith("-") && word !== "-" && !line.isOver) {
      const [name, ...value] = word.split("=");
      const option = optionNamed(line.options, name!);
      if (option === undefined) continue;
      line.given.add(option);
      if (!takesValue(option)) continue;
      if (word.includes("=")) give(option, value.join("="));
      else line.pending = option;
    } else if (line.command === undefined) {
      line.command = program.commands.find((command) => command.name() === word);
      if (line.command === undefined) return { ...line, isUnknown: true };
      await configure(line.command);
      line.options = [...line.command.options, ...program.options];
    } else {
      line.position++;
    }
  }
  return line;
}

/** bash takes `--format=csv` for three words: without the middle one it is as with a space. */
function joined(words: readonly string[]): string[] {
  const found: string[] = [];
  for (const word of words) {
    if (word !== "=" || found.at(-1)?.startsWith("--") !== true) found.push(word);
  }
  return found;
}

function optionNamed(options: readonly Option[], name: string): Option | undefined {
  return options.find(({ long, short }) => name === long || name === short);
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

function optionsOf({ options, given }: Line): Completion {
  const open = options.filter((option) =>
    !option.hidden && (!given.has(option) || isRepeatable(option))
  );
  const candidates = open.map(({ long, description }) => ({ text: long!, about: description }));
  return { candidates: [...candidates, { text: "--help", about: "display help for command" }] };
}

function isRepeatable({ long }: Option): boolean {
  return long === "--env-file";
}

function commandsOf(program: Command): Completion {
  const shown = program.createHelp().visibleCommands(program);
  return {
    candidates: shown.map((command) => ({ text: command.name(), about: command.summary() })),
  };
}

/** Where a value stands, and what of it there is. */
interface Place {
  command: string | undefined;
  word: string;
  of: (kind: "data" | "run") => Promise<string[]>;
}

const STEP_NAMES = STEPS.map(({ name }) => name);
/** Commands that count in the dates of runs; the others count in those of the data. */
const BY_RUN = [...STEP_NAMES, "backfill", "status"];

/** What stands for a value in the help, and what that may be; the first that fits. */
const VALUES: readonly [
  pattern: RegExp,
  values: (place: Place) => Completion | Promise<Completion>,
][] = [
  [/^stream --source /, () => withFiles("kafka", "-")],
  [/^emit --to /, () => withFiles("kafka", "-")],
  [/^\S* --\S+ <file>$/, () => withFiles()],
  [/^\S* --\S+ <dir>$/, () => ({ candidates: [], paths: "dirs" })],
  [/^backfill --(only|from-step) /, () => plain(STEP_NAMES)],
  // Of those that are still to be made, none exists.
  [/^emit --dates /, () => plain([])],
  [/^rejected --day /, () => plain([])],
  [/ <date>/, async ({ of }) => plain(await of("data"))],
];

async function valuesOf(option: Option, place: Place): Promise<Completion> {
  if (option.argChoices !== undefined) return plain(option.argChoices);
  const text = `${place.command ?? ""} ${option.flags}`;
  const values = VALUES.find(([pattern]) => pattern.test(text))?.[1];
  return values === undefined ? plain([]) : await values(place);
}

async function argumentValues(
  argument: Argument,
  program: Command,
  place: Place,
): Promise<Completion> {
  if (argument.argChoices !== undefined) return plain(argument.argChoices);
  const { command, word, of } = place;
  if (command === "help") return commandsOf(program);
  if (command === "completions") return plain(SHELLS);
  const kind = BY_RUN.includes(command ?? "") ? "run" : "data";
  if (argument.name() === "run_date") return plain(await of(kind));
  if (argument.name() === "from..to") return plain(rangesOf(await of(kind), word));
  return plain([]);
}

/** Single dates; after `FROM..` the ranges that begin there. */
function rangesOf(dates: readonly string[], word: string): string[] {
  const [, from] = /^(.+)\.\./.exec(word) ?? [];
  return from === undefined
    ? [...dates]
    : dates.filter((to) => to >= from).map((to) => `${from}..${to}`);
}

function plain(texts: readonly string[]): Completion {
  return { candidates: texts.map((text) => ({ text })) };
}

function withFiles(...texts: string[]): Completion {
  return { ...plain(texts), paths: "files" };
}

function matching(completion: Completion, word: string): Completion {
  const candidates = completion.candidates.filter(({ text }) => text.startsWith(word));
  return { ...completion, candidates };
}
