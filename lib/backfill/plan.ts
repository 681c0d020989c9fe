/** What a backfill does, in order. Pure. */
import { type DateRange, datesOf, type DayRun, runOfDate } from "../partitions/run_date.ts";

/** The runs of a range of run dates, in order: each depends on the one before it. */
export function planBackfill(range: DateRange): DayRun[] {
  return [...datesOf(range)].map(runOfDate);
}
