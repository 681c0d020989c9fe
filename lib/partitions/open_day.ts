/** Refuses days that are not over by the clock: more of their data may come (cli.md). Pure. */
import { shellQuoted } from "../runtime/command_lines.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { type DateRange, type DayRun, runOfDate, today } from "./run_date.ts";

/**
 * Refuses a day that is not over, in UTC.
 *
 * @param command as it is typed, such as `dump`
 * @param given the options as they were typed: the suggested command repeats them
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
 * Refuses a range of run dates if any of its days is not over.
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
    hint: `The last possible run date is ${last} (partition ${runOfDate(last).partition}): ` +
      `'finpipe ${words.map(shellQuoted).join(" ")}'. To process the data so far, add ` +
      "--allow-open-day",
  });
}

function isAfter(one: Temporal.PlainDate, other: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(one, other) > 0;
}
