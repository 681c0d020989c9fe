/**
 * The port to the warehouse, whichever it is (contract, sections 5 to 8).
 *
 * It fits Vertica: a load streams a file into a side table, compares it with the manifest, and
 * swaps it in; refused rows come with reasons.
 */
import type { Schema } from "../migrations/migration.ts";
import type { DatasetName } from "../events/dataset.ts";
import type { Cell, CellChanges, CellRecords } from "../explain/cell.ts";
import type { DateRange } from "../partitions/run_date.ts";
import type { PartitionFile } from "../partitions/partition_file.ts";
import type { WarehouseDay } from "../standing/facts.ts";
import type { WarehouseBooks } from "./books.ts";
import type { MartOrigins } from "./mart_origins.ts";

/** What the warehouse's record of loads says of one day of one dataset. */
export interface LoadRecord {
  sha256: string;
  /** Rows of the file, by its manifest: those that were taken and those that were refused. */
  manifestRows: bigint;
  rows: bigint;
  refused: bigint;
  /** Exact sum of the control field over the rows that were taken, as decimal text. */
  controlTotal: string;
}

/** What stands in the warehouse for one day of one dataset, counted now. */
export interface DayMeasure {
  rows: bigint;
  controlTotal: string;
}

/** A day's new load. */
export interface ReplacedDay extends LoadRecord {
  /** The load that stood before it; undefined where the day was not loaded. */
  before: LoadRecord | undefined;
}

export interface LoadLimits {
  /** More refused rows than this fail the load. */
  maxRejected: number;
  /** Also load a file with fewer rows than the one that is loaded. @default false */
  allowShrink?: boolean;
  /** Sessions that fill the side table side by side, where the warehouse can. @default 1 */
  streams?: number;
  /** Aborted when the load should stop; the old day stays then. */
  signal: AbortSignal;
}

export interface MartOptions {
  /** Status values of counted transactions. */
  statuses: readonly string[];
  /** Their types. @default all */
  types?: readonly string[] | undefined;
  /** Fail, before anything is written, where a currency has no rate. */
  strict: boolean;
}

/** A currency that had counted transactions and no rate on or before the day. */
export interface LeftOut {
  currency: number;
  transactions: bigint;
}

/** The rate that a currency of the mart was counted at. */
export interface RateUsed {
  currency: number;
  /** The date of its `date_update`, on or before the day. */
  date: Temporal.PlainDate;
}

export interface MartResult {
  /** Rows of the mart for the day. */
  rows: number;
  leftOut: LeftOut[];
  /** Of each currency of the mart, but for the dollar, in order. */
  rates: RateUsed[];
  /** Statuses that the contract does not know, and types, that no transaction of the day has. */
  absent: { statuses: string[]; types: string[] };
  /**
   * Nothing was built, and the old rows were removed, because a load that the mart was built from
   * was undone: their number, in the mart and among the currencies that were left out.
   */
  takenAway?: { rows: number; leftOut: number };
}

/** What was built of a day's core (contract, section 7). */
export interface CoreResult {
  /** Facts of transactions: each row that is loaded. */
  transactions: number;
  /** Facts of currency rates: one for each pair of currencies. */
  currencyRates: number;
  /**
   * Nothing was built, and the old facts were removed, because a load that the core was built from
   * was undone: their numbers.
   */
  takenAway?: { transactions: number; currencyRates: number };
}

/** Days of the mart. */
export interface MartDays {
  /** How many. */
  days: number;
  first: string;
  last: string;
}

/** A currency that was left out of the mart, over the days of a range. */
export interface LeftOutDays extends LeftOut, MartDays {}

/** A row of `global_metrics`; decimals and 64-bit integers as text, exact. */
export interface MartRow {
  hk_global_metrics: string;
  date_update: string;
  currency_from: string;
  amount_total: string;
  cnt_transactions: string;
  avg_transactions_per_account: string;
  cnt_accounts_make_transactions: string;
  load_dt: string;
  load_src: string;
}

export interface WarehouseRepository extends Schema, AsyncDisposable {
  /** What an audit counts again. */
  readonly books: WarehouseBooks;

  /** It loads a file in one stream, however many are asked for. @default false */
  readonly hasOneStream?: true;

  /** The record of the day's load; undefined where the day was never loaded. */
  loadRecord(dataset: DatasetName, day: Temporal.PlainDate): Promise<LoadRecord | undefined>;

  /** Counts the day's rows, to compare with its record. */
  measureDay(dataset: DatasetName, day: Temporal.PlainDate): Promise<DayMeasure>;

  /**
   * Replaces the day as a whole with the file's rows; readers see the old day or the new one. The
   * old day is kept for {@link undoDay}.
   *
   * @throws FinpipeError of kind `data` where more rows than the limit are refused, totals differ, or
   * the day would shrink; `locked` where another load of the dataset runs
   */
  replaceDay(file: PartitionFile, limits: LoadLimits): Promise<ReplacedDay>;

  /** Puts back the day as it was before its last load; false if there is no undo for it. */
  undoDay(dataset: DatasetName, day: Temporal.PlainDate): Promise<boolean>;

  /**
   * Rebuilds the core for one day, atomically; removes its facts if a load that it was built from
   * was undone and no load took its place.
   *
   * @throws FinpipeError of kind `prerequisite` where a dataset of the day was never loaded and
   * nothing stands, or a load of it was broken off; `locked` where another build goes on too long
   */
  buildCore(day: Temporal.PlainDate): Promise<CoreResult>;

  /**
   * Rebuilds the mart for one day, atomically; removes its rows if a load that it was built from
   * was undone and no load took its place.
   *
   * @throws FinpipeError of kind `prerequisite` where a dataset of the day was never loaded and
   * nothing stands, or a load of it was broken off; `data` where `strict` is set and a currency has
   * no rate
   */
  buildMart(day: Temporal.PlainDate, options: MartOptions): Promise<MartResult>;

  /** The mart in order of date and currency; of all dates where no range is given. */
  mart(range?: DateRange): AsyncIterable<MartRow>;

  /** The days that the mart has something of, left-out currencies too; undefined where it has none. */
  martDays(range: DateRange): Promise<MartDays | undefined>;

  /** Currencies that were left out of the mart for want of a rate, in order. */
  leftOut(range: DateRange): Promise<LeftOutDays[]>;

  /**
   * What the records say of each day that anything is known of, in order. It costs what the days cost,
   * whatever they hold.
   */
  dayFacts(range: DateRange): Promise<WarehouseDay[]>;

  /** Versions, dumps, rates and left-out currencies of the mart, which {@link dayFacts} does not tell. */
  martOrigins(range: DateRange): Promise<MartOrigins>;

  /**
   * What is known of a cell of the mart, as of one moment: its rows are counted.
   *
   * @throws FinpipeError of kind `locked` where the day changed with every try
   */
  cell(cell: Cell): Promise<CellRecords>;

  /**
   * What is known of how a cell of the mart changed, as of one moment.
   *
   * @throws FinpipeError of kind `locked` where the day changed with every try
   */
  cellChanges(cell: Cell): Promise<CellChanges>;
}
