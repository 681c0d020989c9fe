/**
 * Runs the first step of later dates while an earlier date is worked on. Only a step that touches
 * nothing of other dates may do that: a dump.
 */
import type { DayRun } from "../partitions/run_date.ts";
import { FolderLocks } from "../partitions/folder_locks.ts";
import { messageOf } from "../runtime/errors.ts";
import type { Logger } from "../runtime/log.ts";
import type { ReadyStep, StepContext, StepFacts } from "../steps/step.ts";
import type { StepWatch } from "./date_runner.ts";
import type { DayPlans } from "./day_plans.ts";
import type { StepRunner } from "./step_runner.ts";

export interface AheadDeps {
  plans: Pick<DayPlans, "firstPlan">;
  /** Also what is fresh. */
  force: boolean;
  runner: StepRunner;
  watch: StepWatch;
  signal: AbortSignal;
  log: Logger;
}

export class DumpsAhead implements AsyncDisposable {
  readonly #step: ReadyStep;
  readonly #deps: AheadDeps;
  readonly #jobs: number;
  readonly #stop = new AbortController();
  readonly #locks = new FolderLocks();
  readonly #running = new Map<string, Promise<StepFacts | "failed">>();
  /** Dates that were looked at: none is run ahead twice. */
  readonly #seen = new Set<string>();

  /** @param jobs how many at once, beside the date that is worked on */
  constructor(step: ReadyStep, deps: AheadDeps, jobs: number) {
    this.#step = step;
    this.#deps = deps;
    this.#jobs = jobs;
  }

  /** What the steps of the date that is worked on are given as well. */
  get context(): Pick<StepContext, "folderLocks"> {
    return { folderLocks: this.#locks };
  }

  /** Days whose turn has not come: what is dumped of them is not loaded yet, whatever is loaded of them. */
  get days(): ReadonlySet<string> {
    return new Set(this.#running.keys());
  }

  /** Starts as many of the dates from this one on, in order, as there are jobs free. */
  async start(runs: readonly DayRun[], from: number): Promise<void> {
    const { plans, force } = this.#deps;
    for (const run of runs.slice(from, from + this.#jobs)) {
      if (this.#running.size >= this.#jobs) return;
      const date = `${run.partition}`;
      if (this.#seen.has(date)) continue;
      this.#seen.add(date);
      const plan = await plans.firstPlan(run, { force }).catch((error) => this.#note(run, error));
      if (plan === undefined) continue;
      const { steps, stood } = plan;
      const planned = steps.find(({ step }) => step === this.#step.name);
      if (planned?.action !== "run") continue;
      this.#running.set(date, this.#run(run, stood.get(this.#step.name) ?? null));
    }
  }

  /** What was run ahead of a date; undefined where nothing was. Where it failed, its turn will tell why. */
  async take({ partition }: DayRun): Promise<StepFacts | "failed" | undefined> {
    const running = this.#running.get(`${partition}`);
    const facts = await running;
    this.#running.delete(`${partition}`);
    return facts;
  }

  async #run(run: DayRun, stood: string | null): Promise<StepFacts | "failed"> {
    const { runner, watch, signal } = this.#deps;
    try {
      watch.onStep(run, this.#step.name);
      const facts = await runner.run(this.#step, { ...run, number: 1, stood }, {
        signal: AbortSignal.any([signal, this.#stop.signal]),
        folderLocks: this.#locks,
      });
      watch.onStepDone?.(run, this.#step.name, facts);
      return facts;
    } catch (error) {
      this.#note(run, error);
      return "failed";
    }
  }

  /** The turn of the date will tell. */
  #note({ partition }: DayRun, error: unknown): void {
    const { log } = this.#deps;
    log.debug(`Could not run ${this.#step.name} of ${partition} ahead: ${messageOf(error)}`);
  }

  /** Stops what is running. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("The backfill has stopped"));
    await Promise.all(this.#running.values());
  }
}
