/**
 * A whole run of finpipe: arguments in, exit code out. Takes everything from {@link Io}, so that it
 * fits in a test.
 */
import { type Command, CommanderError } from "commander";
import { CommandLines } from "../lib/runtime/command_lines.ts";
import {
  describeError,
  EXIT_CODES,
  exitCodeOf,
  FinpipeError,
  Interrupted,
} from "../lib/runtime/errors.ts";
import { type Io, isClosed } from "../lib/runtime/io.ts";
import { logFormat, logLevel } from "../lib/config/logging.ts";
import { Problems } from "../lib/config/problems.ts";
import type { ConfigSource } from "../lib/config/settings.ts";
import { createLogger, type Logger } from "../lib/runtime/log.ts";
import { capitalized } from "../lib/runtime/words.ts";
import { createProgram, type HelpOutput, VERSION_ASKED } from "./program.ts";
import { COMMANDS, type Registration } from "./registry.ts";
import { versionText } from "./version.ts";

/**
 * Runs one command line and returns the exit code; never throws and never exits.
 *
 * @param commands what can be called @default those of finpipe
 */
export async function run(
  argv: readonly string[],
  io: Io,
  commands: readonly Registration[] = COMMANDS,
): Promise<number> {
  let code = 0;
  let log: Logger | undefined;
  let debug = false;
  let lines = new CommandLines(() => io.program, {});
  const output = new OrderedOutput(io);
  const program = createProgram(commands, output, async (definition, args, command) => {
    const flags = command.optsWithGlobals();
    const env = definition.ignoresVariables === true ? () => undefined : io.env;
    const config = { env, flags, problems: new Problems() };
    lines = new CommandLines(() => io.program, flags);
    log = loggerOf(config, io, lines);
    debug = log.level === "debug";
    const context = {
      io,
      log,
      config,
      json: flags.json === true,
      quiet: flags.quiet === true,
      lines,
      given: givenOptions(command),
    };
    code = (await definition.run(context, args, command.opts())) ?? 0;
  });
  try {
    try {
      await program.parseAsync([...argv], { from: "user" });
    } catch (error) {
      if (!(error instanceof CommanderError) || error.code !== VERSION_ASKED) throw error;
      output.out(await versionText(argv.includes("--json")));
    } finally {
      await output.written;
    }
  } catch (error) {
    await log?.flush();
    code = error instanceof CommanderError
      ? await reportUsage(error, calledOf(program.args, commands), { io, lines })
      : await report(error, io, { debug, lines });
  }
  await log?.flush();
  return code;
}

/** Writes texts in the order in which they were handed over; `written` resolves after the last. */
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

/** Problems with the log's own settings are reported together with all other problems. */
function loggerOf(
  config: ConfigSource & { problems: Problems },
  io: Io,
  lines: CommandLines,
): Logger {
  const level = logLevel(config, config.problems);
  return createLogger({
    level: config.flags.quiet === true && level === "info" ? "warn" : level,
    format: logFormat(config, io.stderr.isTerminal, config.problems),
    output: io.stderr,
    now: io.now,
    lines,
  });
}

/** The options of the command itself, not of all commands, as words of a command line. */
function givenOptions(command: Command): string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    const value: unknown = command.getOptionValue(name);
    if (command.getOptionValueSource(name) !== "cli" || option.long == null) return [];
    return typeof value === "boolean" ? [option.long] : [option.long, String(value)];
  });
}

async function report(
  error: unknown,
  io: Io,
  { debug, lines }: { debug: boolean; lines: CommandLines },
): Promise<number> {
  // A reader such as head closes stdout when it has enough: that is no failure.
  if (isClosed(error)) return 0;
  // A failure caused by the stop is reported as the stop, not as a failure of its own.
  const stopped = io.signal.aborted ? io.signal.reason : undefined;
  const shown = stopped instanceof Interrupted && !(error instanceof FinpipeError)
    ? stopped
    : error;
  await io.stderr.write(`finpipe: ${lines.complete(describeError(shown, debug))}\n`);
  return exitCodeOf(shown, io.signal);
}

/** The command as the user typed it, or just finpipe where it is not a known command. */
function calledOf([first]: readonly string[], commands: readonly Registration[]): string {
  return commands.some(({ name }) => name === first) ? `finpipe ${first}` : "finpipe";
}

async function reportUsage(
  error: CommanderError,
  command: string,
  { io, lines }: { io: Io; lines: CommandLines },
): Promise<number> {
  if (error.exitCode === 0) return 0;
  if (error.code === "commander.help") return EXIT_CODES.usage;
  const [message, suggestion] = error.message.replace(/^error: /, "").split("\n");
  const hint = lines.complete(`Run '${command} --help' to see what there is`);
  const meant = suggestion === undefined ? "" : `${suggestion.replace(/^\((.*)\)$/, "$1")} `;
  await io.stderr.write(`finpipe: ${capitalized(message!)}\n  ${meant}${hint}\n`);
  return EXIT_CODES.usage;
}
