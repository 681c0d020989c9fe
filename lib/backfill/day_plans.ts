/** The plans of dates, each made from what both ends and the journal know of its day. */
import type { DateRange, DayRun } from "../partitions/run_date.ts";
import { attempted, type AttemptFacts } from "../standing/attempted.ts";
import type { FactsEnds } from "../standing/day_facts.ts";
import type { DayFacts } from "../standing/facts.ts";
import { chained, type Standing } from "../standing/standing.ts";
import type { ReadyStep } from "../steps/step.ts";
import { DayReader } from "./day_reader.ts";
import { planDay, type PlannedStep, type PlanOptions } from "./plan.ts";

/** The last attempt of a step for a day. */
export interface StepAttempt extends AttemptFacts {
  partition: Temporal.PlainDate;
  step: string;
}

export interface DayPlansDeps {
  ends: FactsEnds;
  /** The last attempts of the days of a range. */
  attempts(range: DateRange): Promise<readonly StepAttempt[]>;
  /** Where the partition files are. */
  workDir: string;
}

/** How a step stands for a day. */
export interface StepStanding {
  name: string;
  standing: Standing;
}

/** What is to be done with a date. */
export interface DayPlan {
  steps: readonly PlannedStep[];
  /** What stands for each step: see {@link Standing.id}. */
  stood: ReadonlyMap<string, string | null>;
}

export class DayPlans {
  readonly #deps: DayPlansDeps;
  readonly #steps: readonly ReadyStep[];
  readonly #selected: ReadonlySet<string>;
  readonly #reader: DayReader;
  readonly #attempts = new Map<string, StepAttempt>();

  /** @param selected the steps that are to be run @default all */
  constructor(
    deps: DayPlansDeps,
    steps: readonly ReadyStep[],
    selected: ReadonlySet<string> = new Set(steps.map(({ name }) => name)),
  ) {
    this.#deps = deps;
    this.#reader = new DayReader(deps.ends);
    this.#steps = steps;
    this.#selected = selected;
  }

  /** Reads what is known of the days of a range, at once. */
  async read(range: DateRange): Promise<void> {
    await this.#reader.read(range);
    for (const attempt of await this.#deps.attempts(range)) {
      this.#attempts.set(keyOf(attempt.partition, attempt.step), attempt);
    }
  }

  /** Says that a step has run: what it may have changed is read again before a day is planned. */
  outdate(step: string): void {
    this.#reader.outdate(this.#steps.find(({ name }) => name === step)!.uses);
  }

  /** The days that were read and of which a step that is to be run is stale, in order. */
  get staleDays(): Temporal.PlainDate[] {
    return this.#daysWithStale(chained);
  }

  /** Those of which one is stale by itself, not by a step before it. */
  get changedDays(): Temporal.PlainDate[] {
    return this.#daysWithStale((steps) => steps);
  }

  #daysWithStale(seen: (steps: StepStanding[]) => StepStanding[]): Temporal.PlainDate[] {
    return [...this.#reader.days].filter((facts) => {
      const steps = this.#steps.map(({ name, standing }) => ({ name, standing: standing(facts) }));
      return seen(steps).some(({ name, standing }) =>
        this.#selected.has(name) && standing.state === "stale"
      );
    }).map(({ day }) => day);
  }

  /** How the steps that were asked for stand for a day that was read. */
  standings(day: Temporal.PlainDate): StepStanding[] {
    return this.#standingOf(this.#reader.last(day))
      .filter(({ name }) => this.#selected.has(name));
  }

  async plan({ partition: day }: DayRun, options: Omit<PlanOptions, "selected">): Promise<DayPlan> {
    return await this.#planOf(await this.#reader.now(day), options);
  }

  /** A plan by what was read last for all days, whatever has run since. */
  async firstPlan(
    { partition: day }: DayRun,
    options: Omit<PlanOptions, "selected">,
  ): Promise<DayPlan> {
    return await this.#planOf(this.#reader.last(day), options);
  }

  async #planOf(facts: DayFacts, asked: PlanOptions): Promise<DayPlan> {
    const steps = this.#standingOf(facts);
    const stood = new Map(steps.map(({ name, standing }) => [name, standing.id]));
    const options = { ...asked, selected: this.#selected };
    const plan = planDay(steps, options);
    // Whether the input is at hand is looked up only for a day on which something runs.
    if (!plan.some(({ action }) => action !== "skip")) return { steps: plan, stood };
    const withInput = await Promise.all(this.#steps.map(async (step, index) => ({
      ...steps[index]!,
      wantsInput: await step.wantsInput?.(facts, this.#deps.workDir),
    })));
    return { steps: planDay(withInput, options), stood };
  }

  #standingOf(facts: DayFacts) {
    return this.#steps.map((step) => ({
      name: step.name,
      standing: attempted(
        step.standing(facts),
        this.#attempts.get(keyOf(facts.day, step.name)),
      ),
      breach: step.breach?.(facts),
      isAside: step.isAside,
    }));
  }
}

function keyOf(day: Temporal.PlainDate, step: string): string {
  return `${day} ${step}`;
}
