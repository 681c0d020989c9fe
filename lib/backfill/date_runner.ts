/** Runs the steps of one date, one after the other; its plan is made anew after each. */
import { dayArgument, type DayRun } from "../partitions/run_date.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { ReadyStep, StepFacts } from "../steps/step.ts";
import type { BackfillWatch } from "./backfill.ts";
import { placeOf, stoppedAt } from "./backfill_failure.ts";
import type { DayPlan, DayPlans } from "./day_plans.ts";
import type { DumpsAhead } from "./dumps_ahead.ts";
import type { PlannedStep } from "./plan.ts";
import type { Retries } from "./retries.ts";
import type { StepRunner } from "./step_runner.ts";

/** What was done with a step: it ran, or was passed over for this reason. */
export type BackfilledStep =
  | { name: string; facts: StepFacts }
  | { name: string; skipped: string };

/** Is told of the steps that run. */
export type StepWatch = Pick<BackfillWatch, "onStep" | "onStepDone">;

export interface DateRunnerDeps {
  steps: readonly ReadyStep[];
  plans: Pick<DayPlans, "plan" | "outdate">;
  runner: StepRunner;
  retries: Retries;
  ahead: DumpsAhead | undefined;
  watch: StepWatch;
}

export class DateRunner {
  readonly #deps: DateRunnerDeps;
  readonly #run: DayRun;
  readonly #did = new Map<string, StepFacts>();
  /** Attempts of each step. */
  readonly #tried = new Map<string, number>();
  /** The step of which an attempt ahead of the date failed: it counts, and is no try of the date's own. */
  #failedAhead: string | undefined;
  /** The step that is run, or was run last. */
  #step: string | undefined;

  constructor(deps: DateRunnerDeps, run: DayRun) {
    this.#deps = deps;
    this.#run = run;
  }

  /**
   * Runs what is to be run of the date.
   *
   * @param force also what is fresh
   * @throws FinpipeError of the kind of the step that failed, which names date, step and cause
   */
  async run(force: boolean): Promise<BackfilledStep[]> {
    try {
      await this.#takeAhead();
      return await this.#runSteps(force);
    } catch (error) {
      throw stoppedAt(this.#run, this.#step, error);
    }
  }

  /** What was run ahead of the date is done. */
  async #takeAhead(): Promise<void> {
    const { ahead, steps, plans } = this.#deps;
    const facts = await ahead?.take(this.#run);
    if (facts === undefined) return;
    const { name } = steps[0]!;
    if (facts === "failed") this.#failedAhead = name;
    else this.#did.set(name, facts);
    plans.outdate(name);
  }

  async #runSteps(force: boolean): Promise<BackfilledStep[]> {
    let holds = false;
    for (let plan = await this.#plan(force);;) {
      const next = plan.steps.find(({ step, action }) => action === "run" && !this.#did.has(step));
      if (next === undefined) return this.#outcomeOf(plan.steps);
      const facts = await this.#attempt(next.step, plan);
      // A plan holds for the steps after one that has changed what stands, up to the next one that they are
      // made from.
      const isAside = this.#stepOf(next.step).isAside === true;
      holds = facts !== undefined && (facts.changed === true || (holds && isAside));
      const isLast = facts !== undefined && next === plan.steps.at(-1);
      if (!holds && !isLast) plan = await this.#plan(force);
    }
  }

  #stepOf(name: string): ReadyStep {
    return this.#deps.steps.find((step) => step.name === name)!;
  }

  #plan(force: boolean): Promise<DayPlan> {
    const { plans, retries } = this.#deps;
    const done = new Set(this.#did.keys());
    return retries.of(
      placeOf(this.#run, undefined),
      () => plans.plan(this.#run, { force, done }),
    );
  }

  /** One attempt; undefined where it failed for what can pass: the next plan has the step again. */
  async #attempt(name: string, { stood }: DayPlan): Promise<StepFacts | undefined> {
    const { plans, runner, retries, ahead, watch } = this.#deps;
    this.#step = name;
    const tried = (this.#tried.get(name) ?? 0) + 1;
    this.#tried.set(name, tried);
    const number = this.#failedAhead === name ? tried + 1 : tried;
    watch.onStep(this.#run, name);
    const step = this.#stepOf(name);
    const attempt = { ...this.#run, number, stood: stood.get(name) ?? null };
    try {
      const facts = await runner.run(step, attempt, ahead?.context);
      this.#did.set(name, facts);
      watch.onStepDone?.(this.#run, name, facts);
      return facts;
    } catch (error) {
      await retries.after(error, tried, placeOf(this.#run, name));
      return undefined;
    } finally {
      plans.outdate(name);
    }
  }

  /** @throws FinpipeError of kind `prerequisite` where a step is blocked */
  #outcomeOf(plan: readonly PlannedStep[]): BackfilledStep[] {
    const blocked = plan.find(({ action }) => action === "blocked");
    if (blocked !== undefined) {
      this.#step = blocked.step;
      throw blockedError(blocked, this.#run);
    }
    return plan.map(({ step: name, reason }) => {
      const facts = this.#did.get(name);
      return facts === undefined ? { name, skipped: reason } : { name, facts };
    });
  }
}

/** A step that cannot run, as one before it has to, which this backfill does not run. */
function blockedError({ step, reason, needs }: PlannedStep, { partition }: DayRun): FinpipeError {
  const day = dayArgument(partition);
  return new FinpipeError("prerequisite", `Cannot run ${step}: ${reason}`, {
    hint: `Run 'finpipe ${needs} ${day}' first, or leave out what says which steps to run`,
  });
}
