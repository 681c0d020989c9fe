/**
 * The data of the page, packed: columns for each currency, not an object for each row, so that five
 * years of ten currencies stay far below 1.5 MB. The program packs it, the page in the browser unpacks
 * it: nothing here knows either.
 *
 * A day is a number, counted from {@link PageData.first}. Times are seconds since 1970, UTC.
 */

/** A decimal as a whole number of its last digit's units where a double holds it exactly, else its text. */
export type Packed = number | string;

/** Runs of days, flat: the first day and the number of days, of each run. */
export type Runs = readonly number[];

/** Raised where an older page could not read the data. */
export const FORMAT = 1;

export interface PageData {
  /** The form of the data: {@link FORMAT}, or another one of a newer finpipe. */
  format: number;
  /** When the page was made and by which version. */
  madeAt: string;
  madeBy: string;
  /** The dates that were asked for; null: all days that were over. */
  asked: { from: string; to: string } | null;
  /** Of a page that is served: the version of what it shows; its server knows the newest. */
  live?: string;
  /** ISO date of day 0. */
  first: string;
  /** Days of the axis; 0 where there is nothing to show. */
  days: number;
  /** Said where there is nothing to show: how to have some. */
  nothing: string | null;
  currencies: readonly PackedCurrency[];
  /** Days without a mart, by the reason. */
  holes: readonly Marked[];
  /** Days whose mart is stale, by the cause. */
  stale: readonly Marked[];
  builds: PackedBuilds;
  loads: readonly PackedLoads[];
  /** Versions, to which builds and loads refer by their place here. */
  versions: readonly string[];
  /** What days count: statuses, and types (null: all), likewise. */
  counted: readonly { statuses: readonly string[]; types: readonly string[] | null }[];
}

/** Days of which one thing is said. */
export interface Marked {
  text: string;
  runs: Runs;
}

/** A currency's rows of the mart: its columns have a value for each day of the runs. */
export interface PackedCurrency {
  code: number;
  name: string | null;
  runs: Runs;
  /** US dollars, of scale 2. */
  amount: readonly Packed[];
  transactions: readonly Packed[];
  /** Transactions per account, of scale 4. */
  average: readonly Packed[];
  accounts: readonly Packed[];
  /** The rate used, of scale 6; null where none is known. */
  rate: readonly (Packed | null)[];
  /** Days from the rate's date to the day. */
  rateAge: readonly (number | null)[];
  /** Days on which it was left out, with the transactions that would have counted: flat pairs. */
  leftOut: readonly Packed[];
}

/** The builds of days, one value for each day of the runs. */
export interface PackedBuilds {
  runs: Runs;
  at: readonly number[];
  /** Null where an older version kept no record. */
  version: readonly (number | null)[];
  counted: readonly (number | null)[];
}

/** The loads that stand of a dataset, likewise. */
export interface PackedLoads {
  dataset: string;
  runs: Runs;
  rows: readonly number[];
  sha256: readonly string[];
  loadedAt: readonly number[];
  dumpedAt: readonly (number | null)[];
  version: readonly (number | null)[];
}

export const SCALES = { amount: 2, transactions: 0, average: 4, accounts: 0, rate: 6 } as const;

/** Packs a decimal text; {@link unpacked} gives back the same text, whatever it is. */
export function packed(text: string, scale: number): Packed {
  const parts = /^(-?)(0|[1-9]\d{0,15})(?:\.(\d+))?$/.exec(text);
  if (parts === null || (parts[3] ?? "").length !== scale) return text;
  const units = Number(`${parts[1]}${parts[2]}${parts[3] ?? ""}`);
  return Number.isSafeInteger(units) && !Object.is(units, -0) ? units : text;
}

/** The text that was packed. */
export function unpacked(value: Packed, scale: number): string {
  if (typeof value === "string" || scale === 0) return String(value);
  const digits = String(Math.abs(value)).padStart(scale + 1, "0");
  return `${value < 0 ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** The value as a double, to draw and to sort: near enough. */
export function approximate(value: Packed, scale: number): number {
  return typeof value === "string" ? Number(value) : value / 10 ** scale;
}

/** Adds days that follow each other, after all that are there, to runs. */
export function addDays(runs: number[], day: number, length = 1): void {
  const last = runs.length - 2;
  if (last >= 0 && runs[last]! + runs[last + 1]! === day) runs[last + 1]! += length;
  else runs.push(day, length);
}

/** Each day of runs, in order. */
export function daysOf(runs: Runs): number[] {
  const days: number[] = [];
  for (let i = 0; i < runs.length; i += 2) {
    for (let day = runs[i]!; day < runs[i]! + runs[i + 1]!; day++) days.push(day);
  }
  return days;
}
