/** What a core or a mart was built from, as the warehouse records it (contract, section 9). */
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import { VERSION } from "../runtime/version.ts";
import * as is from "../sql/columns.ts";
import type { RowOf } from "../sql/query.ts";
import type { SqlValues } from "../sql/template.ts";
import type { CoreResult, MartOptions, MartResult } from "./repository.ts";

/** `loaded_datasets.sql`. */
export const LOADED_DATASET = { dataset: is.oneOf(DATASET_NAMES), loadId: is.text };

/** The loads that stand: where one is missing, what stood was taken away. */
type Loads = readonly RowOf<typeof LOADED_DATASET>[];

/** The values of `build_write.sql` for a mart, but for the build, its day and the time. */
export function buildValues(
  loads: Loads,
  { statuses, types }: MartOptions,
  { rows, leftOut, takenAway }: MartResult,
): SqlValues {
  return {
    step: "cdm",
    ...loadIds(loads),
    counted_statuses: JSON.stringify(statuses),
    counted_types: types === undefined ? null : JSON.stringify(types),
    rows,
    left_out: leftOut.length,
    version: VERSION,
    stands: takenAway === undefined,
  };
}

/**
 * The same for a core, which counts every row.
 *
 * @param withoutRate currencies of its facts that have no rate
 */
export function coreBuildValues(
  loads: Loads,
  { transactions, takenAway }: CoreResult,
  withoutRate: number,
): SqlValues {
  return {
    step: "dwh",
    ...loadIds(loads),
    counted_statuses: "[]",
    counted_types: null,
    rows: transactions,
    left_out: withoutRate,
    version: VERSION,
    stands: takenAway === undefined,
  };
}

function loadIds(loads: Loads): SqlValues {
  const idOf = (name: DatasetName) => loads.find(({ dataset }) => dataset === name)?.loadId ?? null;
  return {
    transactions_load_id: idOf("transactions"),
    currencies_load_id: idOf("currencies"),
  };
}
