/** What a report shows in place of rows, where there is none: how to have some. Pure. */
import { type DateRange, runOfPartition } from "../../partitions/run_date.ts";

/** Days that are named for having been asked for, at most: more are no days that somebody has. */
const MOST_DAYS = 366;

/**
 * A sentence with a command that can be typed as it stands: it names days that are loaded and not built,
 * else those that were asked for, else an example.
 *
 * @param asked dates of the data that were asked for; undefined: all
 * @param unbuilt days that are loaded and have no mart
 * @param today in UTC
 */
export function noRowsText(
  asked: DateRange | undefined,
  unbuilt: readonly Temporal.PlainDate[],
  today: Temporal.PlainDate,
): string {
  const yesterday = today.subtract({ days: 1 });
  const loaded = unbuilt.filter((day) => isUntil(day, yesterday))
    .toSorted(Temporal.PlainDate.compare);
  if (loaded.length > 0) {
    const command = backfillOf({ from: loaded[0]!, to: loaded.at(-1)! });
    return `The mart has no row of these dates: ${command} builds what is loaded`;
  }
  if (asked === undefined) {
    const example = backfillOf({ from: yesterday, to: yesterday });
    return `The mart has no row: ${example} builds ${yesterday}, and other days likewise`;
  }
  const none = "The mart has no row of these dates";
  if (!isUntil(asked.from, yesterday)) return `${none}, which are not over by the clock (UTC)`;
  const to = isUntil(asked.to, yesterday) ? asked.to : yesterday;
  const isShort = isUntil(to, asked.from.add({ days: MOST_DAYS - 1 }));
  const days = isShort ? { from: asked.from, to } : { from: to, to };
  return `${none}: ${backfillOf(days)} builds ${isShort ? "days that are not built" : to}`;
}

function backfillOf({ from, to }: DateRange): string {
  const first = runOfPartition(from).runDate;
  const range = from.equals(to) ? first : `${first}..${runOfPartition(to).runDate}`;
  return `'finpipe backfill ${range}'`;
}

function isUntil(day: Temporal.PlainDate, last: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(day, last) <= 0;
}
