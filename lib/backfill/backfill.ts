/**
 * Backfills: for each date what is missing, stale, failed or interrupted, in order. State is what the
 * data says, so the plan of a date is made anew after each of its steps (contract, section 9).
 */
import type { DayRun } from "../partitions/run_date.ts";
import { FinpipeError, messageOf } from "../runtime/errors.ts";
import type { ReadyStep, StepContext, StepFacts } from "../steps/step.ts";
import { commandFrom, failedFinally, placeOf, stoppedAt } from "./backfill_failure.ts";
import { type BackfilledStep, DateRunner } from "./date_runner.ts";
import { heldUp, runsToDo } from "./dates.ts";
import { DayPlans, type DayPlansDeps } from "./day_plans.ts";
import { DumpsAhead } from "./dumps_ahead.ts";
import { removeOldFiles } from "./kept_files.ts";
import { Retries } from "./retries.ts";
import type { BackfillRequest } from "./request.ts";
import { type AttemptLog, StepRunner } from "./step_runner.ts";
import { tellStaleBeyond } from "./stale_beyond.ts";

/** A date that is done. */
export interface BackfilledDay extends DayRun {
  /** In order. */
  steps: BackfilledStep[];
}

/** Is told what a backfill does. */
export interface BackfillWatch {
  /** There are so many dates to do, more than were told before. */
  onDates?(count: number): void;
  /** Before each attempt of a step. */
  onStep(run: DayRun, step: string): void;
  onStepDone?(run: DayRun, step: string, facts: StepFacts): void;
  onDay(day: BackfilledDay): void | Promise<void>;
  /** A date failed finally. */
  onFailure?(run: DayRun): void;
}

export interface BackfillDeps extends Pick<DayPlansDeps, "attempts"> {
  context: StepContext;
  journal: AttemptLog;
  /** What is tried again. @default nothing */
  retries?: Retries;
}

/**
 * Runs what is to be run of each date.
 *
 * @throws FinpipeError of the kind of the step that failed first, which names date, step, cause and the
 * command to continue with; of kind `prerequisite` where the date before the first one failed, or a
 * step needs one that is not to be run
 */
export async function backfill(
  deps: BackfillDeps,
  request: BackfillRequest,
  steps: readonly ReadyStep[],
  watch: BackfillWatch,
): Promise<void> {
  await new Backfill(deps, request, steps, watch).run();
}

/** What is done before and after all dates, as a message about it begins. */
const LOOKING = "Looking at the days";

class Backfill {
  readonly #deps: BackfillDeps;
  readonly #request: BackfillRequest;
  readonly #steps: readonly ReadyStep[];
  readonly #watch: BackfillWatch;
  readonly #plans: DayPlans;
  readonly #runner: StepRunner;
  readonly #retries: Retries;
  /** Dates that failed finally, in the order in which they did. */
  readonly #failures: { run: DayRun; error: FinpipeError }[] = [];
  #ahead: DumpsAhead | undefined;
  /** A step of a date that is done. */
  #hasRun = false;
  #force: boolean;

  constructor(
    deps: BackfillDeps,
    request: BackfillRequest,
    steps: readonly ReadyStep[],
    watch: BackfillWatch,
  ) {
    const { context, attempts } = deps;
    this.#deps = deps;
    this.#request = request;
    this.#steps = steps;
    this.#watch = watch;
    this.#runner = new StepRunner(context, deps.journal);
    this.#plans = new DayPlans({ ...context, attempts }, steps, request.selected);
    const { log, signal } = context;
    this.#retries = deps.retries ?? new Retries({ retries: 0, delay: 0, log, signal });
    this.#force = request.force === true;
  }

  async run(): Promise<void> {
    const { context } = this.#deps;
    const runs = await this.#retries.of(
      LOOKING,
      () => runsToDo(this.#plans, this.#request, context.now()),
    );
    if (runs.length === 0) context.log.info("Nothing is stale");
    const obstacle = runs.length === 0 ? undefined : heldUp(this.#plans, this.#request);
    if (obstacle !== undefined) throw obstacle;
    await using ahead = this.#openAhead();
    this.#ahead = ahead;
    await this.#runAll(runs);
    if (this.#hasRun) {
      await this.#runStaleAgain(runs);
      await this.#tellStaleBeyond(runs);
    }
    if (this.#failures.length > 0) throw failedFinally(this.#failures, this.#request);
  }

  async #runAll(runs: readonly DayRun[]): Promise<void> {
    this.#watch.onDates?.(runs.length);
    for (const [index, run] of runs.entries()) {
      await this.#ahead?.start(runs, index + 1);
      try {
        const day = { ...run, steps: await this.#runDate(run) };
        this.#hasRun ||= day.steps.some((step) => "facts" in step);
        await this.#watch.onDay(day);
        await this.#removeOldFiles(run);
      } catch (error) {
        if (!(error instanceof FinpipeError)) throw this.#stopped(run, error);
        this.#failures.push({ run, error });
        this.#watch.onFailure?.(run);
        if (this.#request.dependsOnPast ?? true) return;
        // The first one is thrown in the end.
        if (this.#failures.length > 1) this.#deps.context.log.error(error.message);
      }
    }
  }

  /** After a date, which is done by then. */
  async #removeOldFiles(run: DayRun): Promise<void> {
    const { keepFiles } = this.#request;
    if (keepFiles === undefined) return;
    const ahead = this.#ahead;
    const context = { ...this.#deps.context, ...ahead?.context, inWork: ahead?.days };
    try {
      await this.#retries.of(placeOf(run, undefined), () => removeOldFiles(context, keepFiles));
    } catch (error) {
      throw stoppedAt(run, undefined, error);
    }
  }

  /**
   * What has become stale of these dates in the meantime, as a rate that was loaded for one of them holds
   * for those after it: once more, and no more than once.
   */
  async #runStaleAgain(runs: readonly DayRun[]): Promise<void> {
    if (this.#failures.length > 0) return;
    const days = runs.map(({ partition }) => partition).toSorted(Temporal.PlainDate.compare);
    this.#force = false;
    await this.#retries.of(
      LOOKING,
      () => this.#plans.read({ from: days[0]!, to: days.at(-1)! }),
    );
    const changed = new Set(this.#plans.changedDays.map(String));
    await this.#runAll(runs.filter(({ partition }) => changed.has(`${partition}`)));
  }

  /** Where a date has failed, that is what the backfill says in the end, whatever else does not go well. */
  async #tellStaleBeyond(runs: readonly DayRun[]): Promise<void> {
    const { context } = this.#deps;
    const tell = () => tellStaleBeyond(context, runs, this.#request.given ?? []);
    if (this.#failures.length === 0) return await this.#retries.of(LOOKING, tell);
    try {
      await tell();
    } catch (error) {
      if (!(error instanceof FinpipeError) && !context.signal.aborted) throw error;
      context.log.warn(`Cannot tell whether other days are stale now: ${messageOf(error)}`);
    }
  }

  /** Somebody stopped it, or it is a bug. */
  #stopped(run: DayRun, error: unknown): unknown {
    const { log, signal } = this.#deps.context;
    const failed = this.#failures[0];
    // It would have been told in the end.
    if (failed !== undefined) log.error(failed.error.message);
    const first = [run, ...this.#failures.map(({ run }) => run)]
      .reduce((one, other) => isBefore(other, one) ? other : one);
    if (signal.aborted) log.warn(`To go on: 'finpipe ${commandFrom(first, this.#request)}'`);
    return error;
  }

  #runDate(run: DayRun): Promise<BackfilledStep[]> {
    const date = new DateRunner({
      steps: this.#steps,
      plans: this.#plans,
      runner: this.#runner,
      retries: this.#retries,
      ahead: this.#ahead,
      watch: this.#watch,
    }, run);
    return date.run(this.#force);
  }

  #openAhead(): DumpsAhead | undefined {
    const { jobs = 1, selected } = this.#request;
    const [first] = this.#steps;
    if (jobs < 2 || first?.runsAhead !== true) return undefined;
    if (selected !== undefined && !selected.has(first.name)) return undefined;
    const { signal, log } = this.#deps.context;
    const deps = {
      plans: this.#plans,
      force: this.#force,
      runner: this.#runner,
      watch: this.#watch,
      signal,
      log,
    };
    return new DumpsAhead(first, deps, jobs - 1);
  }
}

function isBefore(one: DayRun, other: DayRun): boolean {
  return Temporal.PlainDate.compare(one.partition, other.partition) < 0;
}
