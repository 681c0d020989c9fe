/** The record of a load, from a row of whichever table keeps it. */
import type { DatasetName } from "../events/dataset.ts";
import * as is from "../sql/columns.ts";
import type { RowOf } from "../sql/query.ts";
import { controlText } from "./load_checks.ts";
import type { LoadRecord } from "./repository.ts";

/** Of a day that is loaded. */
export const LOAD_RECORD = {
  sha256: is.text,
  manifestRows: is.bigInteger,
  rows: is.bigInteger,
  refused: is.bigInteger,
  controlTotal: is.decimal,
};

/** Of a day that may never have been loaded: NULLs then. */
export const MAYBE_LOAD_RECORD = {
  sha256: is.nullable(is.text),
  manifestRows: is.nullable(is.bigInteger),
  rows: is.nullable(is.bigInteger),
  refused: is.nullable(is.bigInteger),
  controlTotal: is.nullable(is.decimal),
};

/** What stands for a day, or was taken into a side table. */
export const DAY_MEASURE = { rows: is.bigInteger, controlTotal: is.decimal };

export function loadRecordOf(
  dataset: DatasetName,
  { sha256, manifestRows, rows, refused, controlTotal }: RowOf<typeof LOAD_RECORD>,
): LoadRecord {
  const total = controlText(dataset, controlTotal);
  return { sha256, manifestRows, rows, refused, controlTotal: total };
}

/** Undefined where there is none. */
export function maybeLoadRecordOf(
  dataset: DatasetName,
  { sha256, manifestRows, rows, refused, controlTotal }: RowOf<typeof MAYBE_LOAD_RECORD>,
): LoadRecord | undefined {
  if (sha256 === null || manifestRows === null || rows === null) return undefined;
  if (refused === null || controlTotal === null) return undefined;
  return loadRecordOf(dataset, { sha256, manifestRows, rows, refused, controlTotal });
}
