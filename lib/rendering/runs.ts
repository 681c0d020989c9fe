/**
 * Shows the run of a day as JSON and in words: for a step that is called by itself, and for all
 * steps of a backfill. Each step words its own result.
 */
import type { BackfilledDay } from "../backfill/backfill.ts";
import { type DayRun, hasRunDate } from "../partitions/run_date.ts";
import type { Shown } from "../steps/step.ts";

/** What one step did with a day. */
export function stepShown(run: DayRun, { json, lines }: Shown): Shown {
  return { json: { ...datesOf(run), ...json }, lines: [titleOf(run), ...lines] };
}

/** What all steps did with a day: in JSON what each prints by itself, in words one line. */
export function dayShown(day: BackfilledDay): Shown {
  const results = day.steps.map(({ name, facts }) => [name, facts.json] as const);
  const words = day.steps.map(({ name, facts }) => `${name}: ${facts.brief}`);
  return {
    json: { ...datesOf(day), steps: Object.fromEntries(results) },
    lines: [`${labelOf(day)}: ${words.join("; ")}`],
  };
}

/** What a backfill would do with a day. */
export function planShown(run: DayRun, steps: readonly string[]): Shown {
  return {
    json: { ...datesOf(run), steps },
    lines: [`${labelOf(run)}: ${steps.join(" -> ")}`],
  };
}

/** Both dates; null for the run date of the last day that there is. */
function datesOf(run: DayRun) {
  return {
    run_date: hasRunDate(run) ? run.runDate.toString() : null,
    partition: run.partition.toString(),
  };
}

/** The first line of a step's result. */
function titleOf(run: DayRun): string {
  if (!hasRunDate(run)) return `Partition ${run.partition}, which has no run date`;
  return `Run date ${run.runDate}, partition ${run.partition}`;
}

/** What begins a day's line. */
function labelOf({ runDate, partition }: DayRun): string {
  return `${runDate} (${partition})`;
}
