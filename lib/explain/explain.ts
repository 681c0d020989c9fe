/** One cell of the mart explained, from its figures down (contract, section 9). Pure. */
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import { dayArgument } from "../partitions/run_date.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { WarehouseDay } from "../standing/facts.ts";
import { type CountedValues, martStanding } from "../standing/mart_standing.ts";
import {
  type Cell,
  type CellBuild,
  type CellDump,
  type CellLoad,
  type CellRate,
  type CellRecords,
  type CellRows,
  DOLLAR,
  DOLLAR_RATE,
  type Figures,
} from "./cell.ts";

/** What a cell is explained by. */
export interface Explained extends Cell {
  /** Undefined where the mart has no row: nothing is counted, or no rate is known. */
  figures: Figures | undefined;
  /** The one that was used, else the one that would have been; undefined where there is none. */
  rate: CellRate | undefined;
  isLeftOut: boolean;
  /** Undefined where an older version built the day, and nobody knows what it counted. */
  build: CellBuild | undefined;
  /** Undefined as `build`. */
  counted: Pick<CellRows, "rows" | "amountSum" | "accounts"> | undefined;
  /** Undefined as `build`. */
  notCounted: NotCounted | undefined;
  /** Those that stand, of which the rows are. */
  loads: Readonly<Record<DatasetName, CellLoad | undefined>>;
  dumps: Readonly<Record<DatasetName, CellDump | undefined>>;
  /** Why the figures are not what the day gives now; null where they are. */
  stale: string | null;
  /** What is known of the day, as far as it is the cell's. */
  facts: WarehouseDay;
}

/** Rows that are not counted, each told once: the most first. */
export interface NotCounted {
  testAccounts: number;
  byStatus: readonly (readonly [status: string, rows: number])[];
  byType: readonly (readonly [type: string, rows: number])[];
}

/**
 * @param asked what `cdm` would count
 * @throws FinpipeError of kind `prerequisite` where the day was never built, `failed` where it has
 * nothing of the currency
 */
export function explained(
  { day, currency }: Cell,
  { facts: known, figures, isLeftOut, build, rateNow, rows, loads }: CellRecords,
  asked: CountedValues,
): Explained {
  const facts = known === undefined ? undefined : ofCurrency(known, currency);
  if (facts?.mart === undefined) throw neverBuilt(day, facts);
  if (figures === undefined && !isLeftOut && rows.length === 0) throw noRows({ day, currency });
  return {
    day,
    currency,
    figures,
    rate: build === undefined ? undefined : rateOf(currency, build, { isLeftOut, rateNow }),
    isLeftOut,
    build,
    counted: build === undefined ? undefined : countedOf(rows),
    notCounted: build === undefined ? undefined : notCountedOf(rows),
    loads,
    dumps: byDataset((dataset) => loads[dataset]?.dump),
    stale: martStanding(facts, asked).cause,
    facts,
  };
}

/** Of a day without a mart: `cdm` builds what is loaded, a backfill all that it takes. */
export function neverBuilt(
  day: Temporal.PlainDate,
  facts: WarehouseDay | undefined,
): FinpipeError {
  const isLoaded = DATASET_NAMES.every((dataset) => facts?.loads[dataset] !== undefined);
  // A backfill has no way to name the last day that there is.
  const argument = dayArgument(day);
  const command = isLoaded || argument.startsWith("--") ? "cdm" : "backfill";
  return new FinpipeError("prerequisite", `The mart of ${day} was not built`, {
    hint: `Run 'finpipe ${command} ${argument}' first`,
  });
}

function noRows({ day, currency }: Cell): FinpipeError {
  return new FinpipeError("failed", `${day} has no transactions of currency ${currency}`, {
    hint: `'finpipe report ${day}' shows the currencies that it has`,
  });
}

function rateOf(
  currency: number,
  build: CellBuild | undefined,
  { isLeftOut, rateNow }: Pick<CellRecords, "isLeftOut" | "rateNow">,
): CellRate | undefined {
  if (currency === DOLLAR) return { value: DOLLAR_RATE, dateUpdate: null, objectId: null };
  if (build?.rate !== undefined || isLeftOut) return build?.rate;
  return rateNow;
}

function countedOf(rows: readonly CellRows[]): NonNullable<Explained["counted"]> {
  return rows.find(({ reason }) => reason === "counted") ??
    { rows: 0, amountSum: "0", accounts: 0 };
}

function notCountedOf(rows: readonly CellRows[]): NotCounted {
  const by = (wanted: CellRows["reason"]) =>
    rows.filter(({ reason }) => reason === wanted)
      .toSorted((one, other) => other.rows - one.rows || (one.value! < other.value! ? -1 : 1))
      .map(({ value, rows }) => [value!, rows] as const);
  return {
    testAccounts: rows.find(({ reason }) => reason === "test_account")?.rows ?? 0,
    byStatus: by("status"),
    byType: by("type"),
  };
}

/** What is known of a day, without the rates of other currencies: they are nothing to this one. */
export function ofCurrency(facts: WarehouseDay, currency: number): WarehouseDay {
  const { mart } = facts;
  if (mart?.record === undefined) return facts;
  const changedRates = mart.record.changedRates.filter((changed) => changed === currency);
  return { ...facts, mart: { ...mart, record: { ...mart.record, changedRates } } };
}

/** A value for each dataset. */
export function byDataset<T>(valueOf: (dataset: DatasetName) => T): Record<DatasetName, T> {
  return { transactions: valueOf("transactions"), currencies: valueOf("currencies") };
}
