/** The command line as commander reads it: options, help, and the command that is called. */
import { Command, CommanderError, Help, Option } from "commander";
import { COLOR_CHOICES } from "../lib/config/color.ts";
import { LOG_LEVELS } from "../lib/runtime/log.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import type { CommandDefinition, OptionValues } from "./command.ts";
import { cannotTake } from "./refusals.ts";
import type { Registration } from "./registry.ts";

/** Characters in a line of help, at most and where no terminal says less: docs/cli.md is made from the help. */
const HELP_WIDTH = 100;
/** Text in fewer characters is harder to read than text that the terminal breaks. */
const LEAST_TEXT = 16;

/** The one option that may be given several times. */
const ENV_FILE = "--env-file";

/** The code of the CommanderError that `--version` ends the reading of a command line with. */
export const VERSION_ASKED = "finpipe.version";

/** Where commander writes help to, without waiting. */
export interface HelpOutput {
  out(text: string): void;
  err(text: string): void;
  /** Characters of a line of each. @default undefined: no terminal says how many */
  width?: { out: number | undefined; err: number | undefined };
}

/** Runs the command that was called, with its arguments as they were typed. */
type Action = (
  definition: CommandDefinition,
  args: readonly (string | undefined)[],
  command: Command,
) => Promise<void>;

/**
 * The program with its commands. A command gets its options when it is loaded, that is, called.
 *
 * @param beforeCommand is given the options of all commands, before those of the command are read
 */
export function createProgram(
  commands: readonly Registration[],
  output: HelpOutput,
  action: Action,
  beforeCommand: (globals: OptionValues) => Promise<void> = () => Promise.resolve(),
): Command {
  const program = new Command("finpipe")
    .description(
      "Lands the events of a payments service, each once, and builds a mart from them, day by day.",
    )
    .exitOverride()
    .configureHelp({
      showGlobalOptions: true,
      sortSubcommands: false,
      minWidthToWrap: LEAST_TEXT,
    })
    .configureOutput({
      writeOut: (text) => output.out(text),
      writeErr: (text) => output.err(text),
      outputError: () => {},
      // Commander would ask the process's own streams, and making those takes a while.
      getOutHelpWidth: () => widthOf(output.width?.out),
      getErrHelpWidth: () => widthOf(output.width?.err),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .helpCommand(false)
    .addHelpText("after", "\nTry it with nothing set up: finpipe demo");
  addGlobalOptions(program);
  refuseTwice(program);
  for (const { name, summary, hidden = false } of commands) {
    program.command(name, { hidden }).summary(summary);
  }
  addHelpCommand(program, commands);
  for (const command of program.commands) command.copyInheritedSettings(program);
  program.hook("preSubcommand", async (_program, command) => {
    const registration = commands.find(({ name }) => name === command.name());
    await beforeCommand(program.opts());
    if (registration === undefined) return;
    const { default: definition } = await registration.load();
    if (registration.noJson === true && program.opts().json === true) {
      throw cannotTake("--json", registration.name, "It prints no JSON: leave it out");
    }
    definition.configure(command);
    refuseTwice(command);
    command.description(unwrapped(command.description()));
    if (definition.examples.length > 0) {
      command.addHelpText("after", ({ error }) => {
        const width = error ? widthOf(output.width?.err) : widthOf(output.width?.out);
        return examplesText(definition.examples, width);
      });
    }
    command.action(async (...given: unknown[]) => {
      // A variadic argument comes as an array: its values are the rest of the arguments.
      const args = given.slice(0, -2).flat() as (string | undefined)[];
      await action(definition, args, command);
    });
  });
  return program;
}

/** Commander's own help command would not load the command whose help it shows. */
function addHelpCommand(program: Command, commands: readonly Registration[]): void {
  program.command("help")
    .summary("show help for a command")
    .argument("[command]")
    .action(async (name?: string) => {
      if (name === undefined) program.help();
      const isKnown = commands.some((registration) => registration.name === name);
      await program.parseAsync(isKnown ? [name, "--help"] : [name], { from: "user" });
    });
}

/** Lines that were broken by hand are broken again for the terminal; paragraphs stay. */
function unwrapped(text: string): string {
  return text.replaceAll(/(?<!\.)\n/g, " ");
}

/** Of an option with one value, given twice, one value would be ignored. */
function refuseTwice(command: Command): void {
  for (const option of command.options) {
    if (!option.required || option.variadic || option.long === ENV_FILE) continue;
    let isGiven = false;
    command.on(`option:${option.name()}`, () => {
      if (isGiven) {
        throw new FinpipeError("usage", `Cannot take ${option.long} twice`, {
          hint: "Leave one of the two out",
        });
      }
      isGiven = true;
    });
  }
}

function addGlobalOptions(program: Command): void {
  program
    .option("-V, --version", "print the version, the commit and the version of Deno")
    .on("option:version", () => {
      // Commander's own version is a text that is known before; the commit is looked up when asked for.
      throw new CommanderError(0, VERSION_ASKED, "");
    })
    .addOption(new Option("--engine <engine>", "force an engine").choices(["embedded", "remote"]))
    .option("--work-dir <dir>", "partition files and the embedded engine (default: ./finpipe-data)")
    .addOption(new Option("--log-level <level>", "(default: info)").choices(LOG_LEVELS))
    .addOption(
      new Option("--log-format <format>", "auto: text on a terminal, JSON otherwise").choices([
        "auto",
        "text",
        "json",
      ]),
    )
    .addOption(
      new Option(
        `${ENV_FILE} <file>`,
        "read variables from a file, if they are not set; repeatable",
      )
        .argParser((path, before: string[] = []) => [...before, path]),
    )
    .option("--json", "print the result as JSON")
    .option("--quiet", "log warnings and errors only")
    .addOption(
      new Option("--color <when>", "auto: on a terminal, unless NO_COLOR is set (default: auto)")
        .choices(COLOR_CHOICES),
    )
    .option("--no-color", "the same as --color never")
    .option("--retry-for <duration>", "how long to try an unreachable server (default: 60s)");
}

/** Characters of a line of help on a terminal with so many. */
function widthOf(columns = HELP_WIDTH): number {
  return Math.min(HELP_WIDTH, columns);
}

/** Command lines stand as they are typed, what they do is broken where the terminal ends. */
function examplesText(examples: CommandDefinition["examples"], width: number): string {
  const indent = " ".repeat(6);
  const wrapped = (text: string) =>
    new Help().boxWrap(text, width - indent.length).replaceAll("\n", `\n${indent}`);
  const lines = examples.map(([line, does]) => `  ${line}\n${indent}${wrapped(does)}`);
  return `\nExamples:\n${lines.join("\n")}`;
}
