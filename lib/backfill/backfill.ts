/**
 * The runs of a range of dates, one after the other: the steps of each in order, stopping at the first
 * one that fails.
 */
import { shellQuoted } from "../runtime/command_lines.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { capitalized } from "../runtime/words.ts";
import type { ReadyStep, StepContext, StepFacts } from "../steps/step.ts";
import { type DateRange, type DayRun, runsOf } from "../partitions/run_date.ts";

/** A run that is done. */
export interface BackfilledDay extends DayRun {
  /** What each step did, in order. */
  steps: { name: string; facts: StepFacts }[];
}

export interface BackfillOptions {
  /** The options as they were typed: the command to continue with repeats them. @default none */
  given?: readonly string[];
  /** Called before each step. */
  onStep(run: DayRun, step: string): void;
  onDay(day: BackfilledDay): void | Promise<void>;
}

/**
 * Runs each date's steps in order.
 *
 * @throws FinpipeError of the failed step's kind, which names date, step, cause and the command to
 * continue with
 */
export async function backfill(
  context: StepContext,
  range: DateRange,
  steps: readonly ReadyStep[],
  { given = [], onStep, onDay }: BackfillOptions,
): Promise<BackfilledDay[]> {
  const days: BackfilledDay[] = [];
  for (const run of runsOf(range)) {
    const day: BackfilledDay = { ...run, steps: [] };
    for (const { name, runDay } of steps) {
      context.signal.throwIfAborted();
      onStep(run, name);
      try {
        day.steps.push({ name, facts: await runDay(context, run) });
      } catch (error) {
        throw stoppedAt(run, name, { to: range.to, given }, error);
      }
    }
    days.push(day);
    await onDay(day);
  }
  return days;
}

function stoppedAt(
  { runDate, partition }: DayRun,
  step: string,
  { to, given }: { to: Temporal.PlainDate; given: readonly string[] },
  error: unknown,
) {
  if (!(error instanceof FinpipeError)) return error;
  const where = `run date ${runDate} (partition ${partition}), step ${step}`;
  const range = runDate.equals(to) ? `${to}` : `${runDate}..${to}`;
  const words = [range, ...given.map(shellQuoted)];
  const nextCommand = `then continue with 'finpipe backfill ${words.join(" ")}'`;
  return new FinpipeError(error.kind, `Backfill stopped at ${where}: ${error.message}`, {
    hint: error.hint === undefined ? capitalized(nextCommand) : `${error.hint}; ${nextCommand}`,
    cause: error,
  });
}
