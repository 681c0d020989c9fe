/** Days beyond a backfill that are stale by what it loaded: another rate holds for them now. */
import { daysText } from "../partitions/days_text.ts";
import { type DayRun, LAST_DAY, runOfPartition, today } from "../partitions/run_date.ts";
import type { StepContext } from "../steps/step.ts";
import { counted } from "../runtime/words.ts";
import { commandOf } from "./backfill_failure.ts";

/** A rate holds from its day until the next one: only days after the first run can be stale by it. */
export async function tellStaleBeyond(
  { ends: { warehouse }, now, log }: Pick<StepContext, "ends" | "now" | "log">,
  runs: readonly DayRun[],
  given: readonly string[],
): Promise<void> {
  const done = new Set(runs.map(({ partition }) => `${partition}`));
  const from = runs.map(({ partition }) => partition).toSorted(Temporal.PlainDate.compare)[0];
  const last = today(now());
  if (from === undefined) return;
  const stale = (await warehouse.dayFacts({ from, to: LAST_DAY }))
    .filter(({ day, core, mart }) =>
      [core, mart].some((built) => (built?.record?.changedRates.length ?? 0) > 0) &&
      !done.has(`${day}`) && Temporal.PlainDate.compare(day, last) < 0
    )
    .map(({ day }) => day);
  if (stale.length === 0) return;
  const range = {
    from: runOfPartition(stale[0]!).runDate,
    to: runOfPartition(stale.at(-1)!).runDate,
  };
  const command = commandOf({ range, given: ["--stale", ...without(given)] });
  log.warn(
    `${counted(stale.length, "day")} beyond this backfill ${
      stale.length === 1 ? "is" : "are"
    } stale, as another rate holds there now: ${daysText(stale)}. 'finpipe ${command}' builds ` +
      `${stale.length === 1 ? "it" : "them"} again`,
  );
}

/** Options that would leave something undone, or do too much; with a value, or without. */
const DROPPED: Readonly<Record<string, number>> = {
  "--stale": 1,
  "--force": 1,
  "--only": 2,
  "--from-step": 2,
};

function without(given: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < given.length; at++) {
    const words = DROPPED[given[at]!];
    if (words === undefined) kept.push(given[at]!);
    else at += words - 1;
  }
  return kept;
}
