/** What a report shows where there are no rows: how to get some. Pure. */
import { type DateRange, runOfPartition } from "../../partitions/run_date.ts";

/**
 * At most this many of the days that were asked for are put into the command: nobody has data of so
 * many days.
 */
const MOST_DAYS = 366;

/** What the warehouse knows of days. */
export interface KnownDays {
  unbuilt: readonly Temporal.PlainDate[];
  built: readonly Temporal.PlainDate[];
}

/**
 * A sentence with a command that can be typed as it stands: it names days that are loaded and not built,
 * else those that were asked for, else an example.
 *
 * @param asked dates of the data that were asked for; undefined: all
 * @param known days that are loaded and have no mart, and days whose mart was built
 * @param today in UTC
 */
export function noRowsText(
  asked: DateRange | undefined,
  { unbuilt, built }: KnownDays,
  today: Temporal.PlainDate,
): string {
  const yesterday = today.subtract({ days: 1 });
  const loaded = unbuilt.filter((day) => isUntil(day, yesterday))
    .toSorted(Temporal.PlainDate.compare);
  if (loaded.length > 0) {
    const command = backfillOf({ from: loaded[0]!, to: loaded.at(-1)! });
    return `The mart has no rows for these dates: ${command} builds those that are loaded`;
  }
  if (asked === undefined) {
    const example = backfillOf({ from: yesterday, to: yesterday });
    return `The mart has no rows: for example, ${example} builds ${yesterday}`;
  }
  const none = "The mart has no rows for these dates";
  if (!isUntil(asked.from, yesterday)) return `${none}, which are not over by the clock (UTC)`;
  const to = isUntil(asked.to, yesterday) ? asked.to : yesterday;
  const length = asked.from.until(to, { largestUnit: "days" }).days + 1;
  if (built.filter((day) => isUntil(asked.from, day) && isUntil(day, to)).length === length) {
    return `${none}: it was built for them, and no transaction of theirs counts and has a rate`;
  }
  const isShort = length <= MOST_DAYS;
  const days = isShort ? { from: asked.from, to } : { from: to, to };
  return `${none}: ${backfillOf(days)} builds ${isShort ? "those that are missing" : to}`;
}

function backfillOf({ from, to }: DateRange): string {
  const first = runOfPartition(from).runDate;
  const range = from.equals(to) ? first : `${first}..${runOfPartition(to).runDate}`;
  return `'finpipe backfill ${range}'`;
}

function isUntil(day: Temporal.PlainDate, last: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(day, last) <= 0;
}
