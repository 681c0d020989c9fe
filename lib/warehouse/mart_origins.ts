/** What the mart of some days was made from, from the rows of either warehouse's records. */
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import * as is from "../sql/columns.ts";
import type { RowOf } from "../sql/query.ts";

/** `origins_builds.sql`. */
export const ORIGIN_BUILD = { partitionDate: is.text, version: is.text };

/** `origins_loads.sql`. */
export const ORIGIN_LOAD = {
  dataset: is.oneOf(DATASET_NAMES),
  partitionDate: is.text,
  version: is.text,
  dumpedAt: is.optional(is.timestamp),
};

/** `origins_rates.sql`. */
export const ORIGIN_RATE = {
  partitionDate: is.text,
  currencyCode: is.integer,
  rate: is.nullable(is.decimal),
  dateUpdate: is.nullable(is.timestamp),
};

/** `origins_left_out.sql`. */
export const ORIGIN_LEFT_OUT = {
  dateUpdate: is.text,
  currencyFrom: is.integer,
  cntTransactions: is.bigInteger,
};

/** What `WarehouseDay` does not say of days: days are ISO dates here, in any order. */
export interface MartOrigins {
  /** The version that built each day. */
  builds: readonly { day: string; version: string }[];
  /** The version that loaded each day, and when it was dumped, UTC. */
  loads: readonly OriginLoad[];
  /** The rate of each currency but the dollar, as decimal text; NULLs where there was none. */
  rates: readonly OriginRate[];
  /** Currencies without a rate, with the number of transactions that would have counted. */
  leftOut: readonly { day: string; currency: number; transactions: bigint }[];
}

export interface OriginLoad {
  day: string;
  dataset: DatasetName;
  version: string;
  /** Undefined where an older version loaded it. */
  dumpedAt: Temporal.PlainDateTime | undefined;
}

export interface OriginRate {
  day: string;
  currency: number;
  rate: string | null;
  /** UTC. */
  dateUpdate: Temporal.PlainDateTime | null;
}

/** The rows of the four queries. */
export interface OriginRows {
  builds: readonly RowOf<typeof ORIGIN_BUILD>[];
  loads: readonly RowOf<typeof ORIGIN_LOAD>[];
  rates: readonly RowOf<typeof ORIGIN_RATE>[];
  leftOut: readonly RowOf<typeof ORIGIN_LEFT_OUT>[];
}

export function martOrigins({ builds, loads, rates, leftOut }: OriginRows): MartOrigins {
  return {
    builds: builds.map(({ partitionDate: day, version }) => ({ day, version })),
    loads: loads.map(({ partitionDate: day, ...load }) => ({ day, ...load })),
    rates: rates.map(({ partitionDate: day, currencyCode: currency, rate, dateUpdate }) => ({
      day,
      currency,
      rate,
      dateUpdate,
    })),
    leftOut: leftOut.map((row) => ({
      day: row.dateUpdate,
      currency: row.currencyFrom,
      transactions: row.cntTransactions,
    })),
  };
}
