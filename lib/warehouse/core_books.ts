/** The core as an audit counts it again, from the rows of either warehouse. */
import {
  type CoreBook,
  type CountedFacts,
  DATE_COLUMNS,
  type DateBook,
  type FactsBook,
  type RateFactsBook,
  type Stamps,
} from "../audit/facts.ts";
import * as is from "../sql/columns.ts";
import type { RowOf } from "../sql/query.ts";

/** `books_core_facts.sql`. */
export const CORE_FACTS = {
  dateKey: is.integer,
  currencyKey: is.integer,
  rate: is.nullable(is.text),
  facts: is.integer,
  amountSum: is.bigInteger,
  withoutDate: is.integer,
  withoutAccount: is.integer,
  withoutCurrency: is.integer,
  withoutCountry: is.integer,
  withoutStatus: is.integer,
  withoutType: is.integer,
  otherTest: is.integer,
  seenLater: is.integer,
  otherDollars: is.integer,
  firstLoadDt: is.text,
  lastLoadDt: is.text,
  firstLoadSrc: is.text,
  lastLoadSrc: is.text,
};

/** `books_core_rates.sql`. */
export const CORE_RATES = {
  dateKey: is.integer,
  staged: is.integer,
  facts: is.integer,
  withoutDimension: is.integer,
  same: is.integer,
  firstLoadDt: is.nullable(is.text),
  lastLoadDt: is.nullable(is.text),
  firstLoadSrc: is.nullable(is.text),
  lastLoadSrc: is.nullable(is.text),
};

/** `books_core_counted.sql`. */
export const CORE_COUNTED = {
  dateKey: is.integer,
  currencyKey: is.integer,
  transactions: is.integer,
  amountSum: is.bigInteger,
  amountUsd: is.nullable(is.decimal),
};

/** `books_core_dates.sql`. */
export const CORE_DATE = {
  dateKey: is.integer,
  date: is.text,
  year: is.text,
  quarter: is.text,
  month: is.text,
  day: is.text,
  isoYear: is.text,
  isoWeek: is.text,
  weekday: is.text,
  isWeekend: is.boolean,
};

/** `books_core_values.sql`. */
export const CORE_VALUES = { dateKey: is.integer, same: is.integer };

/** `books_core_members.sql`. */
export const CORE_MEMBERS = {
  dimension: is.text,
  rows: is.integer,
  keys: is.integer,
  members: is.integer,
  other: is.nullable(is.integer),
};

/** All that was read of the core of the days of a range. */
export interface CoreRecords {
  facts: readonly RowOf<typeof CORE_FACTS>[];
  rates: readonly RowOf<typeof CORE_RATES>[];
  dates: readonly RowOf<typeof CORE_DATE>[];
  members: readonly RowOf<typeof CORE_MEMBERS>[];
  /** Undefined where nobody asked. */
  values: readonly RowOf<typeof CORE_VALUES>[] | undefined;
}

/** A core while its book is put together. */
export interface OpenCore extends CoreBook {
  builds: CoreBook["builds"][number][];
  usedRates: CoreBook["usedRates"][number][];
  facts: FactsBook[];
  rates: RateFactsBook;
  counted: CountedFacts[];
  dates: DateBook[];
  same: number | undefined;
}

/** A day of whose core nothing is known. */
export function emptyCore(): OpenCore {
  return {
    builds: [],
    usedRates: [],
    facts: [],
    rates: { staged: 0, facts: 0, without: 0, same: 0, stamps: undefined },
    counted: [],
    dates: [],
    same: undefined,
  };
}

/**
 * Puts what was read of the core into the books of its days.
 *
 * @param coreOf the core in the book of a date
 * @param dates that have a book already
 */
export function addCore(
  { facts, rates, dates, values }: CoreRecords,
  coreOf: (date: string) => OpenCore,
  known: Iterable<string>,
): void {
  for (const row of facts) coreOf(dateOf(row.dateKey)).facts.push(factsOf(row));
  for (const row of rates) {
    // Staging alone is no core.
    const core = coreOf(dateOf(row.dateKey));
    const { staged, facts, withoutDimension: without, same } = row;
    core.rates = { staged, facts, without, same, stamps: facts === 0 ? undefined : stampsOf(row) };
  }
  for (const { dateKey, ...row } of dates) coreOf(dateOf(dateKey)).dates.push(dateRowOf(row));
  if (values === undefined) return;
  for (const date of known) coreOf(date).same = 0;
  for (const { dateKey, same } of values) coreOf(dateOf(dateKey)).same = same;
}

/** What a mart counts of the facts, by date. */
export function countedFacts(
  rows: readonly RowOf<typeof CORE_COUNTED>[],
): ReadonlyMap<string, CountedFacts[]> {
  const byDay = new Map<string, CountedFacts[]>();
  for (const { dateKey, currencyKey: currency, transactions, amountSum, amountUsd } of rows) {
    const date = dateOf(dateKey);
    const day = byDay.get(date) ?? [];
    byDay.set(date, day);
    day.push({ currency, transactions, amountSum, dollars: amountUsd });
  }
  return byDay;
}

/** The date of a key such as 20221001; the nearest one of a key that is of none. */
function dateOf(key: number): string {
  const [year, month, day] = [Math.trunc(key / 10_000), Math.trunc(key / 100) % 100, key % 100];
  const least = (number: number) => Math.max(1, number);
  return Temporal.PlainDate.from(
    { year: least(year), month: least(month), day: least(day) },
    { overflow: "constrain" },
  ).toString();
}

function factsOf(row: RowOf<typeof CORE_FACTS>): FactsBook {
  const { currencyKey: currency, rate, facts, amountSum } = row;
  const { otherTest, seenLater, otherDollars } = row;
  const without = new Map([
    ["dim_dates", row.withoutDate],
    ["dim_accounts", row.withoutAccount],
    ["dim_currencies", row.withoutCurrency],
    ["dim_countries", row.withoutCountry],
    ["dim_statuses", row.withoutStatus],
    ["dim_transaction_types", row.withoutType],
  ]);
  const counts = { otherTest, seenLater, otherDollars };
  return { currency, rate, facts, amountSum, without, ...counts, stamps: stampsOf(row) };
}

function stampsOf(
  row: Pick<
    RowOf<typeof CORE_RATES>,
    "firstLoadDt" | "lastLoadDt" | "firstLoadSrc" | "lastLoadSrc"
  >,
): Stamps {
  const { firstLoadDt, lastLoadDt, firstLoadSrc, lastLoadSrc } = row;
  return {
    loadedAt: [firstLoadDt ?? "", lastLoadDt ?? ""],
    loadSource: [firstLoadSrc ?? "", lastLoadSrc ?? ""],
  };
}

function dateRowOf(row: Omit<RowOf<typeof CORE_DATE>, "dateKey">): DateBook {
  const { isoYear: iso_year, isoWeek: iso_week, isWeekend, ...rest } = row;
  const values = { ...rest, iso_year, iso_week, is_weekend: String(isWeekend) };
  return Object.fromEntries(DATE_COLUMNS.map((name) => [name, values[name]])) as DateBook;
}
