/** How many rows of a batch are of each dataset and day. */
import { type Dataset, type DatasetName, TRANSACTIONS } from "../events/dataset.ts";
import { formatMoment, type Moment } from "../events/values.ts";

export interface DayRows {
  dataset: DatasetName;
  /** `YYYY-MM-DD` of the event time, the date that a row's partition has. */
  day: string;
  rows: number;
}

const SECONDS_OF_DAY = 86_400;

/** Rows of one dataset. Most rows are of the day of the row before them. */
class Counts {
  readonly byDay = new Map<number, number>();
  #day = -1;
  #rows = 0;

  add(day: number): void {
    if (day !== this.#day) {
      this.settle();
      this.#day = day;
      this.#rows = this.byDay.get(day) ?? 0;
    }
    this.#rows++;
  }

  settle(): void {
    if (this.#rows > 0) this.byDay.set(this.#day, this.#rows);
  }
}

export class DayCounts {
  readonly #transactions = new Counts();
  readonly #currencies = new Counts();

  /** Counts a row. */
  add(dataset: Dataset, { seconds }: Moment): void {
    const counts = dataset === TRANSACTIONS ? this.#transactions : this.#currencies;
    counts.add(Math.floor(seconds / SECONDS_OF_DAY));
  }

  /** In order of dataset and day: whoever writes them in this order waits for nobody who does too. */
  *[Symbol.iterator](): Generator<DayRows> {
    yield* rowsOf("currencies", this.#currencies);
    yield* rowsOf("transactions", this.#transactions);
  }
}

function* rowsOf(dataset: DatasetName, counts: Counts): Generator<DayRows> {
  counts.settle();
  for (const [day, rows] of [...counts.byDay].sort(([a], [b]) => a - b)) {
    yield { dataset, day: dayText(day), rows };
  }
}

function dayText(day: number): string {
  return formatMoment({ seconds: day * SECONDS_OF_DAY, micros: 0 }).slice(0, 10);
}
