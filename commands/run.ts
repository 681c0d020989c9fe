/**
 * A whole run of finpipe: arguments in, exit code out. Takes everything from {@link Io}, so that it
 * fits in a test.
 */
import { type Command, CommanderError } from "commander";
import { beneath, type EnvFiles, readEnvFiles } from "../lib/config/env_files.ts";
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
import { createProgram, type HelpOutput } from "./program.ts";
import { COMMANDS, type Registration } from "./registry.ts";

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
      await program.parseAsync([...argv], { from: "user" });
    } finally {
      await output.written;
    }
  } catch (error) {
    await log?.flush();
    const context = { io, lines, source, debug };
    code = error instanceof CommanderError
      ? await reportUsage(error, calledOf(program.args, commands), output.unasked, context)
      : await reportFailure(error, context);
  }
  await log?.flush();
  return code;
}

/** Writes help in the order in which it was handed over; `written` resolves after the last. */
class OrderedOutput implements HelpOutput {
  written = Promise.resolve();
  /** Help that was not asked for: shown together with the failure. */
  unasked = "";

  constructor(readonly io: Pick<Io, "stdout">) {}

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
