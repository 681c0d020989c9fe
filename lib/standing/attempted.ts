/** How a step of a day is, by what stands of it and the last attempt at it (contract, section 9). Pure. */
import type { LastAttempt } from "../staging/ledger.ts";
import type { Standing } from "./standing.ts";

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

/** What is known of a step of a day. */
export interface StepStatus extends Pick<Standing, "rows" | "at"> {
  state: StepState;
  /** Null where there is nothing to tell. */
  cause: string | null;
  /** How long the last attempt took, so far where it runs; null where the step was run otherwise since. */
  seconds: number | null;
  /** The last attempt, where the state is by it. */
  attempt: LastAttempt | undefined;
}

/**
 * What stands wins over the journal: an attempt that failed, or was broken off, tells only as long as
 * what stood when it began is what stands.
 *
 * @param now of an attempt that runs, UTC
 */
export function attempted(
  standing: Standing,
  attempt: LastAttempt | undefined,
  now: Temporal.PlainDateTime,
): StepStatus {
  const { state, cause, rows, at } = standing;
  if (attempt !== undefined && counts(standing, attempt)) {
    return {
      state: attempt.state,
      cause: causeOf(attempt),
      rows,
      at,
      seconds: secondsOf(attempt, now),
      attempt,
    };
  }
  const isLast = attempt !== undefined && wasLast(standing, attempt);
  const seconds = isLast ? secondsOf(attempt, now) : null;
  return { state, cause, rows, at, seconds, attempt: undefined };
}

function counts({ id }: Standing, { state, stood }: LastAttempt): boolean {
  if (state === "running") return true;
  return state !== "done" && stood === id;
}

/** Whether nothing else has made what stands since, such as a step that was called by hand. */
function wasLast({ at }: Standing, { state, endedAt }: LastAttempt): boolean {
  return state === "done" && at !== null && endedAt !== null &&
    Temporal.PlainDateTime.compare(at, endedAt) <= 0;
}

function causeOf({ state, message, exitCode, host, pid }: LastAttempt): string | null {
  if (state === "running") return null;
  if (message !== null) return message;
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
