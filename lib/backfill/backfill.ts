/**
 * The runs of a range of dates, one after the other: dump, load and mart of each, stopping at the
 * first step that fails.
 */
import type { Manifest } from "../partitions/manifest.ts";
import type { DateRange, DayRun } from "../partitions/run_date.ts";
import { shellQuoted } from "../runtime/command_lines.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { capitalized } from "../runtime/words.ts";
import type { CdmReport } from "../steps/cdm.ts";
import type { DatasetLoad } from "../steps/load.ts";
import { planBackfill, type Step, STEPS } from "./plan.ts";

/** What the steps of a day did. */
export interface StepReports {
  dump: readonly Manifest[];
  load: readonly DatasetLoad[];
  cdm: CdmReport;
}

/** What each step does for one day. */
export type StepRunners = { readonly [S in Step]: (run: DayRun) => Promise<StepReports[S]> };

/** A run that is done. */
export interface BackfilledDay extends DayRun {
  steps: StepReports;
}

export interface BackfillOptions {
  signal: AbortSignal;
  /** Words of the options that it was called with: going on takes them as well. @default none */
  given?: readonly string[];
  onStep(run: DayRun, step: Step): void;
  onDay(day: BackfilledDay): void | Promise<void>;
}

/**
 * Runs each date's steps in order.
 *
 * @throws FinpipeError of the failed step's kind, which names date, step, cause and the command that
 * goes on from there
 */
export async function backfill(
  range: DateRange,
  runners: StepRunners,
  options: BackfillOptions,
): Promise<BackfilledDay[]> {
  const days: BackfilledDay[] = [];
  for (const run of planBackfill(range)) {
    const steps: Partial<Record<Step, StepReports[Step]>> = {};
    for (const step of STEPS) {
      options.signal.throwIfAborted();
      options.onStep(run, step);
      try {
        steps[step] = await runners[step](run);
      } catch (error) {
        throw stoppedAt(run, step, { ...range, ...options }, error);
      }
    }
    const day = { ...run, steps: steps as StepReports };
    days.push(day);
    await options.onDay(day);
  }
  return days;
}

function stoppedAt(
  { runDate, partition }: DayRun,
  step: Step,
  { to, given = [] }: DateRange & Pick<BackfillOptions, "given">,
  error: unknown,
) {
  if (!(error instanceof FinpipeError)) return error;
  const where = `run date ${runDate} (partition ${partition}), step ${step}`;
  const range = runDate.equals(to) ? `${to}` : `${runDate}..${to}`;
  const words = [range, ...given.map(shellQuoted)];
  const goOn = `then go on with 'finpipe backfill ${words.join(" ")}'`;
  return new FinpipeError(error.kind, `Backfill stopped at ${where}: ${error.message}`, {
    hint: error.hint === undefined ? capitalized(goOn) : `${error.hint}; ${goOn}`,
    cause: error,
  });
}
