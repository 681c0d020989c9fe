/** How each step of each date is: what `status` shows. */
import {
  type DateRange,
  datesOf,
  type DayRun,
  FIRST_DAY,
  LAST_DAY,
  partitionOf,
  runOfPartition,
} from "../partitions/run_date.ts";
import type { AttemptsRepository, LastAttempt } from "../staging/ledger.ts";
import { STEP_STATES, type StepState, type StepStatus, stepStatus } from "./step_status.ts";
import { type FactsEnds, readDayFacts, unknownDay } from "../standing/day_facts.ts";
import type { DayFacts } from "../standing/facts.ts";
import { chained } from "../standing/standing.ts";
import type { ReadyStep } from "../steps/step.ts";

/** A step of a date. */
export interface NamedStatus extends StepStatus {
  name: string;
}

/** A date and its steps, in order. */
export interface RunStatus extends DayRun {
  steps: NamedStatus[];
}

/** Where it is read from. */
export interface StatusEnds extends FactsEnds {
  readonly staging: FactsEnds["staging"] & { readonly ledger: AttemptsRepository };
}

export interface StatusOptions {
  /** Run dates. @default all that anything is known of, and whose days are over */
  range: DateRange | undefined;
  /** UTC. */
  now: Temporal.PlainDateTime;
}

/** How many steps are in each state. */
export type Totals = Record<StepState, number>;

/**
 * Reads how the steps are.
 *
 * @param steps of a day, in order
 */
export async function readStatus(
  ends: StatusEnds,
  steps: readonly ReadyStep[],
  { range, now }: StatusOptions,
): Promise<Status> {
  const partitions = range === undefined
    ? { from: FIRST_DAY, to: LAST_DAY }
    : { from: partitionOf(range.from), to: partitionOf(range.to) };
  // The journal first: what stands by then wins over it.
  const attempts = await ends.staging.ledger.attempts(partitions);
  const facts = await readDayFacts(ends, partitions);
  return new Status(steps, { range, now }, partitions, facts, attempts);
}

/**
 * The dates, in order: each is worked out when it is looked at, and kept only where anything is known of
 * it, so that a range of any length can be shown.
 */
export class Status implements Iterable<RunStatus> {
  /** Days that are not over by the clock, where nobody asked for them; in order. */
  readonly open: readonly Temporal.PlainDate[];
  readonly #steps: readonly ReadyStep[];
  readonly #options: StatusOptions;
  readonly #partitions: DateRange;
  readonly #known: readonly Temporal.PlainDate[];
  readonly #facts: ReadonlyMap<string, DayFacts>;
  readonly #attempts: ReadonlyMap<string, LastAttempt>;
  readonly #seen = new Map<string, RunStatus>();

  constructor(
    steps: readonly ReadyStep[],
    options: StatusOptions,
    partitions: DateRange,
    facts: readonly DayFacts[],
    attempts: readonly LastAttempt[],
  ) {
    this.#steps = steps;
    this.#options = options;
    this.#partitions = partitions;
    this.#facts = new Map(facts.map((day) => [`${day.day}`, day]));
    this.#attempts = new Map(
      attempts.map((attempt) => [`${attempt.partition} ${attempt.step}`, attempt]),
    );
    const known = new Map(facts.map(({ day }) => [`${day}`, day]));
    for (const { partition } of attempts) known.set(`${partition}`, partition);
    const days = [...known.values()].sort(Temporal.PlainDate.compare);
    this.#known = days.filter((day) => !this.isOpen(day));
    this.open = options.range === undefined ? days.filter((day) => this.isOpen(day)) : [];
  }

  /** Whether a day is not over by the clock. */
  isOpen(day: Temporal.PlainDate): boolean {
    return Temporal.PlainDate.compare(day, this.#options.now.toPlainDate()) >= 0;
  }

  *[Symbol.iterator](): Generator<RunStatus> {
    const days = this.#options.range === undefined ? this.#known : datesOf(this.#partitions);
    for (const day of days) yield this.#statusOf(day);
  }

  /** Those of the dates that are asked for. */
  only(isAskedFor: (run: RunStatus) => boolean): Iterable<RunStatus> {
    return { [Symbol.iterator]: () => Iterator.from(this).filter(isAskedFor) };
  }

  totals(): Totals {
    const totals = Object.fromEntries(STEP_STATES.map((state) => [state, 0])) as Totals;
    for (const { steps } of this) for (const { state } of steps) totals[state]++;
    return totals;
  }

  #statusOf(day: Temporal.PlainDate): RunStatus {
    const key = `${day}`;
    const seen = this.#seen.get(key);
    if (seen !== undefined) return seen;
    const facts = this.#facts.get(key);
    const status = this.#judged(facts ?? unknownDay(day), key);
    if (facts !== undefined) this.#seen.set(key, status);
    return status;
  }

  #judged(facts: DayFacts, key: string): RunStatus {
    const standings = this.#steps.map(({ name, standing }) => ({
      name,
      standing: standing(facts),
    }));
    return {
      ...runOfPartition(facts.day),
      steps: chained(standings).map(({ name, standing }) => ({
        name,
        ...stepStatus(standing, this.#attempts.get(`${key} ${name}`), this.#options.now),
      })),
    };
  }
}

/** Whether a step of the date is not as it should be. */
export function isProblem({ steps }: RunStatus): boolean {
  return steps.some(({ state, cause }) =>
    state !== "done" && (state !== "pruned" || cause !== null)
  );
}
