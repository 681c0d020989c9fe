/** The page's data, unpacked for drawing, sorting and summing. */
import {
  approximate,
  daysOf,
  type Packed,
  type PackedCurrency,
  type PageData,
  SCALES,
  unpacked,
} from "../data.ts";
import { Calendar } from "./dates.ts";
import { type LineLook, lookOf } from "./look.ts";

export type MetricName = "transactions" | "average" | "accounts" | "amount";

export interface Metric {
  name: MetricName;
  title: string;
  scale: number;
  /** A day that was built without a row of a currency has none of these; its average is unknown. */
  isZeroWithoutRows: boolean;
}

/** In the order of the charts. */
export const METRICS: readonly Metric[] = [
  { name: "transactions", title: "Transactions", scale: 0, isZeroWithoutRows: true },
  { name: "average", title: "Transactions per account", scale: 4, isZeroWithoutRows: false },
  { name: "accounts", title: "Accounts", scale: 0, isZeroWithoutRows: true },
  { name: "amount", title: "Amount, US dollars", scale: 2, isZeroWithoutRows: true },
];

/** A line: a value for each point of the axis, null where there is none. */
export type Line = (number | null)[];

export interface Currency {
  packed: PackedCurrency;
  code: number;
  /** Its number, with the name where one is known. */
  label: string;
  look: LineLook;
  /** The place of a day in the packed columns. */
  places: ReadonlyMap<number, number>;
  /** Days on which it was left out, and the transactions that would have counted. */
  leftOut: ReadonlyMap<number, Packed>;
  lines: Readonly<Record<MetricName, Line>>;
}

/** Days that follow each other, inclusive. */
export interface Days {
  from: number;
  to: number;
}

export interface MarkedDays extends Days {
  text: string;
}

export interface Model {
  data: PageData;
  calendar: Calendar;
  /** All days. */
  all: Days;
  /** The days of the axis: those that something is known of, and one of each hole. */
  axis: number[];
  currencies: readonly Currency[];
  /** In order. */
  holes: readonly MarkedDays[];
  stale: readonly MarkedDays[];
  staleOn(day: number): string | undefined;
  /** The place of a day in the builds. */
  builds: ReadonlyMap<number, number>;
}

export function modelOf(data: PageData): Model {
  const holes = rangesOf(data.holes);
  const stale = rangesOf(data.stale);
  const staleDays = new Map<number, string>();
  for (const { from, to, text } of stale) {
    for (let day = from; day <= to; day++) staleDays.set(day, text);
  }
  const builds = placesOf(data.builds.runs);
  const axis = axisOf(data, holes);
  const isHole = new Set(holes.map(({ from }) => from));
  return {
    data,
    calendar: new Calendar(data.first),
    all: { from: 0, to: Math.max(0, data.days - 1) },
    axis,
    currencies: data.currencies.map((packed, place) => currencyOf(packed, place, axis, isHole)),
    holes,
    stale,
    staleOn: (day) => staleDays.get(day),
    builds,
  };
}

function placesOf(runs: readonly number[]): Map<number, number> {
  return new Map(daysOf(runs).map((day, place) => [day, place]));
}

function rangesOf(marks: PageData["holes"]): MarkedDays[] {
  const ranges: MarkedDays[] = [];
  for (const { text, runs } of marks) {
    for (let i = 0; i < runs.length; i += 2) {
      ranges.push({ text, from: runs[i]!, to: runs[i]! + runs[i + 1]! - 1 });
    }
  }
  return ranges.sort((one, other) => one.from - other.from);
}

/** A long hole has one point: a date far from all others must not cost a million. */
function axisOf(data: PageData, holes: readonly MarkedDays[]): number[] {
  const days: number[] = [];
  let next = 0;
  for (const { from, to } of [...holes, { from: data.days, to: data.days }]) {
    for (; next < from; next++) days.push(next);
    if (from < data.days) days.push(from);
    next = to + 1;
  }
  return days;
}

function currencyOf(
  packed: PackedCurrency,
  place: number,
  axis: readonly number[],
  isHole: ReadonlySet<number>,
): Currency {
  const places = placesOf(packed.runs);
  const leftOut = new Map<number, Packed>();
  for (let i = 0; i < packed.leftOut.length; i += 2) {
    leftOut.set(packed.leftOut[i] as number, packed.leftOut[i + 1]!);
  }
  const lineOf = ({ name, scale, isZeroWithoutRows }: Metric): Line => {
    const column = packed[name];
    return axis.map((day) => {
      const place = places.get(day);
      if (place !== undefined) return approximate(column[place]!, scale);
      return isZeroWithoutRows && !isHole.has(day) && !leftOut.has(day) ? 0 : null;
    });
  };
  const lines = Object.fromEntries(METRICS.map((metric) => [metric.name, lineOf(metric)]));
  return {
    packed,
    code: packed.code,
    label: packed.name === null ? `${packed.code}` : `${packed.code} ${packed.name}`,
    look: lookOf(place),
    places,
    leftOut,
    lines: lines as Currency["lines"],
  };
}

/** The part of days that lies in others. */
export function within<T extends Days>(ranges: readonly T[], { from, to }: Days): T[] {
  return ranges.filter((range) => range.from <= to && range.to >= from)
    .map((range) => ({ ...range, from: Math.max(range.from, from), to: Math.min(range.to, to) }));
}

/** Number of days. */
export function lengthOf({ from, to }: Days): number {
  return to - from + 1;
}

/** A figure of a row, exactly. */
export function exact(value: Packed, name: keyof typeof SCALES): string {
  return unpacked(value, SCALES[name]);
}

/** A figure as whole units of its last digit. */
export function unitsOf(value: Packed): bigint {
  return typeof value === "number" ? BigInt(value) : BigInt(value.replace(".", ""));
}
