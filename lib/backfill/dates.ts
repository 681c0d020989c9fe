/** Which dates a backfill is about, and whether the first of them may be begun. */
import {
  type DateRange,
  type DayRun,
  FIRST_DAY,
  LAST_DAY,
  runOfPartition,
  runsOf,
  today,
} from "../partitions/run_date.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { commandOf } from "./backfill_failure.ts";
import type { DayPlans } from "./day_plans.ts";
import type { BackfillRequest } from "./request.ts";

/** Their plans. */
export type Plans = Pick<DayPlans, "read" | "staleDays" | "standings">;

/**
 * The runs to do, in the order in which they are done. Reads what is known of their days.
 *
 * @throws FinpipeError of kind `usage` for the first of all dates
 */
export async function runsToDo(
  plans: Plans,
  { range, stale = false, newestFirst = false }: BackfillRequest,
  now: Temporal.Instant,
): Promise<DayRun[]> {
  const asked = range === undefined ? undefined : runsOf(range);
  await plans.read(asked === undefined ? { from: FIRST_DAY, to: LAST_DAY } : withDayBefore(asked));
  const runs = stale ? staleRuns(plans, asked, now) : asked ?? [];
  return newestFirst ? runs.toReversed() : runs;
}

/** Those of which something is stale; of all there is only those that are over by the clock. */
function staleRuns(
  { staleDays }: Plans,
  asked: readonly DayRun[] | undefined,
  now: Temporal.Instant,
): DayRun[] {
  const days = new Set((asked ?? []).map(({ partition }) => `${partition}`));
  const last = today(now);
  return staleDays
    .filter((day) =>
      asked === undefined ? Temporal.PlainDate.compare(day, last) < 0 : days.has(`${day}`)
    )
    .map(runOfPartition);
}

function withDayBefore(runs: readonly DayRun[]): DateRange {
  const [from, to] = [runs[0]!.partition, runs.at(-1)!.partition];
  return { from: from.equals(FIRST_DAY) ? from : from.subtract({ days: 1 }), to };
}

/**
 * Why the first date of the range may not be begun: the date before it failed, or was interrupted.
 * Undefined where it may.
 */
export function heldUp(
  plans: Plans,
  { range, dependsOnPast = true, ...request }: BackfillRequest,
): FinpipeError | undefined {
  if (range === undefined || !dependsOnPast) return undefined;
  const [{ partition }] = runsOf({ from: range.from, to: range.from }) as [DayRun];
  if (partition.equals(FIRST_DAY)) return undefined;
  const before = runOfPartition(partition.subtract({ days: 1 }));
  const broken = plans.standings(before.partition).find(({ standing: { state } }) =>
    state === "failed" || state === "interrupted"
  );
  if (broken === undefined) return undefined;
  const { name, standing: { state, cause } } = broken;
  const why = state === "failed"
    ? `failed${cause === null ? "" : `: ${cause}`}`
    : "was interrupted";
  const command = commandOf({ ...request, range: { from: before.runDate, to: range.to } });
  return new FinpipeError(
    "prerequisite",
    `Cannot backfill run date ${range.from}: step ${name} of the date before it, ` +
      `${before.runDate} (partition ${before.partition}), ${why}`,
    { hint: `Begin with that one: 'finpipe ${command}'. Or add --no-depends-on-past` },
  );
}
