/**
 * A whole run of finpipe: arguments in, exit code out. Takes everything from {@link Io}, so that it
 * fits in a test.
 */
import { type Command, CommanderError } from "commander";
import { paintOf } from "../lib/config/color.ts";
import { beneath, type EnvFiles, readEnvFiles } from "../lib/config/env_files.ts";
import { PLAIN } from "../lib/runtime/colors.ts";
import { CommandLines } from "../lib/runtime/command_lines.ts";
import type { Io } from "../lib/runtime/io.ts";
import { logFormat, logLevel } from "../lib/config/logging.ts";
import { Problems } from "../lib/config/problems.ts";
import type { ConfigSource } from "../lib/config/settings.ts";
import { createLogger, type Logger } from "../lib/runtime/log.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import type { CommandDefinition } from "./command.ts";
import { cannotTake } from "./refusals.ts";
import { reportFailure, reportUsage, sourceOf } from "./failure.ts";
import { runTelling } from "./notifying.ts";
import { StopNotice } from "../lib/runtime/stop_notice.ts";
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
  given: Io,
  commands: readonly Registration[] = COMMANDS,
): Promise<number> {
  let code = 0;
  let io = given;
  let files: EnvFiles = new Map();
  let unread: unknown;
  let log: Logger | undefined;
  let debug = false;
  let lines = new CommandLines(() => io.program, {});
  const paintErrors = () => paintOf({ env: io.env, flags: program.opts() }, io.stderr);
  let source = sourceOf(argv, io);
  const output = new OrderedOutput(io);
  const program = createProgram(commands, output, async (definition, args, command) => {
    const flags = command.optsWithGlobals();
    lines = new CommandLines(() => io.program, flags);
    if (unread !== undefined) throw unread;
    const config = configOf(definition, flags, io, files);
    source = config;
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
    code = await runTelling(definition, context, {
      name: command.name(),
      args,
      options: command.opts(),
    });
  }, async ({ envFile = [] }) => {
    try {
      files = await readEnvFiles(envFile as string[], io);
      io = beneath(io, files);
      source = sourceOf(argv, io);
    } catch (error) {
      // Help can be shown all the same, and what is wrong with the command line comes first.
      unread = error;
    }
  });
  try {
    try {
      refuseBroken(argv);
      await program.parseAsync([...argv], { from: "user" });
    } catch (error) {
      if (!(error instanceof CommanderError) || error.code !== VERSION_ASKED) throw error;
      output.out(await versionText(argv.includes("--json")));
    } finally {
      await output.written;
    }
  } catch (error) {
    await log?.flush();
    const context = { io, lines, source, debug, paint: paintErrors() };
    code = error instanceof CommanderError
      ? await reportUsage(error, calledOf(program.args, commands), output.unasked, context)
      : await reportFailure(error, context);
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

/** Writes help in the order in which it was handed over; `written` resolves after the last. */
class OrderedOutput implements HelpOutput {
  written = Promise.resolve();
  /** Help that was not asked for: shown together with the failure. */
  unasked = "";

  constructor(readonly io: Pick<Io, "stdout" | "stderr">) {}

  get width() {
    return { out: this.io.stdout.columns, err: this.io.stderr.columns };
  }

  out(text: string): void {
    this.written = this.written.then(() => this.io.stdout.write(text));
  }

  err(text: string): void {
    this.unasked += text;
  }
}

/** Where a command's settings come from. */
function configOf(
  { ignoresVariables = false }: CommandDefinition,
  flags: ConfigSource["flags"],
  { env }: Io,
  files: EnvFiles,
): ConfigSource & { problems: Problems } {
  if (ignoresVariables && flags.envFile !== undefined) {
    throw new FinpipeError("usage", "Cannot take --env-file: this command reads no variables", {
      hint: "Leave it out",
    });
  }
  const placeOf = (name: string) => files.get(name)?.place;
  return {
    env: ignoresVariables ? () => undefined : env,
    flags,
    placeOf,
    problems: new Problems(undefined, placeOf),
  };
}

/** Problems with the log's own settings are reported together with all other problems. */
function loggerOf(
  config: ConfigSource & { problems: Problems },
  io: Io,
  lines: CommandLines,
): Logger {
  const level = logLevel(config, config.problems);
  const says = level === "debug" || level === "info";
  const { quiet, logLevel: named } = config.flags;
  if (quiet === true && says && named !== undefined) {
    throw cannotTake("--quiet", `--log-level ${named}`);
  }
  return createLogger({
    // An option wins over a variable.
    level: quiet === true && says ? "warn" : level,
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

/** The command as the user typed it, or just finpipe where it is not a known command. */
function calledOf([first]: readonly string[], commands: readonly Registration[]): string {
  return commands.some(({ name }) => name === first) ? `finpipe ${first}` : "finpipe";
}
