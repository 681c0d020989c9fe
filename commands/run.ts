/**
 * A whole run of finpipe: arguments in, exit code out. Takes everything from {@link Io}, so that it
 * fits in a test.
 */
import { Command, CommanderError, Option } from "commander";
import { describeError, EXIT_CODES, FinpipeError, Interrupted } from "../lib/runtime/errors.ts";
import { type Io, isClosed } from "../lib/runtime/io.ts";
import { logFormat, logLevel } from "../lib/runtime/config/logging.ts";
import type { ConfigSource } from "../lib/runtime/config/settings.ts";
import { createLogger, LOG_LEVELS, type Logger } from "../lib/runtime/log.ts";
import { VERSION } from "../lib/runtime/version.ts";
import { capitalized } from "../lib/runtime/words.ts";
import type { CommandDefinition } from "./command.ts";
import { COMMANDS } from "./registry.ts";

/** Characters of a line of help, wherever it is shown: docs/cli.md is made of it. */
const HELP_WIDTH = 100;

/** Runs one command line and returns the exit code; never throws and never exits. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let code = 0;
  let log: Logger | undefined;
  let debug = false;
  const output = new OrderedOutput(io);
  const program = createProgram(output, async (definition, args, command) => {
    const flags = command.optsWithGlobals();
    const config = { env: io.env, flags };
    log = loggerOf(config, io);
    debug = log.level === "debug";
    const context = { io, log, config, json: flags.json === true, quiet: flags.quiet === true };
    code = (await definition.run(context, args, command.opts())) ?? 0;
  });
  try {
    try {
      await program.parseAsync([...argv], { from: "user" });
    } finally {
      await output.written;
    }
  } catch (error) {
    await log?.flush();
    code = error instanceof CommanderError
      ? await reportUsage(error, program.args[0], io)
      : await report(error, io, debug);
  }
  await log?.flush();
  return code;
}

/** Where commander writes help to, without waiting. */
export interface HelpOutput {
  out(text: string): void;
  err(text: string): void;
}

/** Writes in order what is handed over synchronously; `written` is the end of it. */
class OrderedOutput implements HelpOutput {
  written = Promise.resolve();

  constructor(readonly io: Pick<Io, "stdout" | "stderr">) {}

  out(text: string): void {
    this.written = this.written.then(() => this.io.stdout.write(text));
  }

  err(text: string): void {
    this.written = this.written.then(() => this.io.stderr.write(text));
  }
}

type Action = (
  definition: CommandDefinition,
  args: readonly (string | undefined)[],
  command: Command,
) => Promise<void>;

/** The program with all its commands; the one that is called gets its options when it is loaded. */
export function createProgram(output: HelpOutput, action: Action): Command {
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
      // Commander would ask the process's own streams, which take a while to be made.
      getOutHelpWidth: () => HELP_WIDTH,
      getErrHelpWidth: () => HELP_WIDTH,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .helpCommand(false)
    .addHelpText("after", "\nTry it with nothing set up: finpipe demo");
  addGlobalOptions(program);
  for (const { name, summary } of COMMANDS) program.command(name).summary(summary);
  addHelpCommand(program);
  for (const command of program.commands) command.copyInheritedSettings(program);
  program.hook("preSubcommand", async (_program, command) => {
    const registration = COMMANDS.find(({ name }) => name === command.name());
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

/** Commander's own would not load the command that it shows the help of. */
function addHelpCommand(program: Command): void {
  program.command("help")
    .summary("show help for a command")
    .argument("[command]")
    .action(async (name?: string) => {
      if (name === undefined) program.help();
      const isKnown = COMMANDS.some((registration) => registration.name === name);
      await program.parseAsync(isKnown ? [name, "--help"] : [name], { from: "user" });
    });
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
    .option("--json", "print the result as JSON")
    .option("--quiet", "print warnings and errors only")
    .option("--no-color", "print without colors")
    .option("--retry-for <duration>", "how long to try an unreachable server (default: 60s)");
}

function examplesText(examples: CommandDefinition["examples"]): string {
  const lines = examples.map(([line, does]) => `  ${line}\n      ${does}`);
  return `\nExamples:\n${lines.join("\n")}`;
}

function loggerOf(config: ConfigSource, io: Io): Logger {
  const level = logLevel(config);
  return createLogger({
    level: config.flags.quiet === true && level === "info" ? "warn" : level,
    format: logFormat(config, io.stderr.isTerminal),
    output: io.stderr,
    now: io.now,
  });
}

async function report(error: unknown, io: Io, debug: boolean): Promise<number> {
  // Whoever closes stdout, as head does, has had enough: that is no failure.
  if (isClosed(error)) return 0;
  // A failure that came of stopping is the stop, not a failure of its own.
  const stopped = io.signal.aborted ? io.signal.reason : undefined;
  const shown = stopped instanceof Interrupted && !(error instanceof FinpipeError)
    ? stopped
    : error;
  await io.stderr.write(`finpipe: ${describeError(shown, debug)}\n`);
  if (shown instanceof FinpipeError || shown instanceof Interrupted) return shown.exitCode;
  return EXIT_CODES.failed;
}

/** @param called the first argument, which may be a command's name */
async function reportUsage(
  error: CommanderError,
  called: string | undefined,
  io: Io,
): Promise<number> {
  if (error.exitCode === 0) return 0;
  if (error.code === "commander.help") return EXIT_CODES.usage;
  const [message, suggestion] = error.message.replace(/^error: /, "").split("\n");
  const command = COMMANDS.some(({ name }) => name === called) ? `finpipe ${called}` : "finpipe";
  const hint = `Run '${command} --help' for what there is`;
  const meant = suggestion === undefined ? "" : `${suggestion.replace(/^\((.*)\)$/, "$1")} `;
  await io.stderr.write(`finpipe: ${capitalized(message!)}\n  ${meant}${hint}\n`);
  return EXIT_CODES.usage;
}
