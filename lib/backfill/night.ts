/** How all dates are once a backfill has ended: for those who are told, and for what is measured. */
import { daysText } from "../partitions/days_text.ts";
import type { Notice } from "../notify/notice.ts";
import { counted } from "../runtime/words.ts";
import { readStatus, type StatusEnds, type Totals } from "../status/status.ts";
import type { ReadyStep } from "../steps/step.ts";

/** Of all dates that anything is known of and that are over. */
export interface Night {
  /** Days of which a step is stale. */
  stale: readonly Temporal.PlainDate[];
  /** The last day of which all steps are done, or pruned; undefined where there is none. */
  newest: Temporal.PlainDate | undefined;
  /** Steps by their state. */
  totals: Totals;
}

/** @param now UTC */
export async function readNight(
  ends: StatusEnds,
  steps: readonly ReadyStep[],
  now: Temporal.Instant,
): Promise<Night> {
  const status = await readStatus(ends, steps, {
    range: undefined,
    now: now.toZonedDateTimeISO("UTC").toPlainDateTime(),
  });
  const stale: Temporal.PlainDate[] = [];
  let newest: Temporal.PlainDate | undefined;
  for (const { partition, steps } of status) {
    if (steps.some(({ state }) => state === "stale")) stale.push(partition);
    if (steps.every(({ state }) => state === "done" || state === "pruned")) newest = partition;
  }
  return { stale, newest, totals: status.totals() };
}

/** What is told of days that are stale after a backfill; undefined where none are. */
export function noticeOfStale({ stale }: Night): Notice | undefined {
  if (stale.length === 0) return undefined;
  const is = stale.length === 1 ? "is" : "are";
  const days = daysText(stale);
  return {
    event: "days_stale",
    key: days,
    message: `${counted(stale.length, "day")} ${is} stale: ${days}`,
    hint:
      "'finpipe status --problems' says why, and 'finpipe backfill --stale' brings them up to date",
  };
}
