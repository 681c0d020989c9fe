/**
 * Errors that a person reads: what happened, to what, why, and what to do.
 *
 * Every failure that finpipe expects is a {@link FinpipeError}; its kind decides the exit code
 * (README.md, "Exit codes"). Anything else that reaches `run` is a bug and exits 1.
 */
import { oneLine, printable, printableLines } from "./printable.ts";

/** The kinds of failure, each with the exit code that scripts rely on. */
export const EXIT_CODES = {
  /** A step failed for a reason that none of the other kinds names. */
  failed: 1,
  /** Unknown option, impossible date, TO before FROM. */
  usage: 2,
  /** Missing or contradictory settings, wrong password, missing rights, `init` not run. */
  configuration: 3,
  /** Refused rows beyond the limit, totals that differ, a corrupt partition file. */
  data: 4,
  /** An earlier date or step must succeed first. */
  prerequisite: 5,
  /** A service is unreachable after retries. */
  unreachable: 69,
  /** Another finpipe works on the same thing. */
  locked: 75,
} as const;

/** A kind of failure; see {@link EXIT_CODES}. */
export type ErrorKind = keyof typeof EXIT_CODES;

/**
 * Whether another try may succeed: `soon`, by itself, such as after a deadlock; `after a break`,
 * where a broken session of finpipe's may hold the lock until the server notices; `in time`, once
 * somebody has dealt with the cause, such as a full disk.
 */
export type Passing = "soon" | "after a break" | "in time";

/** What an error may carry beside its message. */
export interface ErrorDetails {
  /** What to do about it: a sentence, or a command to run. */
  hint?: string;
  /** Further lines of the message. */
  list?: readonly string[];
  /** @default `soon` where a service is unreachable, else never */
  passes?: Passing | undefined;
  /** The error underneath; shown at `--log-level debug` only, as drivers quote row values. */
  cause?: unknown;
}

/**
 * An expected failure with a message for a person. Names in it, such as those of files, begin no line
 * of their own.
 */
export class FinpipeError extends Error {
  override readonly name = "FinpipeError";
  readonly kind: ErrorKind;
  /** The first line of the message. */
  readonly summary: string;
  /** Its further lines. */
  readonly list: readonly string[];
  readonly hint: string | undefined;
  readonly passes: Passing | undefined;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    const { hint, list = [] } = details;
    const [summary, ...rest] = [message, ...list].map(oneLine);
    super([summary, ...rest].join("\n"), { cause: details.cause });
    this.kind = kind;
    this.summary = summary!;
    this.list = rest;
    this.hint = hint === undefined ? undefined : oneLine(hint);
    this.passes = details.passes ?? (kind === "unreachable" ? "soon" : undefined);
  }

  /** The process exit code of this failure. */
  get exitCode(): number {
    return EXIT_CODES[this.kind];
  }
}

/** A signal that asks finpipe to stop; the last two come on Windows only. */
export type StopSignal = "SIGINT" | "SIGTERM" | "SIGBREAK" | "SIGHUP";

/** The work was interrupted by a signal before it was done. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly exitCode: number;

  constructor(readonly signalName: StopSignal) {
    super(`Interrupted by ${signalName}`);
    this.exitCode = signalName === "SIGINT" ? 130 : 143;
  }
}

/** The exit code of a process whose work ended so; a failure caused by the stop is the stop. */
export function exitCodeOf(error: unknown, signal: AbortSignal): number {
  if (error instanceof FinpipeError || error instanceof Interrupted) return error.exitCode;
  return signal.reason instanceof Interrupted ? signal.reason.exitCode : EXIT_CODES.failed;
}

/** True for a {@link FinpipeError} of the given kind. */
export function isKind(error: unknown, kind: ErrorKind): error is FinpipeError {
  return error instanceof FinpipeError && error.kind === kind;
}

/**
 * Whether a failure is how the work went: nothing was run for wrong usage, and where another finpipe has
 * the work, that one says how it went.
 */
export function isOutcome(error: unknown): boolean {
  return !isKind(error, "usage") && !isKind(error, "locked");
}

/** The code that a system or a driver gave its error, as in `ENOSPC` or a SQLSTATE. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** What anything that was thrown says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An error and what is under it, the deepest last. */
export function* causesOf(error: unknown): Generator<Error> {
  for (let cause = error; cause instanceof Error; cause = cause.cause) yield cause;
}

/** What a person is told of anything that was thrown. */
export function failureOf(error: unknown): { message: string; hint: string | undefined } {
  if (error instanceof FinpipeError) return { message: error.message, hint: error.hint };
  if (error instanceof Interrupted) return { message: error.message, hint: undefined };
  return {
    message: `Unexpected error: ${printable(messageOf(error))}`,
    hint: "This is a bug in finpipe; run again with --log-level debug for the details",
  };
}

/**
 * The text of an error for stderr: message, then the hint on a line of its own.
 *
 * @param debug adds the chain of causes with stack traces, which may quote row values.
 */
export function describeError(error: unknown, debug = false): string {
  const { message, hint } = failureOf(error);
  const lines = hint === undefined ? [message] : [message, `  ${hint}`];
  if (debug) {
    for (const cause of causesOf(error)) lines.push(cause.stack ?? String(cause));
  }
  return printableLines(lines.join("\n"));
}
