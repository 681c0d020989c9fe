/**
 * What is known of days: read for a range at once, and of a single day again where a step may have
 * changed it. A step changes only the end that it uses, so only that one is asked.
 */
import type { DateRange } from "../partitions/run_date.ts";
import { type FactsEnds, readDayFacts, stagedOf, unknownDay } from "../standing/day_facts.ts";
import type { DayFacts } from "../standing/facts.ts";
import type { StepUses } from "../steps/step.ts";

const ENDS = ["warehouse", "staging"] as const;

export class DayReader {
  readonly #ends: FactsEnds;
  readonly #days = new Map<string, DayFacts>();
  /** What was read of an end for all days may be true no longer. */
  readonly #outdated = { staging: false, warehouse: false };
  /** The day that was read from an end since. */
  readonly #readSince: { staging?: string; warehouse?: string } = {};

  constructor(ends: FactsEnds) {
    this.#ends = ends;
  }

  /** Reads the days of a range. */
  async read(range: DateRange): Promise<void> {
    for (const facts of await readDayFacts(this.#ends, range)) {
      this.#days.set(`${facts.day}`, facts);
    }
    for (const end of ENDS) this.#outdated[end] = false;
  }

  /** A step has run that uses these ends. */
  outdate(uses: StepUses): void {
    for (const end of ENDS) {
      if (uses[end] !== true) continue;
      this.#outdated[end] = true;
      delete this.#readSince[end];
    }
  }

  /** All days that were read and of which anything is known. */
  get days(): Iterable<DayFacts> {
    return this.#days.values();
  }

  /** A day as it was read last. */
  last(day: Temporal.PlainDate): DayFacts {
    return this.#days.get(`${day}`) ?? unknownDay(day);
  }

  /** A day as it is now. The warehouse is asked first: see {@link readDayFacts}. */
  async now(day: Temporal.PlainDate): Promise<DayFacts> {
    const range = { from: day, to: day };
    let facts = this.last(day);
    if (this.#mustRead("warehouse", day)) {
      const [found] = await this.#ends.warehouse.dayFacts(range);
      facts = { ...unknownDay(day), ...found, staged: facts.staged };
      this.#note("warehouse", facts);
    }
    if (this.#mustRead("staging", day)) {
      const staged = stagedOf(await this.#ends.staging.days.staged(range));
      facts = { ...facts, staged };
      this.#note("staging", facts);
    }
    return facts;
  }

  #mustRead(end: "staging" | "warehouse", day: Temporal.PlainDate): boolean {
    return this.#outdated[end] && this.#readSince[end] !== `${day}`;
  }

  #note(end: "staging" | "warehouse", facts: DayFacts): void {
    this.#days.set(`${facts.day}`, facts);
    this.#readSince[end] = `${facts.day}`;
  }
}
