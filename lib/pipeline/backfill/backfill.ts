/**
 * The runs of a range of dates, one after the other: dump, load and mart of each, stopping at the
 * first step that fails.
 */
import type { Manifest } from "../../partitions/manifest.ts";
import type { DateRange, DayRun } from "../../partitions/run_date.ts";
import { FinpipeError } from "../../runtime/errors.ts";
import { capitalized } from "../../runtime/words.ts";
import type { CdmReport } from "../cdm.ts";
import type { DatasetLoad } from "../load.ts";
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
  /** It was called with options that say what is built: going on takes them as well. @default false */
  hasOptions?: boolean;
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
  { to, hasOptions = false }: DateRange & Pick<BackfillOptions, "hasOptions">,
  error: unknown,
) {
  if (!(error instanceof FinpipeError)) return error;
  const where = `run date ${runDate} (partition ${partition}), step ${step}`;
  const command = `'finpipe backfill ${runDate}..${to}'`;
  const goOn = `then go on with ${command}${hasOptions ? " and the options that still hold" : ""}`;
  return new FinpipeError(error.kind, `Backfill stopped at ${where}: ${error.message}`, {
    hint: error.hint === undefined ? capitalized(goOn) : `${error.hint}; ${goOn}`,
    cause: error,
  });
}
