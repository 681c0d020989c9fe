/** What either warehouse knows of a cell of the mart, from the rows of its queries. */
import * as v from "valibot";
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import {
  type CellBuild,
  type CellBuildChange,
  type CellLoad,
  type CellRate,
  type CellRecords,
  type Figures,
  REASONS,
} from "../explain/cell.ts";
import { ManifestSource } from "../partitions/manifest.ts";
import * as is from "../sql/columns.ts";
import type { RowOf } from "../sql/query.ts";
import type { SqlValues } from "../sql/template.ts";
import type { WarehouseDay } from "../standing/facts.ts";
import type { DAY_RATE } from "./day_facts.ts";

/** `cell_figures.sql`. */
export const CELL_FIGURES = {
  amountTotal: is.decimal,
  cntTransactions: is.bigInteger,
  avgTransactionsPerAccount: is.decimal,
  cntAccountsMakeTransactions: is.bigInteger,
};

/** `cell_left_out.sql`. */
export const CELL_LEFT_OUT = { cntTransactions: is.bigInteger };

/** `cell_build.sql`. */
export const CELL_BUILD = {
  buildId: is.text,
  statuses: is.textList,
  types: is.optional(is.textList),
  version: is.text,
  builtAt: is.text,
  rate: is.nullable(is.decimal),
  dateUpdate: is.nullable(is.text),
  objectId: is.nullable(is.text),
};

/** `cell_loads.sql`. */
export const CELL_LOAD = {
  dataset: is.oneOf(DATASET_NAMES),
  sha256: is.text,
  rows: is.integer,
  refused: is.integer,
  loadedAt: is.text,
  version: is.text,
  dumpedAt: is.nullable(is.text),
  sources: is.optional(
    v.pipe(
      v.string("a list of sources"),
      v.parseJson(undefined, "a list of sources"),
      v.array(ManifestSource, "a list of sources"),
    ),
  ),
};

/** `cell_rows.sql`. */
export const CELL_ROWS = {
  reason: is.oneOf(REASONS),
  value: is.optional(is.text),
  rows: is.integer,
  amountSum: is.decimal,
  accounts: is.integer,
};

/** `cell_changes.sql`. */
export const CELL_CHANGE = {
  builtAt: is.text,
  version: is.text,
  transactionsLoadId: is.optional(is.text),
  currenciesLoadId: is.optional(is.text),
  transactionsDumpedAt: is.optional(is.text),
  currenciesDumpedAt: is.optional(is.text),
  rate: is.nullable(is.decimal),
  dateUpdate: is.nullable(is.text),
  amountTotal: is.nullable(is.decimal),
  cntTransactions: is.nullable(is.bigInteger),
  avgTransactionsPerAccount: is.nullable(is.decimal),
  cntAccountsMakeTransactions: is.nullable(is.bigInteger),
};

/**
 * The statuses and types of `cell_rows.sql`.
 *
 * @param build undefined where nobody knows what was counted: then no reason is true, only that there
 * are rows
 */
export function countedValues(
  build: Pick<CellBuild, "statuses" | "types"> | undefined,
): { statuses: readonly string[]; types: readonly string[] | undefined } {
  return { statuses: build?.statuses ?? [], types: build?.types };
}

/** The rows of a cell's queries. */
export interface CellSelections {
  facts: readonly WarehouseDay[];
  figures: RowOf<typeof CELL_FIGURES> | undefined;
  leftOut: RowOf<typeof CELL_LEFT_OUT> | undefined;
  build: RowOf<typeof CELL_BUILD> | undefined;
  rates: readonly RowOf<typeof DAY_RATE>[];
  rows: readonly RowOf<typeof CELL_ROWS>[];
  loads: readonly RowOf<typeof CELL_LOAD>[];
}

/** All that is known of a cell. */
export function cellRecords(
  currency: number,
  { facts, figures, leftOut, build, rates, rows, loads }: CellSelections,
): CellRecords {
  const loadOf = (name: DatasetName) => {
    const row = loads.find(({ dataset }) => dataset === name);
    return row === undefined ? undefined : cellLoad(row);
  };
  return {
    facts: facts[0],
    figures: figures === undefined ? undefined : figuresOf(figures),
    isLeftOut: leftOut !== undefined,
    build: build === undefined ? undefined : { ...build, rate: rateOf(build) },
    rateNow: latestRate(rates.filter(({ currencyCode }) => currencyCode === currency)),
    rows,
    loads: { transactions: loadOf("transactions"), currencies: loadOf("currencies") },
  };
}

/** A row of `global_metrics`. */
export function figuresOf(row: RowOf<typeof CELL_FIGURES>): Figures {
  return {
    amountTotal: row.amountTotal,
    transactions: row.cntTransactions,
    perAccount: row.avgTransactionsPerAccount,
    accounts: row.cntAccountsMakeTransactions,
  };
}

/** A build that changed the cell. */
export function cellChange(row: RowOf<typeof CELL_CHANGE>): CellBuildChange {
  const { builtAt, version, rate, dateUpdate } = row;
  return {
    builtAt,
    version,
    loads: { transactions: row.transactionsLoadId, currencies: row.currenciesLoadId },
    dumpedAt: { transactions: row.transactionsDumpedAt, currencies: row.currenciesDumpedAt },
    rate: rate === null ? undefined : { value: rate, dateUpdate },
    before: maybeFigures(row),
  };
}

/** NULLs where there was no row. */
function maybeFigures(row: RowOf<typeof CELL_CHANGE>): Figures | undefined {
  const { amountTotal, cntTransactions, avgTransactionsPerAccount, cntAccountsMakeTransactions } =
    row;
  if (amountTotal === null || cntTransactions === null) return undefined;
  if (avgTransactionsPerAccount === null || cntAccountsMakeTransactions === null) return undefined;
  return figuresOf({
    amountTotal,
    cntTransactions,
    avgTransactionsPerAccount,
    cntAccountsMakeTransactions,
  });
}

function rateOf({ rate, dateUpdate, objectId }: RowOf<typeof CELL_BUILD>): CellRate | undefined {
  return rate === null ? undefined : { value: rate, dateUpdate, objectId };
}

function latestRate(rates: readonly RowOf<typeof DAY_RATE>[]): CellRate | undefined {
  const latest = rates.toSorted((one, other) => one.partitionDate < other.partitionDate ? 1 : -1)
    .at(0);
  if (latest === undefined) return undefined;
  return { value: latest.rate, dateUpdate: latest.dateUpdate, objectId: latest.objectId };
}

function cellLoad(
  { sha256, rows, refused, loadedAt, version, dumpedAt, sources }: RowOf<typeof CELL_LOAD>,
): CellLoad {
  const dump = dumpedAt === null ? undefined : {
    createdAt: dumpedAt,
    sources: (sources ?? []).map(({ source, partition, next_position }) => ({
      source,
      partition,
      nextPosition: next_position,
    })),
  };
  return { sha256, rows, refused, loadedAt, version, dump };
}

/** A day as a range of one, and a currency. */
export function cellValues(
  { day, currency }: { day: Temporal.PlainDate; currency: number },
): SqlValues {
  const date = day.toString();
  return { day: date, first_day: date, last_day: date, currency };
}
