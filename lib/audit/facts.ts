/**
 * What the books are compared by (contract, section 9): the records of both ends, and what is counted
 * again on each. One day at a time, some figures a currency; never a row.
 */
import type { DatasetName } from "../events/dataset.ts";
import type { UsedRate } from "../standing/changed_rates.ts";
import type { DayFacts } from "../standing/facts.ts";

/** The last dump of a dataset's day, as staging recorded it. */
export interface DumpBook {
  sha256: string;
  rows: number;
  /** Rows of the day that were in staging then, before one per object_id. */
  stagedRows: number;
  bytes: number;
  controlTotal: string;
  /** One id for all that one dump wrote. */
  snapshot: string;
  /** UTC, ISO. */
  createdAt: string;
  /** As the manifest has it, JSON. */
  sources: string;
  complete: boolean | null;
  version: string;
}

/** Rows of a day of one source partition: by the record, and in staging. */
export interface SourceRows {
  /** Undefined: rows that a replay landed, or of a source that staging does not know. */
  source: string | undefined;
  partition: number;
  landed: number;
  staged: number;
}

/** A day of a dataset in staging. */
export interface StagedBook {
  /** By landed_days, less what prune took out of staging. */
  landed: number;
  /** Rows in staging. */
  rows: number;
  /** One per object_id. */
  objects: number;
  /** Over the latest versions, as a dump would write them. */
  controlTotal: string;
  /** Source partitions for which `landed` and `rows` differ. */
  sources: readonly SourceRows[];
  dump: DumpBook | undefined;
  /** What only a deep audit looks at. */
  deep: DeepStagedBook | undefined;
}

/** A day of a dataset in staging, value by value. */
export interface DeepStagedBook {
  /** Of the day's file, as a dump would write it now. */
  sha256: string;
  /** Rows whose columns say something else than their payload; undefined where one cannot be read. */
  otherPayloads: number | undefined;
  /** The partition file in the work dir; undefined if it has none of the recorded dump. */
  file: FileBook | undefined;
}

/** A partition file with its manifest. */
export interface FileBook {
  /** What keeps the file from being proven; undefined where nothing does. */
  problem: string | undefined;
  manifest: DumpBook | undefined;
}

/** The load that stands, as the warehouse recorded it. */
export interface LoadBook {
  loadId: string;
  sha256: string;
  /** Of the file. */
  manifestRows: number;
  manifestControlTotal: string;
  /** Taken by the warehouse. */
  rows: number;
  refused: number;
  controlTotal: string;
  /** The dump that it was of; undefined if an older version loaded it. */
  origin: { stagedRows: number; bytes: number; dumpedAt: string } | undefined;
  /** Of the rows that were taken; undefined if an older version loaded them. */
  fingerprint: string | undefined;
}

/** What is in the warehouse for a day of a dataset. */
export interface Measure {
  rows: number;
  controlTotal: string;
  /** Of all values; undefined where nobody asked. */
  fingerprint?: string | undefined;
}

/** A build of the core or the mart that stands, as it was recorded. */
export interface BuildBook {
  buildId: string;
  /** None for a core. */
  statuses: readonly string[];
  /** Undefined: all. */
  types: readonly string[] | undefined;
  rows: number;
  /** Currencies that had no rate. */
  leftOut: number;
  version: string;
  /** UTC, as the warehouse writes times. */
  builtAt: string;
}

/** A currency's transactions that are counted. */
export interface CountedCurrency {
  currency: number;
  transactions: number;
  /** In minor units. */
  amountSum: bigint;
  accounts: number;
}

/** Transactions that are not counted: each once, by account, then by status, then by type. */
export interface NotCounted {
  testAccounts: number;
  byStatus: ReadonlyMap<string, number>;
  byType: ReadonlyMap<string, number>;
}

/** A row of the mart; decimals as text. */
export interface MartBook {
  key: string;
  currency: number;
  amountTotal: string;
  transactions: number;
  perAccount: string;
  accounts: number;
  loadedAt: string;
  loadSource: string;
}

/** A currency that was left out, as it was recorded. */
export interface LeftOutBook {
  currency: number;
  transactions: number;
  amountSum: bigint;
  loadedAt: string;
}

/** The last dollar rate of a currency on the day: as the load recorded it, and in the warehouse. */
export interface RateBook {
  currency: number;
  recorded: string | undefined;
  staged: string | undefined;
}

/** When and by which version rows were written: the least of them, and the greatest. */
export interface Stamps {
  loadedAt: readonly [first: string, last: string];
  loadSource: readonly [first: string, last: string];
}

/** The facts of a day that have one currency and one rate. */
export interface FactsBook {
  currency: number;
  rate: string | null;
  facts: number;
  /** In minor units. */
  amountSum: bigint;
  /** How many do not find their row of each dimension, by its table. */
  without: ReadonlyMap<string, number>;
  /** How many say of a test account what their accounts do not. */
  otherTest: number;
  /** How many are of an account that was first seen later. */
  seenLater: number;
  /** How many dollars are not those of amount and rate. */
  otherDollars: number;
  stamps: Stamps;
}

/** The rates of a day, in the warehouse's staging and in the core. */
export interface RateFactsBook {
  /** Pairs of currencies that staging has. */
  staged: number;
  facts: number;
  /** Facts that do not find a row of a dimension. */
  without: number;
  /** Pairs whose fact is that of the latest staged rate. */
  same: number;
  /** Undefined where there are no facts. */
  stamps: Stamps | undefined;
}

/** What a mart would count of the facts of a currency. */
export interface CountedFacts {
  currency: number;
  transactions: number;
  /** In minor units. */
  amountSum: bigint;
  /** Null where none of them has a rate. */
  dollars: string | null;
}

/** A row of the dimension of dates, as text. */
export type DateBook = Readonly<Record<(typeof DATE_COLUMNS)[number], string>>;

export const DATE_COLUMNS = [
  "date",
  "year",
  "quarter",
  "month",
  "day",
  "iso_year",
  "iso_week",
  "weekday",
  "is_weekend",
] as const;

/** The core of a day (contract, section 7). */
export interface CoreBook {
  /** More than one only if somebody has changed the record. */
  builds: readonly BuildBook[];
  /** What the build used. */
  usedRates: readonly UsedRate[];
  facts: readonly FactsBook[];
  rates: RateFactsBook;
  /** By the statuses and types of the mart's build. */
  counted: readonly CountedFacts[];
  /** More than one only if somebody has added them. */
  dates: readonly DateBook[];
  /** Rows of transactions whose fact says the same; undefined where nobody asked. */
  same: number | undefined;
}

/** A dimension, over all dates. */
export interface DimensionBook {
  /** Its table. */
  dimension: string;
  rows: number;
  /** Keys, each once. */
  keys: number;
  /** What the keys stand for, each once. */
  members: number;
  /** Rows that say something else of their member than follows from what it is. */
  other: number;
}

/** A day in the warehouse. */
export interface WarehouseBook {
  loads: Readonly<Record<DatasetName, LoadBook | undefined>>;
  staged: Readonly<Record<DatasetName, Measure>>;
  /** Currencies whose recorded rate of the day is not the one in the warehouse. */
  rates: readonly RateBook[];
  /** More than one only if somebody has changed the record. */
  builds: readonly BuildBook[];
  /** What the build used. */
  usedRates: readonly UsedRate[];
  core: CoreBook;
  /** By the statuses and types of the build; undefined where there is none. */
  counted: readonly CountedCurrency[] | undefined;
  notCounted: NotCounted | undefined;
  mart: readonly MartBook[];
  leftOut: readonly LeftOutBook[];
}

/** A day of both ends. */
export interface DayBook {
  /** By the clock. A day that is not is neither missing nor stale. */
  isOver: boolean;
  /** What the records say of it. */
  facts: DayFacts;
  staged: Readonly<Record<DatasetName, StagedBook>>;
  warehouse: WarehouseBook;
}

/** The counters of a source partition, and what is counted again. */
export interface SourceBook {
  source: string;
  partition: number;
  /** Undefined: rows or rejected messages name a source partition that staging does not know. */
  counters: SourceCounters | undefined;
  /** Rows by landed_days. */
  landed: Readonly<Record<DatasetName, number>>;
  /** Messages in stg.rejected. */
  rejected: number;
}

export interface SourceCounters {
  messagesRead: number;
  transactions: number;
  currencies: number;
  rejected: number;
  duplicates: number;
}

/** An object whose versions of a day differ in accounts, amount or currency: no difference. */
export interface Conflict {
  day: Temporal.PlainDate;
  objectId: string;
  versions: number;
}
