/** Run dates, partitions and ranges of them (contract, section 3). Pure. */
import { FinpipeError } from "../runtime/errors.ts";

/** A day of data and the date of the run that processes it: the day after. */
export interface DayRun {
  runDate: Temporal.PlainDate;
  partition: Temporal.PlainDate;
}

/** An inclusive range of dates. */
export interface DateRange {
  from: Temporal.PlainDate;
  to: Temporal.PlainDate;
}

/** Stands for a date where no shell has one, as in a container. */
const TODAY = "today";
/** Dates are of the years 0001 to 9999. */
const LAST_YEAR = 9999;
export const FIRST_DAY = Temporal.PlainDate.from("0001-01-01");
export const LAST_DAY = Temporal.PlainDate.from("9999-12-31");

/**
 * The day that a run date processes: the day before it.
 *
 * @throws FinpipeError of kind `usage` for the first of all dates, which has none before it
 */
export function partitionOf(runDate: Temporal.PlainDate): Temporal.PlainDate {
  const partition = runDate.subtract({ days: 1 });
  if (partition.year >= 1) return partition;
  throw new FinpipeError("usage", `Cannot use the run date ${runDate}: there is no day before it`, {
    hint: "Give a later one: a run processes the day before its date",
  });
}

/** The run of a partition: its run date is the day after. */
export function runOfPartition(partition: Temporal.PlainDate): DayRun {
  return { runDate: partition.add({ days: 1 }), partition };
}

/** False for the last day that there is: the day after it is no date. */
export function hasRunDate({ runDate }: DayRun): boolean {
  return runDate.year <= LAST_YEAR;
}

/**
 * How a command is asked to process a partition: by its run date, or by `--partition` for the last
 * day that there is.
 */
export function dayArgument(partition: Temporal.PlainDate): string {
  const run = runOfPartition(partition);
  return hasRunDate(run) ? run.runDate.toString() : `--partition ${partition}`;
}

/** The run of a run date. */
export function runOfDate(runDate: Temporal.PlainDate): DayRun {
  return { runDate, partition: partitionOf(runDate) };
}

/**
 * Reads an ISO date of the years 0001 to 9999.
 *
 * @param what is named in the message: an option or an argument
 * @throws FinpipeError of kind `usage`
 */
export function parseDate(text: string, what: string, hint = DATE_HINT): Temporal.PlainDate {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !text.startsWith("0000")) {
    try {
      return Temporal.PlainDate.from(text, { overflow: "reject" });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new FinpipeError("usage", `Cannot read ${what} "${text}": not a date`, {
    hint,
  });
}

const DATE_HINT = "Dates are written YYYY-MM-DD, as in 2022-10-02";
/** Two dates that something else stands between than two dots. */
const TWO_DATES = /^(\d{4}-\d{2}-\d{2})\D+(\d{4}-\d{2}-\d{2})$/;

/**
 * Reads `FROM..TO`, inclusive; a single date is a range of one.
 *
 * @throws FinpipeError of kind `usage`, also where TO is before FROM
 */
export function parseRange(text: string, what: string): DateRange {
  const parts = text.split("..");
  const [, first, last] = parts.length === 2 ? [] : TWO_DATES.exec(text) ?? [];
  if (parts.length > 2 || (parts.length === 2 && parts.includes("")) || first !== undefined) {
    throw new FinpipeError("usage", `Cannot read ${what} "${text}": not a range`, {
      hint: first === undefined
        ? "Ranges are written FROM..TO, as in 2022-10-02..2022-11-01"
        : `Ranges are written FROM..TO: write it as ${first}..${last}`,
    });
  }
  const hint = `${DATE_HINT}, and ranges FROM..TO, as in 2022-10-02..2022-11-01`;
  const from = parseDate(parts[0]!, what, hint);
  const to = parts.length === 2 ? parseDate(parts[1]!, what, hint) : from;
  if (Temporal.PlainDate.compare(to, from) < 0) {
    throw new FinpipeError("usage", `Cannot use ${what} "${text}": its end is before its start`, {
      hint: `Write it as ${to}..${from}`,
    });
  }
  return { from, to };
}

/**
 * Reads a run date: a date, or `today`, in UTC.
 *
 * @throws FinpipeError of kind `usage`
 */
export function parseRunDate(
  text: string,
  what: string,
  now: Temporal.Instant,
): Temporal.PlainDate {
  return text === TODAY ? today(now) : parseDate(text, what);
}

/**
 * Reads a range of run dates, either end of which may be `today`.
 *
 * @throws FinpipeError of kind `usage`, also where TO is before FROM
 */
export function parseRunDates(text: string, what: string, now: Temporal.Instant): DateRange {
  const ends = text.split("..").map((end) => end === TODAY ? today(now).toString() : end);
  return parseRange(ends.join(".."), what);
}

/**
 * Reads the range of run dates that a command is given, each of which has a day before it.
 *
 * @throws FinpipeError of kind `usage`
 */
export function parseRuns(text: string, now: Temporal.Instant): DateRange {
  const range = parseRunDates(text, "FROM..TO", now);
  partitionOf(range.from);
  return range;
}

/** The dates of a range, in order. */
export function* datesOf({ from, to }: DateRange): Generator<Temporal.PlainDate> {
  for (let date = from; Temporal.PlainDate.compare(date, to) <= 0; date = date.add({ days: 1 })) {
    yield date;
  }
}

/** The runs of a range of run dates, in order. */
export function runsOf(range: DateRange): DayRun[] {
  return [...datesOf(range)].map(runOfDate);
}

/** Today in UTC. */
export function today(now: Temporal.Instant): Temporal.PlainDate {
  return now.toZonedDateTimeISO("UTC").toPlainDate();
}
