/** What either warehouse knows of days, from the rows of its records. */
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import * as is from "../sql/columns.ts";
import type { RowOf, SqlRow } from "../sql/query.ts";
import { changedRates, type KnownRate, type UsedRate } from "../standing/changed_rates.ts";
import type { BuildOrigin, LoadFacts, WarehouseDay } from "../standing/facts.ts";

/** The steps that build something of a loaded day, and record from what. */
export const BUILDING_STEPS = ["dwh", "cdm"] as const;
export type BuildingStep = (typeof BUILDING_STEPS)[number];

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

/** `days_pending.sql`: swaps of a dataset, and builds of the core. */
export const DAY_PENDING = {
  partitionDate: is.text,
  subject: is.oneOf([...DATASET_NAMES, "core"] as const),
  isUndo: is.boolean,
};

/** `days_builds.sql`. */
export const DAY_BUILD = {
  step: is.oneOf(BUILDING_STEPS),
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
  /** 1 where the core used it. */
  ofCore: is.integer,
  /** 1 where the mart did. */
  ofMart: is.integer,
};

/** A row of `days_rates.sql`; undefined where it is not as the file says. */
export function quickRate(row: SqlRow): RowOf<typeof DAY_RATE> | undefined {
  const { partition_date: partitionDate, currency_code, rate, date_update, object_id } = row;
  if (!partitionDate || !currency_code || !rate || !date_update || !object_id) return undefined;
  const currencyCode = Number(currency_code);
  if (!Number.isSafeInteger(currencyCode)) return undefined;
  return { partitionDate, currencyCode, rate, dateUpdate: date_update, objectId: object_id };
}

/** The same of `days_rates_used.sql`. */
export function quickRateUsed(row: SqlRow): RowOf<typeof DAY_RATE_USED> | undefined {
  const { of_core, of_mart } = row;
  const [ofCore, ofMart] = [Number(of_core || NaN), Number(of_mart || NaN)];
  if (!Number.isSafeInteger(ofCore) || !Number.isSafeInteger(ofMart)) return undefined;
  const rate = quickRate(row);
  return rate && { ...rate, ofCore, ofMart };
}

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
  const changed = changedRatesByStep(rates, used);
  for (const { step, partitionDate, rows, builtAt, ...build } of builds) {
    const origin = originOf(build, changed[step].get(partitionDate) ?? []);
    const day = dayOf(partitionDate);
    if (step === "dwh") day.core = { record: origin, rows, builtAt, unfinished: false };
    else {
      const { statuses, types, leftOut } = build;
      day.mart = { record: { ...origin, statuses, types, leftOut }, rows, builtAt };
    }
  }
  for (const { subject, isUndo, partitionDate } of pending) {
    const day = dayOf(partitionDate);
    if (subject === "core") day.core = { ...day.core ?? NO_CORE, unfinished: true };
    else day.unfinished ??= { dataset: subject, isUndo };
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
    core: undefined,
    mart: undefined,
  };
}

/** Of a core whose first build broke off. */
const NO_CORE = { record: undefined, rows: null, builtAt: null };

/** By step, then by day. */
function changedRatesByStep(
  rates: DayRecords["rates"],
  used: DayRecords["used"],
): Record<BuildingStep, Map<string, number[]>> {
  const known = rates.map(knownRate);
  const [core, mart] = (["dwh", "cdm"] as const).map((step) =>
    changedRates(known, usedBy(step, used))
  );
  return { dwh: core!, cdm: mart! };
}

/** The rates that the builds of a step used. */
export function usedBy(step: BuildingStep, used: DayRecords["used"]): UsedRate[] {
  return used.filter(({ ofCore, ofMart }) => (step === "dwh" ? ofCore : ofMart) === 1)
    .map(usedRate);
}

function knownRate({ partitionDate, currencyCode, ...rate }: RowOf<typeof DAY_RATE>): KnownRate {
  return { day: partitionDate, currency: currencyCode, ...rate };
}

function usedRate(
  { partitionDate, currencyCode, rate, dateUpdate, objectId }: RowOf<typeof DAY_RATE_USED>,
): UsedRate {
  return { day: partitionDate, currency: currencyCode, rate, dateUpdate, objectId };
}

function originOf(
  { buildId, transactionsLoadId, currenciesLoadId }: Pick<
    RowOf<typeof DAY_BUILD>,
    "buildId" | "transactionsLoadId" | "currenciesLoadId"
  >,
  changedRates: readonly number[],
): BuildOrigin {
  const loads = { transactions: transactionsLoadId, currencies: currenciesLoadId };
  return { buildId, loads, changedRates };
}
