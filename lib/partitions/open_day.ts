/** Days that are not over by the clock: what is made of one is not yet the day (cli.md). Pure. */
import { shellQuoted } from "../runtime/command_lines.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { type DateRange, type DayRun, runOfDate, today } from "./run_date.ts";

/**
 * Lets pass what processes days that are over, in UTC.
 *
 * @param command as it is typed, as in `dump`
 * @param given words of the options that it was called with: what is to be typed takes them as well
 * @throws FinpipeError of kind `prerequisite`
 */
export function refuseOpenDay(
  command: string,
  run: DayRun,
  now: Temporal.Instant,
  given: readonly string[] = [],
): void {
  const last = today(now);
  if (!isAfter(run.runDate, last)) return;
  const partition = given.indexOf("--partition");
  const kept = partition < 0 ? given : given.toSpliced(partition, 2);
  throw openDay(`Cannot ${command}`, `partition ${run.partition}`, last, [
    command,
    `${last}`,
    ...kept,
  ]);
}

/**
 * The same of a range of run dates, none of which is run where one is of a day that is not over.
 *
 * @throws FinpipeError of kind `prerequisite`
 */
export function refuseOpenRange(
  { from, to }: DateRange,
  now: Temporal.Instant,
  given: readonly string[] = [],
): void {
  const last = today(now);
  if (!isAfter(to, last)) return;
  const first = isAfter(from, last) ? from : last.add({ days: 1 });
  const runs = isAfter(last, from) ? `${from}..${last}` : `${last}`;
  const day = `partition ${runOfDate(first).partition}`;
  throw openDay(`Cannot backfill ${from}..${to}`, day, last, ["backfill", runs, ...given]);
}

function openDay(
  what: string,
  day: string,
  last: Temporal.PlainDate,
  words: readonly string[],
): FinpipeError {
  return new FinpipeError("prerequisite", `${what}: ${day} is not over by the clock (UTC)`, {
    hint: `The last run date that can is ${last} (partition ${runOfDate(last).partition}): ` +
      `'finpipe ${words.map(shellQuoted).join(" ")}'. ` +
      "To process the data so far, add --allow-open-day",
  });
}

function isAfter(one: Temporal.PlainDate, other: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(one, other) > 0;
}
