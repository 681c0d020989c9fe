/** What either warehouse knows of days, from the rows of its records. */
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import * as is from "../sql/columns.ts";
import type { RowOf } from "../sql/query.ts";
import { changedRates, type KnownRate, type UsedRate } from "../standing/changed_rates.ts";
import type { BuildFacts, LoadFacts, WarehouseDay } from "../standing/facts.ts";

/** `days_loads.sql`. */
export const DAY_LOAD = {
  dataset: is.oneOf(DATASET_NAMES),
  partitionDate: is.text,
  loadId: is.text,
  sha256: is.text,
  rows: is.integer,
  refused: is.integer,
  stagedRows: is.optional(is.integer),
  loadedAt: is.timestamp,
  isRestored: is.boolean,
};

/** `days_pending.sql`. */
export const DAY_PENDING = {
  partitionDate: is.text,
  dataset: is.oneOf(DATASET_NAMES),
  isUndo: is.boolean,
};

/** `days_builds.sql`. */
export const DAY_BUILD = {
  buildId: is.text,
  partitionDate: is.text,
  transactionsLoadId: is.text,
  currenciesLoadId: is.text,
  statuses: is.textList,
  types: is.optional(is.textList),
  rows: is.integer,
  leftOut: is.integer,
  builtAt: is.timestamp,
};

/** `days_marts.sql`. */
export const DAY_MART = { partitionDate: is.text, rows: is.integer, builtAt: is.timestamp };

/** `days_rates.sql`. */
export const DAY_RATE = {
  partitionDate: is.text,
  currencyCode: is.integer,
  rate: is.text,
  dateUpdate: is.text,
  objectId: is.text,
};

/** `days_rates_used.sql`. */
export const DAY_RATE_USED = {
  partitionDate: is.text,
  currencyCode: is.integer,
  rate: is.nullable(is.text),
  dateUpdate: is.nullable(is.text),
  objectId: is.nullable(is.text),
};

/** The records of the days of a range. */
export interface DayRecords {
  loads: readonly RowOf<typeof DAY_LOAD>[];
  /** @default none: nothing can be left unfinished */
  pending?: readonly RowOf<typeof DAY_PENDING>[];
  builds: readonly RowOf<typeof DAY_BUILD>[];
  marts: readonly RowOf<typeof DAY_MART>[];
  rates: readonly RowOf<typeof DAY_RATE>[];
  used: readonly RowOf<typeof DAY_RATE_USED>[];
}

/** Each day that anything is known of, in order. */
export function warehouseDays(
  { loads, pending = [], builds, marts, rates, used }: DayRecords,
): WarehouseDay[] {
  const days = new Map<string, KnownDay>();
  const dayOf = (date: string) => {
    const day = days.get(date) ?? nothingKnown(date);
    days.set(date, day);
    return day;
  };
  for (const { dataset, partitionDate, ...load } of loads) {
    dayOf(partitionDate).loads[dataset] = load;
  }
  for (const { dataset, isUndo, partitionDate } of pending) {
    dayOf(partitionDate).unfinished ??= { dataset, isUndo };
  }
  const changed = changedRates(rates.map(knownRate), used.map(usedRate));
  for (const build of builds) {
    dayOf(build.partitionDate).mart = buildFacts(build, changed.get(build.partitionDate) ?? []);
  }
  // A mart without a build is an older version's, which recorded none.
  for (const { partitionDate, rows, builtAt } of marts) {
    dayOf(partitionDate).mart ??= { record: undefined, rows, builtAt };
  }
  return [...days.keys()].sort().map((date) => days.get(date)!);
}

/** A day, while its records are put together. */
type KnownDay = WarehouseDay & { loads: Record<DatasetName, LoadFacts | undefined> };

function nothingKnown(date: string): KnownDay {
  return {
    day: Temporal.PlainDate.from(date),
    loads: { transactions: undefined, currencies: undefined },
    unfinished: undefined,
    mart: undefined,
  };
}

function knownRate({ partitionDate, currencyCode, ...rate }: RowOf<typeof DAY_RATE>): KnownRate {
  return { day: partitionDate, currency: currencyCode, ...rate };
}

function usedRate(
  { partitionDate, currencyCode, ...rate }: RowOf<typeof DAY_RATE_USED>,
): UsedRate {
  return { day: partitionDate, currency: currencyCode, ...rate };
}

function buildFacts(
  { transactionsLoadId, currenciesLoadId, rows, builtAt, ...record }: RowOf<typeof DAY_BUILD>,
  changedRates: readonly number[],
): BuildFacts {
  const loads = { transactions: transactionsLoadId, currencies: currenciesLoadId };
  const { buildId, statuses, types, leftOut } = record;
  return { record: { buildId, loads, statuses, types, leftOut, changedRates }, rows, builtAt };
}
