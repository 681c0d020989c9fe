/** The port through which a warehouse is counted again, for an audit, and what any warehouse makes of it. */
import type {
  BuildBook,
  CountedCurrency,
  DimensionBook,
  LeftOutBook,
  LoadBook,
  MartBook,
  Measure,
  NotCounted,
  RateBook,
  WarehouseBook,
} from "../audit/facts.ts";
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import type { DateRange } from "../partitions/run_date.ts";
import * as is from "../sql/columns.ts";
import type { RowOf } from "../sql/query.ts";
import type { WarehouseDay } from "../standing/facts.ts";
import {
  addCore,
  type CORE_COUNTED,
  type CoreRecords,
  countedFacts,
  emptyCore,
  type OpenCore,
} from "./core_books.ts";
import {
  BUILDING_STEPS,
  type DAY_RATE_USED,
  type DayRecords,
  usedBy,
  warehouseDays,
} from "./day_facts.ts";
import { controlText } from "./load_checks.ts";
import type { MartRow } from "./repository.ts";

/** A day of which a warehouse knows something, by its records or by its rows. */
export interface WarehouseDayBook {
  day: Temporal.PlainDate;
  /** Undefined: the records do not know it. */
  facts: WarehouseDay | undefined;
  book: WarehouseBook;
}

export interface WarehouseRead {
  /** In order. */
  days: WarehouseDayBook[];
  /** Over all dates. */
  dimensions: DimensionBook[];
  /** Days that a load, an undo or a build changed while they were read: their figures say nothing. */
  moved: ReadonlySet<string>;
}

export interface WarehouseBooks {
  /**
   * Counts the days of a range again; the database adds up, a few figures a day come here.
   *
   * @param deep takes the fingerprint of each day, too, and compares each fact with its row
   */
  read(range: DateRange, deep: boolean): Promise<WarehouseRead>;
}

/** `books_staged.sql`. */
export const STAGED = { partitionDate: is.text, rows: is.integer, controlTotal: is.decimal };

/** `books_loads.sql`. */
export const LOAD = {
  dataset: is.oneOf(DATASET_NAMES),
  partitionDate: is.text,
  loadId: is.text,
  sha256: is.text,
  manifestRows: is.integer,
  manifestControlTotal: is.decimal,
  rows: is.integer,
  refused: is.integer,
  controlTotal: is.decimal,
  stagedRows: is.nullable(is.integer),
  bytes: is.nullable(is.integer),
  dumpedAt: is.nullable(is.text),
  fingerprint: is.optional(is.decimal),
};

/** `books_fingerprints.sql` and its like. */
export const FINGERPRINT = { partitionDate: is.text, fingerprint: is.decimal };

/** `books_builds.sql`. */
export const BUILD = {
  step: is.oneOf(BUILDING_STEPS),
  buildId: is.text,
  partitionDate: is.text,
  statuses: is.textList,
  types: is.optional(is.textList),
  rows: is.integer,
  leftOut: is.integer,
  version: is.text,
  builtAt: is.text,
};

/** `books_counted.sql`. */
export const COUNTED = {
  partitionDate: is.text,
  currencyCode: is.integer,
  transactions: is.integer,
  amountSum: is.bigInteger,
  accounts: is.integer,
};

/** `books_not_counted.sql`. */
export const NOT_COUNTED = {
  partitionDate: is.text,
  reason: is.oneOf(["test_account", "status", "type"]),
  given: is.text,
  rows: is.integer,
};

/** `books_left_out.sql`. */
export const LEFT_OUT = {
  dateUpdate: is.text,
  currencyFrom: is.integer,
  cntTransactions: is.integer,
  amountSum: is.bigInteger,
  loadDt: is.text,
};

/** `books_rates.sql`. */
export const RATE = {
  partitionDate: is.text,
  currencyCode: is.integer,
  recorded: is.optional(is.text),
  staged: is.optional(is.text),
};

/** What days were built to count: many have the same. */
export interface BuildOptions {
  statuses: readonly string[];
  types: readonly string[] | undefined;
}

/** What is counted by one kind of options, of all days of a range. */
export interface CountedDays {
  options: BuildOptions;
  counted: readonly RowOf<typeof COUNTED>[];
  notCounted: readonly RowOf<typeof NOT_COUNTED>[];
  /** Of the core. */
  facts: readonly RowOf<typeof CORE_COUNTED>[];
}

/** All that was read of the days of a range. */
export interface BookRecords {
  records: DayRecords;
  staged: Readonly<Record<DatasetName, readonly RowOf<typeof STAGED>[]>>;
  loads: readonly RowOf<typeof LOAD>[];
  builds: readonly RowOf<typeof BUILD>[];
  used: readonly RowOf<typeof DAY_RATE_USED>[];
  counts: readonly CountedDays[];
  mart: readonly MartRow[];
  leftOut: readonly RowOf<typeof LEFT_OUT>[];
  rates: readonly RowOf<typeof RATE>[];
  /** Undefined where nobody asked. */
  fingerprints: Readonly<Record<DatasetName, readonly RowOf<typeof FINGERPRINT>[]>> | undefined;
  core: CoreRecords;
}

/** The options of the marts' builds, each once: a range is counted as often. */
export function optionsOf(builds: readonly RowOf<typeof BUILD>[]): BuildOptions[] {
  const marts = builds.filter(({ step }) => step === "cdm");
  const found = new Map(marts.map(({ statuses, types }) => {
    const options = { statuses, types };
    return [keyOf(options), options];
  }));
  return [...found.values()];
}

/** Each day that anything is known of, in order. */
export function warehouseDayBooks(read: BookRecords): WarehouseDayBook[] {
  const facts = new Map(warehouseDays(read.records).map((day) => [day.day.toString(), day]));
  const books = new Map<string, OpenBook>();
  const bookOf = (date: string) => {
    const book = books.get(date) ?? emptyBook();
    books.set(date, book);
    return book;
  };
  for (const date of facts.keys()) bookOf(date);
  for (const dataset of DATASET_NAMES) {
    for (const { partitionDate, rows, controlTotal } of read.staged[dataset]) {
      const total = controlText(dataset, controlTotal);
      bookOf(partitionDate).staged[dataset] = { rows, controlTotal: total };
    }
  }
  for (const row of read.loads) bookOf(row.partitionDate).loads[row.dataset] = loadOf(row);
  addFingerprints(books, read.fingerprints);
  for (const { step, partitionDate, ...build } of read.builds) {
    const book = bookOf(partitionDate);
    (step === "dwh" ? book.core.builds : book.builds).push(build);
  }
  for (const rate of usedBy("cdm", read.used)) bookOf(rate.day).usedRates.push(rate);
  for (const rate of usedBy("dwh", read.used)) bookOf(rate.day).core.usedRates.push(rate);
  for (const row of read.mart) bookOf(row.date_update).mart.push(martOf(row));
  for (const row of read.leftOut) {
    bookOf(row.dateUpdate).leftOut.push({
      currency: row.currencyFrom,
      transactions: row.cntTransactions,
      amountSum: row.amountSum,
      loadedAt: row.loadDt,
    });
  }
  for (const { partitionDate, currencyCode: currency, recorded, staged } of read.rates) {
    // What was never loaded has no record to compare.
    const book = books.get(partitionDate);
    if (book?.loads.currencies !== undefined) book.rates.push({ currency, recorded, staged });
  }
  addCore(read.core, (date) => bookOf(date).core, [...books.keys()]);
  addCounts(books, read.counts);
  return [...books.keys()].sort().map((date) => ({
    day: Temporal.PlainDate.from(date),
    facts: facts.get(date),
    book: books.get(date)!,
  }));
}

/** The dimensions, over all dates. */
export function dimensionBooks({ core: { members } }: BookRecords): DimensionBook[] {
  return members.map(({ other, ...dimension }) => ({ ...dimension, other: other ?? 0 }));
}

/** A day of which the warehouse knows nothing. */
export function emptyBook(): OpenBook {
  return {
    loads: { transactions: undefined, currencies: undefined },
    staged: {
      transactions: { rows: 0, controlTotal: "0" },
      currencies: { rows: 0, controlTotal: "0.000000" },
    },
    rates: [],
    builds: [],
    usedRates: [],
    core: emptyCore(),
    counted: undefined,
    notCounted: undefined,
    mart: [],
    leftOut: [],
  };
}

/** A book while it is put together. */
interface OpenBook extends WarehouseBook {
  loads: Record<DatasetName, LoadBook | undefined>;
  staged: Record<DatasetName, Measure>;
  rates: RateBook[];
  builds: BuildBook[];
  usedRates: RowOfUsed[];
  core: OpenCore;
  counted: CountedCurrency[] | undefined;
  notCounted: NotCounted | undefined;
  mart: MartBook[];
  leftOut: LeftOutBook[];
}

type RowOfUsed = WarehouseBook["usedRates"][number];

/** A day without rows has the fingerprint 0. */
function addFingerprints(
  books: ReadonlyMap<string, OpenBook>,
  fingerprints: BookRecords["fingerprints"],
): void {
  if (fingerprints === undefined) return;
  for (const dataset of DATASET_NAMES) {
    const byDay = new Map(fingerprints[dataset].map((row) => [row.partitionDate, row.fingerprint]));
    for (const [date, { staged }] of books) {
      staged[dataset] = { ...staged[dataset], fingerprint: byDay.get(date) ?? "0" };
    }
  }
}

/** Of each day by the options of its build. */
function addCounts(books: ReadonlyMap<string, OpenBook>, counts: readonly CountedDays[]): void {
  const byOptions = new Map(counts.map((days) => [keyOf(days.options), daysOf(days)]));
  for (const [date, book] of books) {
    const build = book.builds[0];
    if (build === undefined) continue;
    const days = byOptions.get(keyOf(build));
    book.counted = days?.counted.get(date) ?? [];
    book.notCounted = days?.notCounted.get(date) ?? nothingLeft();
    book.core.counted = days?.facts.get(date) ?? [];
  }
}

function daysOf({ counted, notCounted, facts }: CountedDays) {
  const countedByDay = new Map<string, CountedCurrency[]>();
  for (const { partitionDate, currencyCode: currency, ...row } of counted) {
    const day = countedByDay.get(partitionDate) ?? [];
    countedByDay.set(partitionDate, day);
    day.push({ currency, ...row });
  }
  const notCountedByDay = new Map<string, ReturnType<typeof nothingLeft>>();
  for (const { partitionDate, reason, given, rows } of notCounted) {
    const day = notCountedByDay.get(partitionDate) ?? nothingLeft();
    notCountedByDay.set(partitionDate, day);
    if (reason === "test_account") day.testAccounts += rows;
    else (reason === "status" ? day.byStatus : day.byType).set(given, rows);
  }
  return { counted: countedByDay, notCounted: notCountedByDay, facts: countedFacts(facts) };
}

function nothingLeft() {
  return {
    testAccounts: 0,
    byStatus: new Map<string, number>(),
    byType: new Map<string, number>(),
  };
}

function keyOf({ statuses, types }: BuildOptions): string {
  return JSON.stringify([statuses, types ?? null]);
}

function loadOf(row: RowOf<typeof LOAD>): LoadBook {
  const { dataset, loadId, sha256, manifestRows, rows, refused, fingerprint } = row;
  return {
    loadId,
    sha256,
    manifestRows,
    manifestControlTotal: controlText(dataset, row.manifestControlTotal),
    rows,
    refused,
    controlTotal: controlText(dataset, row.controlTotal),
    fingerprint,
    // A dump's columns are NULL together.
    origin: row.stagedRows === null
      ? undefined
      : { stagedRows: row.stagedRows, bytes: row.bytes!, dumpedAt: row.dumpedAt! },
  };
}

function martOf(row: MartRow): MartBook {
  return {
    key: row.hk_global_metrics,
    currency: Number(row.currency_from),
    amountTotal: row.amount_total,
    transactions: Number(row.cnt_transactions),
    perAccount: row.avg_transactions_per_account,
    accounts: Number(row.cnt_accounts_make_transactions),
    loadedAt: row.load_dt,
    loadSource: row.load_src,
  };
}
