/** What a mart was built from, as the warehouse records it (contract, section 9). */
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import { VERSION } from "../runtime/version.ts";
import * as is from "../sql/columns.ts";
import type { RowOf } from "../sql/query.ts";
import type { SqlValues } from "../sql/template.ts";
import type { MartOptions, MartResult } from "./repository.ts";

/** `loaded_datasets.sql`. */
export const LOADED_DATASET = { dataset: is.oneOf(DATASET_NAMES), loadId: is.text };

/**
 * The values of `build_write.sql`, but for the build, its day and the time.
 *
 * @param loads those that stand: where one is missing, what stood was taken away
 */
export function buildValues(
  loads: readonly RowOf<typeof LOADED_DATASET>[],
  { statuses, types }: MartOptions,
  { rows, leftOut, takenAway }: MartResult,
): SqlValues {
  const idOf = (name: DatasetName) => loads.find(({ dataset }) => dataset === name)?.loadId ?? null;
  return {
    transactions_load_id: idOf("transactions"),
    currencies_load_id: idOf("currencies"),
    counted_statuses: JSON.stringify(statuses),
    counted_types: types === undefined ? null : JSON.stringify(types),
    rows,
    left_out: leftOut.length,
    version: VERSION,
    stands: takenAway === undefined,
  };
}
