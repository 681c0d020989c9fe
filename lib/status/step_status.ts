/** What `status` tells of a step of a day. Pure. */
import type { LastAttempt } from "../staging/ledger.ts";
import { attempted } from "../standing/attempted.ts";
import type { Standing } from "../standing/standing.ts";

export const STEP_STATES = [
  "done",
  "missing",
  "stale",
  "failed",
  "running",
  "interrupted",
  "pruned",
] as const;
export type StepState = (typeof STEP_STATES)[number];

export interface StepStatus extends Pick<Standing, "rows" | "at"> {
  state: StepState;
  /** Null where there is nothing to tell. */
  cause: string | null;
  /** How long the last attempt took, so far where it runs; null where the step was run otherwise since. */
  seconds: number | null;
  /** The last attempt, where it runs. */
  attempt: LastAttempt | undefined;
}

/**
 * A step as it stands, and what the last attempt adds to that.
 *
 * @param now of an attempt that runs, UTC
 */
export function stepStatus(
  standing: Standing,
  attempt: LastAttempt | undefined,
  now: Temporal.PlainDateTime,
): StepStatus {
  const { state, cause, rows, at } = attempted(standing, attempt);
  const isByAttempt = attempt?.state === state && state !== "done";
  const tells = attempt !== undefined && (isByAttempt || wasLast(standing, attempt));
  return {
    state,
    cause: isByAttempt && state !== "running" ? cause ?? causeOf(attempt) : cause,
    rows,
    at,
    seconds: tells ? secondsOf(attempt, now) : null,
    attempt: state === "running" ? attempt : undefined,
  };
}

/** Whether nothing else has made what stands since, such as a step that was called by hand. */
function wasLast({ at }: Standing, { state, endedAt }: LastAttempt): boolean {
  return state === "done" && at !== null && endedAt !== null &&
    Temporal.PlainDateTime.compare(at, endedAt) <= 0;
}

/** Of one that said nothing. */
function causeOf({ exitCode, host, pid }: LastAttempt): string {
  if (exitCode !== null) return `exit code ${exitCode}`;
  return `process ${pid} on ${host} ended before it did`;
}

/** Null where nobody knows when it ended. */
function secondsOf(
  { state, startedAt, endedAt }: LastAttempt,
  now: Temporal.PlainDateTime,
): number | null {
  const end = endedAt ?? (state === "running" ? now : null);
  if (end === null) return null;
  return Math.max(0, Math.trunc(startedAt.until(end).total("milliseconds"))) / 1000;
}
