/**
 * Backfills: for each date what is missing, stale, failed or interrupted, in order. State is what the
 * data says, so the plan of a date is made anew after each of its steps (contract, section 9).
 */
import { dayArgument, type DayRun } from "../partitions/run_date.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { wait } from "../runtime/retry.ts";
import type { ReadyStep, StepContext, StepFacts } from "../steps/step.ts";
import { commandFrom, failedFinally, stoppedAt } from "./backfill_failure.ts";
import { heldUp, runsToDo } from "./dates.ts";
import { DayPlans, type DayPlansDeps } from "./day_plans.ts";
import { DumpsAhead } from "./dumps_ahead.ts";
import { removeOldFiles } from "./kept_files.ts";
import type { PlannedStep } from "./plan.ts";
import type { BackfillRequest } from "./request.ts";
import { type AttemptLog, StepRunner } from "./step_runner.ts";
import { tellStaleBeyond } from "./stale_beyond.ts";

/** What a backfill did with a step: it ran, or was passed over for this reason. */
export type BackfilledStep =
  | { name: string; facts: StepFacts }
  | { name: string; skipped: string };

/** A date that is done. */
export interface BackfilledDay extends DayRun {
  /** In order. */
  steps: BackfilledStep[];
}

/** Is told what a backfill does. */
export interface BackfillWatch {
  /** Before each attempt of a step. */
  onStep(run: DayRun, step: string): void;
  /** While a step waits to be tried again, every second. @param left milliseconds */
  onWait?(run: DayRun, step: string, left: number): void;
  onDay(day: BackfilledDay): void | Promise<void>;
}

export interface BackfillDeps extends Pick<DayPlansDeps, "attempts"> {
  context: StepContext;
  journal: AttemptLog;
  /** @default a timer */
  wait?: typeof wait;
}

/** The tick of a countdown, in milliseconds. */
const TICK = 1000;

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

class Backfill {
  readonly #deps: BackfillDeps;
  readonly #request: BackfillRequest;
  readonly #steps: readonly ReadyStep[];
  readonly #watch: BackfillWatch;
  readonly #plans: DayPlans;
  readonly #runner: StepRunner;
  /** Dates that failed finally, in the order in which they did. */
  readonly #failures: { run: DayRun; error: FinpipeError }[] = [];
  #ahead: DumpsAhead | undefined;
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
    this.#force = request.force === true;
  }

  async run(): Promise<void> {
    const { context } = this.#deps;
    const { given = [] } = this.#request;
    const runs = await runsToDo(this.#plans, this.#request, context.now());
    if (runs.length === 0) context.log.info("Nothing is stale");
    const obstacle = runs.length === 0 ? undefined : heldUp(this.#plans, this.#request);
    if (obstacle !== undefined) throw obstacle;
    await using ahead = this.#openAhead();
    this.#ahead = ahead;
    await this.#runAll(runs);
    if (this.#hasRun) {
      await this.#runStaleAgain(runs);
      await tellStaleBeyond(context, runs, given);
    }
    if (this.#failures.length > 0) throw failedFinally(this.#failures, this.#request);
  }

  async #runAll(runs: readonly DayRun[]): Promise<void> {
    const { keepFiles } = this.#request;
    for (const [index, run] of runs.entries()) {
      await this.#ahead?.start(runs.slice(index + 1));
      try {
        const day = { ...run, steps: await this.#runDate(run) };
        if (keepFiles !== undefined) await removeOldFiles(this.#deps.context, keepFiles);
        await this.#watch.onDay(day);
      } catch (error) {
        if (!(error instanceof FinpipeError)) throw this.#stopped(run, error);
        this.#failures.push({ run, error });
        if (this.#request.dependsOnPast ?? true) return;
        // The first one is thrown in the end.
        if (this.#failures.length > 1) this.#deps.context.log.error(error.message);
      }
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
    await this.#plans.read({ from: days[0]!, to: days.at(-1)! });
    const stale = new Set(this.#plans.staleDays.map(String));
    await this.#runAll(runs.filter(({ partition }) => stale.has(`${partition}`)));
  }

  /** Runs a date's steps, one after the other. */
  async #runDate(run: DayRun): Promise<BackfilledStep[]> {
    const did = new Map<string, StepFacts>();
    const dumped = await this.#ahead?.take(run);
    if (dumped !== undefined) this.#note(did, this.#steps[0]!.name, dumped);
    const failures = new Map<string, number>();
    for (;;) {
      this.#deps.context.signal.throwIfAborted();
      const plan = await this.#plans.plan(run, {
        force: this.#force,
        done: new Set(did.keys()),
      });
      const next = plan.steps.find(({ action }) => action === "run");
      if (next === undefined) {
        const blocked = plan.steps.find(({ action }) => action === "blocked");
        if (blocked !== undefined) throw stoppedAt(run, blocked.step, blockedError(blocked, run));
        return plan.steps.map(({ step: name, reason }) => {
          const facts = did.get(name);
          return facts === undefined ? { name, skipped: reason } : { name, facts };
        });
      }
      const step = this.#steps.find(({ name }) => name === next.step)!;
      const number = (failures.get(step.name) ?? 0) + 1;
      this.#watch.onStep(run, step.name);
      try {
        const attempt = { ...run, number, stood: plan.stood.get(step.name) ?? null };
        const given = this.#ahead === undefined ? {} : { folderLocks: this.#ahead.folderLocks };
        this.#note(did, step.name, await this.#runner.run(step, attempt, given));
      } catch (error) {
        this.#plans.outdate();
        if (!this.#mayHeal(error, number)) throw stoppedAt(run, step.name, error);
        failures.set(step.name, number);
        await this.#waitToRetry(run, step.name, error as FinpipeError);
      }
    }
  }

  /** Somebody stopped it, or it is a bug. */
  #stopped(run: DayRun, error: unknown): unknown {
    const { log, signal } = this.#deps.context;
    if (signal.aborted) log.warn(`To go on: '${commandFrom(run, this.#request)}'`);
    return error;
  }

  #note(did: Map<string, StepFacts>, step: string, facts: StepFacts): void {
    did.set(step, facts);
    this.#hasRun = true;
    this.#plans.outdate();
  }

  #mayHeal(error: unknown, number: number): boolean {
    const { retries = 0 } = this.#request;
    if (!(error instanceof FinpipeError) || number > retries) return false;
    // Also a statement that ran out of time, or a full disk.
    return error.kind === "unreachable" || error.kind === "locked" || error.passes !== undefined;
  }

  async #waitToRetry(run: DayRun, step: string, { message }: FinpipeError): Promise<void> {
    const { context: { log, signal }, wait: sleep = wait } = this.#deps;
    const { retryDelay = 0 } = this.#request;
    const seconds = Math.round(retryDelay / 1000);
    log.warn(
      `Run date ${run.runDate} (partition ${run.partition}), step ${step}: ${message}; ` +
        `trying again in ${seconds} s`,
    );
    for (let left = retryDelay; left > 0; left -= TICK) {
      this.#watch.onWait?.(run, step, left);
      await sleep(Math.min(left, TICK), signal);
    }
  }

  #openAhead(): DumpsAhead | undefined {
    const { jobs = 1, selected } = this.#request;
    const [first] = this.#steps;
    if (jobs < 2 || first?.runsAhead !== true) return undefined;
    if (selected !== undefined && !selected.has(first.name)) return undefined;
    const { signal, log } = this.#deps.context;
    const deps = { plans: this.#plans, force: this.#force, runner: this.#runner, signal, log };
    return new DumpsAhead(first, deps, jobs - 1);
  }
}

/** A step that cannot run, as one before it has to, which this backfill does not run. */
function blockedError({ step, reason, needs }: PlannedStep, { partition }: DayRun): FinpipeError {
  const day = dayArgument(partition);
  return new FinpipeError("prerequisite", `Cannot run ${step}: ${reason}`, {
    hint: `Run 'finpipe ${needs} ${day}' first, or leave out what says which steps to run`,
  });
}
