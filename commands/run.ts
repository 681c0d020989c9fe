/**
 * A whole run of finpipe: arguments in, exit code out. Takes everything from {@link Io}, so that it
 * fits in a test.
 */
import { type Command, CommanderError } from "commander";
import { type Paint, PLAIN } from "../lib/runtime/colors.ts";
import { CommandLines } from "../lib/runtime/command_lines.ts";
import {
  describeError,
  EXIT_CODES,
  exitCodeOf,
  FinpipeError,
  Interrupted,
} from "../lib/runtime/errors.ts";
import { type Io, isClosed } from "../lib/runtime/io.ts";
import { paintOf } from "../lib/config/color.ts";
import { logFormat, logLevel } from "../lib/config/logging.ts";
import { Problems } from "../lib/config/problems.ts";
import type { ConfigSource } from "../lib/config/settings.ts";
import { createLogger, type Logger } from "../lib/runtime/log.ts";
import { StopNotice } from "../lib/runtime/stop_notice.ts";
import { createProgram, type HelpOutput } from "./program.ts";
import { COMMANDS, type Registration } from "./registry.ts";
import { usageTextOf } from "./usage_text.ts";

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
  const paintErrors = () => paintOf({ env: io.env, flags: program.opts() }, io.stderr);
  const output = new OrderedOutput(io);
  const program = createProgram(commands, output, async (definition, args, command) => {
    const flags = command.optsWithGlobals();
    const env = definition.ignoresVariables === true ? () => undefined : io.env;
    const config = { env, flags, problems: new Problems() };
    lines = new CommandLines(() => io.program, flags);
    log = loggerOf(config, io, lines);
    debug = log.level === "debug";
    using stopNotice = new StopNotice(io.signal, log);
    const context = {
      io,
      log,
      config,
      stopNotice,
      paint: flags.json === true ? PLAIN : paintOf(config, io.stdout),
      json: flags.json === true,
      quiet: flags.quiet === true,
      lines,
      given: givenOptions(command),
    };
    code = (await definition.run(context, args, command.opts())) ?? 0;
  });
  try {
    try {
      refuseBroken(argv);
      await program.parseAsync([...argv], { from: "user" });
    } finally {
      await output.written;
    }
  } catch (error) {
    await log?.flush();
    code = error instanceof CommanderError
      ? await reportUsage(error, calledOf(program.args, commands), {
        io,
        lines,
        paint: paintErrors(),
      })
      : await report(error, io, { debug, lines, paint: paintErrors() });
  }
  await log?.flush();
  return code;
}

/**
 * Deno puts this character in place of what is not UTF-8: a file of that name would be another one.
 *
 * @throws FinpipeError of kind `usage`
 */
function refuseBroken(argv: readonly string[]): void {
  const broken = argv.find((arg) => arg.includes("\ufffd"));
  if (broken === undefined) return;
  throw new FinpipeError("usage", `Cannot read "${broken}" on the command line: it is not UTF-8`, {
    hint: "Name a file or folder whose name is UTF-8; 'stream --source -' reads stdin",
  });
}

/** Writes texts in the order in which they were handed over; `written` resolves after the last. */
class OrderedOutput implements HelpOutput {
  written = Promise.resolve();

  constructor(readonly io: Pick<Io, "stdout" | "stderr">) {}

  get width() {
    return { out: this.io.stdout.columns, err: this.io.stderr.columns };
  }

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
    paint: paintOf(config, io.stderr),
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
  { debug, lines, paint }: { debug: boolean; lines: CommandLines; paint: Paint },
): Promise<number> {
  // A reader such as head closes stdout when it has enough: that is no failure.
  if (isClosed(error)) return 0;
  // A failure caused by the stop is reported as the stop, not as a failure of its own.
  const stopped = io.signal.aborted ? io.signal.reason : undefined;
  const shown = stopped instanceof Interrupted && !(error instanceof FinpipeError)
    ? stopped
    : error;
  const text = lines.complete(describeError(shown, debug));
  await io.stderr.write(`${paint("bad", "finpipe:")} ${text}\n`);
  return exitCodeOf(shown, io.signal);
}

/** The command as the user typed it, or just finpipe where it is not a known command. */
function calledOf([first]: readonly string[], commands: readonly Registration[]): string {
  return commands.some(({ name }) => name === first) ? `finpipe ${first}` : "finpipe";
}

async function reportUsage(
  error: CommanderError,
  command: string,
  { io, lines, paint }: { io: Io; lines: CommandLines; paint: Paint },
): Promise<number> {
  if (error.exitCode === 0) return 0;
  if (error.code === "commander.help") return EXIT_CODES.usage;
  const { message, suggestion } = usageTextOf(error.message);
  const meant = suggestion === undefined ? "" : `${suggestion} `;
  const hint = lines.complete(`Run '${command} --help' to see what there is`);
  await io.stderr.write(
    `${paint("bad", "finpipe:")} ${message}\n  ${meant}${hint}\n`,
  );
  return EXIT_CODES.usage;
}
