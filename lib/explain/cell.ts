/**
 * What the warehouse knows of one cell of the mart, a day and a currency, from the figures down to the
 * messages (contract, section 9). Times are UTC as text, decimals exact.
 */
import type { DatasetName } from "../events/dataset.ts";
import type { WarehouseDay } from "../standing/facts.ts";

/** The dollar needs no rate. */
export const DOLLAR = 420;
export const DOLLAR_RATE = "1.000000";

/** A day and a currency, by its number. */
export interface Cell {
  day: Temporal.PlainDate;
  currency: number;
}

/** The figures of a cell. */
export interface Figures {
  /** US dollars, with two decimals. */
  amountTotal: string;
  transactions: bigint;
  /** With four decimals. */
  perAccount: string;
  accounts: bigint;
}

/** A dollar rate; the dollar's own comes from no message. */
export interface CellRate {
  /** With six decimals. */
  value: string;
  dateUpdate: string | null;
  objectId: string | null;
}

/** The build that stands for the day. */
export interface CellBuild {
  statuses: readonly string[];
  /** Undefined: all. */
  types: readonly string[] | undefined;
  version: string;
  builtAt: string;
  /** Undefined where it counted nothing of the currency, found no rate, or the currency is the dollar. */
  rate: CellRate | undefined;
}

/** Why a row is counted, or not: the first that holds, in this order, else it is counted. */
export const REASONS = ["test_account", "status", "type", "counted"] as const;

/** Rows of the day and currency with one reason, and for a status or a type with one value of it. */
export interface CellRows {
  reason: typeof REASONS[number];
  value: string | undefined;
  rows: number;
  /** Minor units of the currency: a whole number of any size. */
  amountSum: string;
  accounts: number;
}

/** A load of the day that stands. */
export interface CellLoad {
  sha256: string;
  rows: number;
  refused: number;
  loadedAt: string;
  version: string;
  /** Undefined where an older version loaded the day, which kept no record of it. */
  dump: CellDump | undefined;
}

/** The dump that a load was of. */
export interface CellDump {
  createdAt: string;
  /** Up to which position each source partition was contained in it. */
  sources: readonly { source: string; partition: number; nextPosition: string }[];
}

/** All of it, as it was at one moment. */
export interface CellRecords {
  /** What is known of the day; undefined where nothing is. */
  facts: WarehouseDay | undefined;
  /** Undefined where the mart has no row. */
  figures: Figures | undefined;
  /** Whether the currency was left out for want of a rate. */
  isLeftOut: boolean;
  /** Undefined where nothing is built, or an older version built it, which kept no record. */
  build: CellBuild | undefined;
  /** The rate that holds on the day now; of the dollar there is none. */
  rateNow: CellRate | undefined;
  /** What the loads that stand have, by what the build counted; no reason is true without a build. */
  rows: readonly CellRows[];
  loads: Readonly<Record<DatasetName, CellLoad | undefined>>;
}

/** A build that changed a cell. */
export interface CellBuildChange {
  builtAt: string;
  version: string;
  /** The ids of the loads that it was built from; undefined where none stood. */
  loads: Readonly<Record<DatasetName, string | undefined>>;
  /** When their dumps were made; undefined where nobody recorded it. */
  dumpedAt: Readonly<Record<DatasetName, string | undefined>>;
  /** Undefined as in {@link CellBuild}. */
  rate: Pick<CellRate, "value" | "dateUpdate"> | undefined;
  /** Undefined where there was none. */
  before: Figures | undefined;
}

/** How a cell came to be what it is. */
export interface CellChanges {
  /** What is known of the day; undefined where nothing is. */
  facts: WarehouseDay | undefined;
  /** In order of time. */
  changes: readonly CellBuildChange[];
  /** What stands. */
  figures: Figures | undefined;
}
