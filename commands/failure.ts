/** How a run that fails says so on stderr: as text, or as one JSON object where the log is JSON. */
import type { CommanderError } from "commander";
import { givenLogFormat, isLogFormat, logFormat } from "../lib/config/logging.ts";
import { Problems } from "../lib/config/problems.ts";
import type { ConfigSource } from "../lib/config/settings.ts";
import type { CommandLines } from "../lib/runtime/command_lines.ts";
import {
  causesOf,
  describeError,
  EXIT_CODES,
  exitCodeOf,
  failureOf,
  FinpipeError,
  Interrupted,
} from "../lib/runtime/errors.ts";
import { type Io, isClosed } from "../lib/runtime/io.ts";
import { jsonLine } from "../lib/runtime/log.ts";
import type { Paint } from "../lib/runtime/colors.ts";
import { usageTextOf } from "./usage_text.ts";

export interface FailureContext {
  io: Io;
  lines: CommandLines;
  /** Where the run's settings come from. */
  source: ConfigSource;
  /** Also tell the causes, which may quote values of rows. */
  debug: boolean;
  /** Colors what goes to stderr. */
  paint: Paint;
}

/** Where settings come from before the command line was understood. */
export function sourceOf(argv: readonly string[], io: Io): ConfigSource {
  return { env: io.env, flags: { logFormat: givenLogFormat(argv) } };
}

/** Reports what a command threw. @returns the exit code */
export async function reportFailure(error: unknown, context: FailureContext): Promise<number> {
  // A reader such as head closes stdout when it has enough: that is no failure.
  if (isClosed(error)) return 0;
  const { io, lines, debug, paint } = context;
  // A failure caused by the stop is reported as the stop, not as a failure of its own.
  const stopped = io.signal.aborted ? io.signal.reason : undefined;
  const shown = stopped instanceof Interrupted && !(error instanceof FinpipeError)
    ? stopped
    : error;
  const code = exitCodeOf(shown, io.signal);
  if (isJson(context)) await writeJson(context, { ...failureOf(shown), code, error: shown });
  else {
    const text = lines.complete(describeError(shown, debug));
    await io.stderr.write(`${paint("bad", "finpipe:")} ${text}\n`);
  }
  return code;
}

/**
 * Reports a command line that was not understood. Help that was asked for has been printed already.
 *
 * @param command what was called, as the user typed it
 * @param help where no command was named: shown to people, who may see finpipe for the first time
 * @returns the exit code
 */
export async function reportUsage(
  error: CommanderError,
  command: string,
  help: string,
  context: FailureContext,
): Promise<number> {
  if (error.exitCode === 0) return 0;
  const { io, lines, paint } = context;
  const code = EXIT_CODES.usage;
  const seeHelp = `Run '${command} --help' to see what there is`;
  if (error.code === "commander.help") {
    const isProgram = isLogFormat(context.source, "json");
    if (!isProgram) await io.stderr.write(help);
    else await writeJson(context, { message: "No command was named", hint: seeHelp, code, error });
    return code;
  }
  const { message, suggestion } = usageTextOf(error.message);
  const failure = {
    message,
    hint: suggestion === undefined ? seeHelp : `${suggestion} ${seeHelp}`,
  };
  if (isJson(context)) await writeJson(context, { ...failure, code, error });
  else {
    const text = `${failure.message}\n  ${lines.complete(failure.hint)}`;
    await io.stderr.write(`${paint("bad", "finpipe:")} ${text}\n`);
  }
  return code;
}

/** A format that there is not is told as text: a person mistyped it. */
function isJson({ source, io }: FailureContext): boolean {
  const problems = new Problems();
  return logFormat(source, io.stderr.isTerminal, problems) === "json" && !problems.any;
}

async function writeJson(
  { io, lines, debug }: FailureContext,
  { message, hint, code, error }: {
    message: string;
    hint: string | undefined;
    code: number;
    error: unknown;
  },
): Promise<void> {
  const causes = [...causesOf(error)].map((cause) => cause.stack ?? String(cause));
  await io.stderr.write(jsonLine(io.now(), "error", lines.complete(message), {
    hint: hint === undefined ? null : lines.complete(hint),
    code,
    ...(debug ? { causes: causes.join("\n") } : {}),
  }));
}
