/** The lines of a backfill's dates; of a quarter without data one line, and not ninety of zeros. */
import type { BackfilledDay } from "../backfill/backfill.ts";
import { counted } from "../runtime/words.ts";
import { dayShown, didText } from "./runs.ts";

/** So many dates that say the same are not yet worth one line. */
const FEW = 3;

export class DayLines {
  /** Dates without data that follow each other and say the same. */
  #held: BackfilledDay[] = [];

  /** Lines that can be shown now that this date is done, in order. */
  add(day: BackfilledDay): string[] {
    const last = this.#held.at(-1);
    const goesOn = last !== undefined && isNext(last, day) &&
      didText(last.steps) === didText(day.steps);
    const before = goesOn ? [] : this.rest();
    if (hasData(day)) return [...before, ...dayShown(day).lines];
    this.#held.push(day);
    return before;
  }

  /** Those that were held back. */
  rest(): string[] {
    const days = this.#held.splice(0);
    if (days.length <= FEW) return days.flatMap((day) => dayShown(day).lines);
    const ends = [days[0]!, days.at(-1)!].sort((a, b) =>
      Temporal.PlainDate.compare(a.partition, b.partition)
    );
    const [first, last] = ends as [BackfilledDay, BackfilledDay];
    const dates = `${first.runDate}..${last.runDate} (${first.partition}..${last.partition})`;
    return [`${dates}: ${counted(days.length, "date")}, each ${didText(first.steps)}`];
  }
}

/** Something was done, and there was something to do it with. */
function hasData({ steps }: BackfilledDay): boolean {
  return steps.some((step) => "facts" in step && step.facts.rows > 0);
}

/** In either direction: a backfill may begin with the newest. */
function isNext(one: BackfilledDay, other: BackfilledDay): boolean {
  return Math.abs(one.partition.until(other.partition).days) === 1;
}
