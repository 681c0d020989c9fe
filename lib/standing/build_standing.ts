/** Whether what was built of a day is what its loads and rates give now: the same of core and mart. */
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import { allOf } from "../runtime/words.ts";
import type { BuildOrigin, WarehouseDay } from "./facts.ts";
import { unfinishedCause } from "./load_standing.ts";

/**
 * Why what was built is stale:
 * - `undone`: no load of the dataset stands in place of the one that it was built from;
 * - `replaced`: another one does;
 * - `unfinished`: a load or an undo of the day is running, or was broken off;
 * - `rates`: other rates of these currencies hold on the day now.
 */
export type BuildCause =
  | { kind: "undone" | "replaced"; dataset: DatasetName }
  | { kind: "unfinished"; dataset: DatasetName; isUndo: boolean }
  | { kind: "rates"; currencies: readonly number[] };

/** @param origin undefined where nobody knows what it was built from */
export function buildCauses(
  { loads, unfinished }: Pick<WarehouseDay, "loads" | "unfinished">,
  origin: BuildOrigin | undefined,
): BuildCause[] {
  const causes: BuildCause[] = [];
  for (const dataset of DATASET_NAMES) {
    const standing = loads[dataset];
    if (standing === undefined) causes.push({ kind: "undone", dataset });
    else if (origin !== undefined && standing.loadId !== origin.loads[dataset]) {
      causes.push({ kind: "replaced", dataset });
    }
  }
  if (unfinished !== undefined) causes.push({ kind: "unfinished", ...unfinished });
  const currencies = origin?.changedRates ?? [];
  if (currencies.length > 0) causes.push({ kind: "rates", currencies });
  return causes;
}

/** A cause as a part of a sentence. */
export function buildCauseText(cause: BuildCause): string {
  switch (cause.kind) {
    case "undone":
      return `the load of ${cause.dataset} that it was built from was undone`;
    case "replaced":
      return `built from another load of ${cause.dataset}`;
    case "unfinished":
      return unfinishedCause(cause);
    case "rates": {
      const all = allOf(cause.currencies.map(String));
      return cause.currencies.length === 1
        ? `the rate of currency ${all} has changed`
        : `the rates of currencies ${all} have changed`;
    }
  }
}

/** Whether a day is loaded, so that it can be built from. */
export function isLoaded({ loads, unfinished }: WarehouseDay): boolean {
  return unfinished === undefined &&
    DATASET_NAMES.every((dataset) => loads[dataset] !== undefined);
}
