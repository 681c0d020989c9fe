/** What is not as it should be, in words: a sentence for each cause, with the dates that have it. */
import { counted } from "../../runtime/words.ts";
import { hasRunDate, runOfPartition } from "../../partitions/run_date.ts";
import type { StepStatus } from "../../status/step_status.ts";
import type { NamedStatus, RunStatus, Totals } from "../../status/status.ts";
import { printable } from "../../runtime/printable.ts";
import { daysText } from "../../partitions/days_text.ts";

/** In order of the first date. Dates are run dates. */
export function causeLines(runs: Iterable<RunStatus>): string[] {
  const causes = new Map<string, { step: string; says: string; dates: Temporal.PlainDate[] }>();
  for (const { runDate, steps } of runs) {
    for (const step of steps) {
      const says = saidOf(step);
      if (says === undefined) continue;
      const key = `${step.name} ${says}`;
      const known = causes.get(key);
      if (known === undefined) causes.set(key, { step: step.name, says, dates: [runDate] });
      else known.dates.push(runDate);
    }
  }
  return [...causes.values()].map(({ step, says, dates }) =>
    `${step} of ${daysText(dates)} ${says}`
  );
}

/** What is told of a step that is not done, as in `is stale: ...`; undefined where there is nothing. */
export function saidOf(step: NamedStatus): string | undefined {
  const { state, attempt } = step;
  if (state === "running" && attempt !== undefined) {
    const since = attempt.startedAt.toString({ smallestUnit: "second" }).replace("T", " ");
    const retry = attempt.number === 1 ? "" : `, attempt ${attempt.number}`;
    return `is running: process ${attempt.pid} on ${attempt.host}, since ${since} UTC${retry}`;
  }
  if (step.cause === null) return undefined;
  const verb = state === "failed"
    ? "failed"
    : state === "interrupted"
    ? "was interrupted"
    : `is ${state}`;
  return `${verb}: ${oneLine(step)}`;
}

/** What was printed may have lines. */
function oneLine({ cause }: Pick<StepStatus, "cause">): string {
  return printable((cause ?? "").trim().replaceAll(/\s*\n\s*/g, "; "));
}

/** As in `6 steps: 4 done, 1 stale, 1 missing`. */
export function totalsLine(totals: Totals): string {
  const states = Object.entries(totals).filter(([, count]) => count > 0);
  const all = states.reduce((sum, [, count]) => sum + count, 0);
  return `${counted(all, "step")}: ${
    states.map(([state, count]) => `${count} ${state}`).join(", ")
  }`;
}

/** The sentence on days that are not over, where nobody asked for them; undefined for none. */
export function openDaysLine(days: readonly Temporal.PlainDate[]): string | undefined {
  if (days.length === 0) return undefined;
  const are = days.length === 1 ? "1 day that is" : `${days.length} days that are`;
  const says = `Left out ${are} not over by the clock (UTC)`;
  const dates = days.map(runOfPartition).filter(hasRunDate).map(({ runDate }) => runDate);
  const [first, last] = [dates[0], dates.at(-1)];
  if (first === undefined) return says;
  const [range, them] = dates.length === 1 ? [first, "it"] : [`${first}..${last}`, "them"];
  return `${says}: 'finpipe status ${range}' shows ${them}`;
}
