/** The command line as commander reads it: options, help, and the command that is called. */
import { Command, CommanderError, Option } from "commander";
import { LOG_LEVELS } from "../lib/runtime/log.ts";
import type { CommandDefinition } from "./command.ts";
import type { Registration } from "./registry.ts";

/** Characters in a line of help, on any terminal: docs/cli.md is made from the help. */
const HELP_WIDTH = 100;

/** The code of the CommanderError that `--version` ends the reading of a command line with. */
export const VERSION_ASKED = "finpipe.version";

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

/** The program with its commands. A command gets its options when it is loaded, that is, called. */
export function createProgram(
  commands: readonly Registration[],
  output: HelpOutput,
  action: Action,
): Command {
  const program = new Command("finpipe")
    .description(
      "Lands the events of a payments service, each once, and builds a mart from them, day by day.",
    )
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
  for (const { name, summary } of commands) program.command(name).summary(summary);
  addHelpCommand(program, commands);
  for (const command of program.commands) command.copyInheritedSettings(program);
  program.hook("preSubcommand", async (_program, command) => {
    const registration = commands.find(({ name }) => name === command.name());
    if (registration === undefined) return;
    const { default: definition } = await registration.load();
    definition.configure(command);
    command.addHelpText("after", examplesText(definition.examples));
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
    .option("--json", "print the result as JSON")
    .option("--quiet", "log warnings and errors only")
    .option("--no-color", "print without colors")
    .option("--retry-for <duration>", "how long to try an unreachable server (default: 60s)");
}

function examplesText(examples: CommandDefinition["examples"]): string {
  const lines = examples.map(([line, does]) => `  ${line}\n      ${does}`);
  return `\nExamples:\n${lines.join("\n")}`;
}
