/**
 * Writes manual pages, finpipe(1) and one for each command, from what `--help` is made from, the
 * settings' catalogue and the exit codes in README.md.
 *
 * Usage: deno run -A tools/man_pages.ts [FOLDER] The folder is made if it is absent (default:
 * dist/man/man1). SOURCE_DATE_EPOCH, in seconds, is the date on the pages (default: today).
 */
import type { Command, Help } from "commander";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createProgram } from "../commands/program.ts";
import type { CommandDefinition } from "../commands/command.ts";
import { COMMANDS } from "../commands/registry.ts";
import { CATALOGUE, mayBeFile } from "../lib/config/catalogue.ts";
import { VERSION } from "../lib/runtime/version.ts";
import { capitalized } from "../lib/runtime/words.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Texts of pages, by their file names. @param date as `2026-11-28` */
export async function manPages(date: string): Promise<Map<string, string>> {
  const program = createProgram(COMMANDS, { out() {}, err() {} }, () => Promise.resolve());
  const help = program.createHelp();
  const pages = new Map<string, string>();
  const shown = COMMANDS.filter(({ hidden }) => hidden !== true);
  for (const { name, load } of shown) {
    const command = program.commands.find((command) => command.name() === name)!;
    const { default: definition } = await load();
    definition.configure(command);
    pages.set(`finpipe-${name}.1`, commandPage(command, definition, help, date));
  }
  pages.set("finpipe.1", await programPage(program, help, date));
  return pages;
}

async function programPage(program: Command, help: Help, date: string): Promise<string> {
  const commands = help.visibleCommands(program).filter((command) => command.name() !== "help");
  return page("finpipe", date, [
    section("NAME", [text("finpipe - land payments events and build a mart from them")]),
    section("SYNOPSIS", [`${bold("finpipe")} [${italic("options")}] ${italic("command")} [...]`]),
    section("DESCRIPTION", [text(program.description())]),
    section(
      "COMMANDS",
      commands.flatMap((command) =>
        entry(bold(`finpipe-${command.name()}`) + "(1)", command.summary())
      ),
    ),
    section("OPTIONS", optionsOf(program, help)),
    section(
      "ENVIRONMENT",
      [
        text(
          "Options win over variables, variables over the files of --env-file, those over defaults.",
        ),
        ...CATALOGUE.filter(({ name }) => !name.startsWith("--")).flatMap((form) => {
          const ends = [
            form.byDefault === undefined ? "" : ` (default: ${form.byDefault})`,
            mayBeFile(form) ? `. Also ${form.name}_FILE, a file that holds it` : "",
            form.url === undefined ? "" : `; else ${form.url.airflow}`,
          ];
          return entry(bold(form.name), capitalized(form.meaning) + ends.join(""));
        }),
      ],
    ),
    section("EXIT STATUS", await exitCodes()),
    section("SEE ALSO", [
      `${commands.map((command) => `${bold(`finpipe-${command.name()}`)}(1)`).join(",\n")}`,
    ]),
  ]);
}

function commandPage(
  command: Command,
  { examples }: CommandDefinition,
  help: Help,
  date: string,
): string {
  const name = `finpipe-${command.name()}`;
  const args = help.visibleArguments(command);
  return page(name, date, [
    section("NAME", [text(`${name} - ${command.summary()}`)]),
    section("SYNOPSIS", [`${bold(`finpipe ${command.name()}`)} ${text(command.usage())}`]),
    section("DESCRIPTION", [text(command.description())]),
    section(
      "ARGUMENTS",
      args.flatMap((argument) =>
        entry(italic(help.argumentTerm(argument)), help.argumentDescription(argument))
      ),
    ),
    section("OPTIONS", [
      ...optionsOf(command, help),
      ".PP",
      `The options of all commands are in ${bold("finpipe")}(1).`,
    ]),
    section(
      "EXAMPLES",
      examples.flatMap(([line, does], index) => [
        // A section begins with a paragraph of its own.
        ...(index === 0 ? [] : [".PP"]),
        `${text(capitalized(does))}:`,
        ...code(line),
      ]),
    ),
    section("SEE ALSO", [`${bold("finpipe")}(1)`]),
  ]);
}

function optionsOf(command: Command, help: Help): string[] {
  return help.visibleOptions(command).flatMap((option) =>
    entry(bold(help.optionTerm(option)), help.optionDescription(option))
  );
}

/** The table of README.md, which is the one description of them. */
async function exitCodes(): Promise<string[]> {
  const readme = await Deno.readTextFile(join(ROOT, "README.md"));
  const table = readme.slice(readme.indexOf("\n## Exit codes"));
  const rows = table.matchAll(/^\| (\d[\d, ]*?) +\| (.*?) +\|$/gm);
  return [...rows].flatMap(([, codes, meaning]) =>
    entry(bold(codes!), meaning!.replaceAll("`", ""))
  );
}

function page(name: string, date: string, sections: string[]): string {
  const title = `.TH ${name.toUpperCase().replaceAll("-", "\\-")} 1 ${date} "finpipe ${VERSION}"`;
  const head = ['.\\" Made by tools/man_pages.ts: do not edit.', title];
  return `${[...head, ...sections.filter((section) => section !== "")].join("\n")}\n`;
}

/** Empty where there is nothing to say. */
function section(name: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [`.SH ${name}`, ...lines].join("\n");
}

function entry(term: string, about: string): string[] {
  return [".TP", term, text(about)];
}

function code(line: string): string[] {
  return [".PP", ".RS 4", ".nf", escaped(line).replace(REQUEST, "\\&"), ".fi", ".RE"];
}

function bold(words: string): string {
  return `\\fB${escaped(words)}\\fR`;
}

function italic(words: string): string {
  return `\\fI${escaped(words)}\\fR`;
}

/** Characters of a line, as far as words allow that. */
const WIDTH = 79;

/** The start of a line that would be a request. */
const REQUEST = /^(?=[.'])/;

/** A paragraph: lines are cut at words, and none is a request. */
function text(words: string): string {
  const lines: string[] = [];
  for (const word of words.trim().split(/\s+/).map(escaped)) {
    const line = lines.at(-1);
    if (line === undefined || line.length + word.length >= WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.map((line) => line.replace(REQUEST, "\\&")).join("\n");
}

/** Quotes and dashes are those that can be typed. */
function escaped(words: string): string {
  return words.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga").replaceAll("^", "\\(ha").replaceAll("~", "\\(ti");
}

function today(): string {
  const epoch = Deno.env.get("SOURCE_DATE_EPOCH");
  const now = epoch === undefined
    ? Temporal.Now.instant()
    : Temporal.Instant.fromEpochMilliseconds(Number(epoch) * 1000);
  return now.toZonedDateTimeISO("UTC").toPlainDate().toString();
}

if (import.meta.main) {
  const folder = Deno.args[0] ?? join(ROOT, "dist", "man", "man1");
  await Deno.mkdir(folder, { recursive: true });
  const pages = await manPages(today());
  for (const [name, text] of pages) await Deno.writeTextFile(join(folder, name), text);
  const message = `${pages.size} pages written to ${folder}: 'man ${join(folder, "finpipe.1")}'\n`;
  await Deno.stdout.write(new TextEncoder().encode(message));
}
