/** Days as numbers, and as ISO dates; the ticks of an axis of days. */

const DAY_MS = 86_400_000;

/** The days of a page, counted from its first one. */
export class Calendar {
  readonly #first: number;

  /** @param first ISO date of day 0 */
  constructor(first: string) {
    this.#first = Date.parse(`${first}T00:00:00Z`) / DAY_MS;
  }

  iso(day: number): string {
    return new Date((this.#first + day) * DAY_MS).toISOString().slice(0, 10);
  }

  /** Undefined for what is no ISO date. */
  day(iso: string): number | undefined {
    if (!/^\d{4}-\d\d-\d\d$/.test(iso)) return undefined;
    const time = Date.parse(`${iso}T00:00:00Z`);
    // Of 2022-02-30, which is no date, a browser may make one of March.
    if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== iso) return undefined;
    return time / DAY_MS - this.#first;
  }

  /**
   * Days at which an axis has its ticks, and how they are written.
   *
   * @param width of the axis, in characters: a date has ten of them, a year four
   */
  ticks(from: number, to: number, width: number): { days: number[]; label(day: number): string } {
    for (const step of STEPS) {
      const length = step.unit === "day" ? 10 : step.length % 12 === 0 ? 4 : 7;
      // There is no gap behind the last one.
      const most = Math.max(2, Math.floor((width + GAP) / (length + GAP)));
      const days = step.unit === "day"
        ? this.#byDays(from, to, step.length, most)
        : this.#byMonths(from, to, step.length, most);
      if (days === undefined) continue;
      return { days, label: (day) => this.iso(day).slice(0, length) };
    }
    return { days: [from], label: (day) => this.iso(day) };
  }

  #byDays(from: number, to: number, length: number, most: number): number[] | undefined {
    if ((to - from) / length > most) return undefined;
    const days: number[] = [];
    // Weeks begin on Mondays: day 4 of 1970 was one.
    const offset = (((this.#first - 4) % length) + length) % length;
    const start = Math.ceil((Math.ceil(from) + offset) / length) * length - offset;
    for (let day = start; day <= to; day += length) days.push(day);
    return days;
  }

  #byMonths(from: number, to: number, length: number, most: number): number[] | undefined {
    if ((to - from) / (30.4 * length) > most) return undefined;
    const date = new Date((this.#first + Math.floor(from)) * DAY_MS);
    let month = date.getUTCFullYear() * 12 + date.getUTCMonth();
    month = Math.floor(month / length) * length;
    const days: number[] = [];
    for (;; month += length) {
      const start = new Date(0);
      start.setUTCFullYear(Math.floor(month / 12), month % 12, 1);
      const day = start.getTime() / DAY_MS - this.#first;
      if (day > to) return days;
      if (day >= from) days.push(day);
    }
  }
}

const STEPS: readonly { unit: "day" | "month"; length: number }[] = [
  ...[1, 2, 3, 4, 7, 14].map((length) => ({ unit: "day" as const, length })),
  ...[1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000].map((length) => ({
    unit: "month" as const,
    length,
  })),
];

/** Characters between two dates of an axis. */
const GAP = 3;

/** A time in seconds as ISO, UTC. */
export function timeText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** How many ranges of days are named. */
const NAMED_RANGES = 10;

/** Days in runs as ranges; the part of them from one day to another. */
export function runsText(
  calendar: Calendar,
  ranges: readonly { from: number; to: number }[],
): string {
  const named = ranges.slice(0, NAMED_RANGES).map(({ from, to }) =>
    from === to ? calendar.iso(from) : `${calendar.iso(from)} to ${calendar.iso(to)}`
  );
  const rest = ranges.slice(NAMED_RANGES).reduce((sum, { from, to }) => sum + to - from + 1, 0);
  if (rest > 0) named.push(`${rest} more ${rest === 1 ? "day" : "days"}`);
  return named.join(", ");
}
