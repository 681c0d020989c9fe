/** The command line as commander reads it: options, help, and the command that is called. */
import { Command, Option } from "commander";
import { LOG_LEVELS } from "../lib/runtime/log.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import { VERSION } from "../lib/runtime/version.ts";
import type { CommandDefinition, OptionValues } from "./command.ts";
import { cannotTake } from "./refusals.ts";
import type { Registration } from "./registry.ts";

/** Characters in a line of help, on any terminal: docs/cli.md is made from the help. */
const HELP_WIDTH = 100;

/** The one option that may be given several times. */
const ENV_FILE = "--env-file";

/** Where commander writes help to, without waiting. */
export interface HelpOutput {
  out(text: string): void;
  err(text: string): void;
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
    .version(VERSION)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false, helpWidth: HELP_WIDTH })
    .configureOutput({
      writeOut: (text) => output.out(text),
      writeErr: (text) => output.err(text),
      outputError: () => {},
      // Commander would ask the process's own streams, and making those takes a while.
      getOutHelpWidth: () => HELP_WIDTH,
      getErrHelpWidth: () => HELP_WIDTH,
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
    if (definition.examples.length > 0) {
      command.addHelpText("after", examplesText(definition.examples));
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
    .option("--no-color", "print without colors")
    .option("--retry-for <duration>", "how long to try an unreachable server (default: 60s)");
}

function examplesText(examples: CommandDefinition["examples"]): string {
  const lines = examples.map(([line, does]) => `  ${line}\n      ${does}`);
  return `\nExamples:\n${lines.join("\n")}`;
}
