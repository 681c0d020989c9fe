/**
 * Shows the run of a day as JSON and in words: for a step that is called by itself, and for all
 * steps of a backfill. Each step words its own result.
 */
import type { BackfilledDay } from "../backfill/backfill.ts";
import type { PlannedRun } from "../backfill/dry_run.ts";
import { type DayRun, hasRunDate } from "../partitions/run_date.ts";
import { type Paint, PLAIN } from "../runtime/colors.ts";
import type { Shown } from "../steps/step.ts";

/** What one step did with a day. */
export function stepShown(run: DayRun, { json, lines }: Shown): Shown {
  return { json: { ...datesOf(run), ...json }, lines: [titleOf(run), ...lines] };
}

/** What a backfill did with a day: in JSON what each step prints by itself, in words one line. */
export function dayShown(day: BackfilledDay): Shown {
  const results = day.steps.map((step) => [
    step.name,
    "facts" in step ? step.facts.json : { skipped: step.skipped },
  ]);
  return {
    json: { ...datesOf(day), steps: Object.fromEntries(results) },
    lines: [`${labelOf(day)}: ${didText(day.steps)}`],
  };
}

/** What was done with each step; nothing where all were passed over. */
export function didText(steps: BackfilledDay["steps"]): string {
  if (steps.every((step) => "skipped" in step)) return "nothing to do";
  return steps.map((step) => `${step.name}: ${"facts" in step ? step.facts.brief : step.skipped}`)
    .join("; ");
}

const STYLES = { run: "active", skip: "faint", blocked: "bad" } as const;

/** What a backfill would do with a day. */
export function planShown({ steps, ...run }: PlannedRun, paint: Paint = PLAIN): Shown {
  return {
    json: {
      ...datesOf(run),
      steps: steps.map(({ step, action, reason }) => ({ step, action, reason })),
    },
    lines: [
      `${labelOf(run)}: ${
        steps.map(({ step, action, reason }) =>
          `${step}: ${paint(STYLES[action], action)}, ${reason}`
        ).join("; ")
      }`,
    ],
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
