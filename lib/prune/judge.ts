/** Why a day is kept in staging: what prune takes out stands wholly in the warehouse. Pure. */
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import { allOf, counted } from "../runtime/words.ts";
import type { DayFacts } from "../standing/facts.ts";
import { unfinishedCause } from "../standing/load_standing.ts";
import type { MeasuredDay, MeasuredRows } from "../staging/prune.ts";
import type { DayMeasure, LoadRecord } from "../warehouse/repository.ts";

/** What the warehouse has of a day of a dataset: its record, and its rows counted. */
export interface LoadedDay {
  /** Undefined where no load stands, or nobody knows which. */
  record: LoadRecord | undefined;
  measure: DayMeasure;
}

/** Undefined where the records of both ends agree. */
export function whyUnbalanced({ staged, loads, unfinished }: DayFacts): string | undefined {
  if (unfinished !== undefined) return unfinishedCause(unfinished);
  const late = DATASET_NAMES.flatMap((dataset) => {
    const { landed, pruned } = staged[dataset];
    const rows = pruned === undefined ? 0 : landed - pruned.rows;
    return rows === 0 ? [] : [`${counted(rows, "row")} of ${dataset}`];
  });
  if (late.length > 0) return `it was pruned before, and ${allOf(late)} landed since`;
  for (const dataset of DATASET_NAMES) {
    const { dump, landed } = staged[dataset];
    const load = loads[dataset];
    if (dump === undefined) return `no dump of ${dataset} is recorded`;
    if (dump.stagedRows !== landed) {
      return `${counted(landed, "row")} of ${dataset} landed, its dump saw ${dump.stagedRows}`;
    }
    if (load === undefined) return `${dataset} are not loaded`;
    if (load.sha256 !== dump.sha256) return `another file of ${dataset} is loaded than was dumped`;
    if (load.refused > 0) {
      return `the warehouse refused ${counted(load.refused, "row")} of ${dataset}`;
    }
    if (load.rows !== dump.rows) {
      return `${counted(load.rows, "row")} of ${dataset} were loaded, ${dump.rows} were dumped`;
    }
  }
  return undefined;
}

/** Undefined where what is counted in staging is what was landed, and no window needs it. */
export function whyNeeded(measured: MeasuredDay): string | undefined {
  for (const dataset of DATASET_NAMES) {
    for (const found of measured[dataset]) {
      const { rows, landed, needed } = found;
      if (rows !== landed) {
        return `staging has ${counted(rows, "row")} of ${dataset} ${fromOf(found)}, ` +
          `${landed} were landed`;
      }
      if (needed > 0) {
        return `${counted(needed, "row")} of ${dataset} ${fromOf(found)} ` +
          `${needed === 1 ? "lies" : "lie"} at or above its watermark: its window needs them`;
      }
    }
  }
  return undefined;
}

/** Undefined where the warehouse has what its record says, and that is the dump. */
export function whyNotLoaded(
  dataset: DatasetName,
  sha256: string | undefined,
  { record, measure }: LoadedDay,
): string | undefined {
  if (record === undefined) return `${dataset} are not loaded`;
  if (record.sha256 !== sha256) return `another file of ${dataset} is loaded`;
  if (record.rows !== measure.rows) {
    return `the warehouse has ${counted(measure.rows, "row")} of ${dataset}, its record says ` +
      `${record.rows}`;
  }
  if (record.controlTotal !== measure.controlTotal) {
    return `the control total of ${dataset} in the warehouse is ${measure.controlTotal}, its ` +
      `record says ${record.controlTotal}`;
  }
  return undefined;
}

function fromOf({ source, partition }: MeasuredRows): string {
  return source === null ? "that were replayed" : `from ${source}[${partition}]`;
}
