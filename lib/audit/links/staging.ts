/** What holds in staging: the rows that were landed are there, and the last dump holds them. */
import { DATASET_NAMES } from "../../events/dataset.ts";
import { counted } from "../../runtime/words.ts";
import { sameDecimal } from "../decimals.ts";
import type { DayLink } from "../difference.ts";
import type { DayBook, SourceRows } from "../facts.ts";
import type { DatasetName } from "../../events/dataset.ts";

/** Rows landed, less those that were taken out of staging, are the rows in staging. */
const landed: DayLink = {
  name: "landed",
  sides: ["rows landed, by landed_days", "rows in staging"],
  datasets: DATASET_NAMES,
  find({ staged }, dataset) {
    const { landed, rows, sources } = staged[dataset];
    if (landed === rows && sources.length === 0) return [];
    const cause = landed === rows
      ? "rows moved from one source partition to another"
      : landed > rows
      ? `${counted(landed - rows, "row")} removed from staging, or landed_days changed`
      : `${counted(rows - landed, "row")} added to staging by hand, or landed_days changed`;
    const where = sources.length === 0 ? "" : ` (${sources.map(sourceText).join(", ")})`;
    const [one] = sources;
    const [left, right] = landed === rows && one !== undefined
      ? [one.landed, one.staged]
      : [landed, rows];
    return [{ left, right, cause: `${cause}${where}` }];
  },
};

function sourceText({ source, partition, landed, staged }: SourceRows): string {
  const from = source === undefined ? "no source" : `${source}[${partition}]`;
  return `${from}: ${landed} landed, ${staged} there`;
}

/** What the last dump found in staging is what is there; rows that landed since are told as stale. */
const staged: DayLink = {
  name: "staged",
  sides: ["rows in staging", "rows in staging when it was dumped"],
  datasets: DATASET_NAMES,
  find(book, dataset) {
    const dumped = comparableDump(book, dataset);
    const { rows } = book.staged[dataset];
    if (dumped === undefined || rows === dumped.stagedRows) return [];
    const cause = "staging was changed by hand since the dump, or the record of the dump was";
    return [{ left: rows, right: dumped.stagedRows, cause }];
  },
};

/** A dump has a row for each object. */
const objects: DayLink = {
  name: "objects",
  sides: ["objects in staging", "rows that were dumped"],
  datasets: DATASET_NAMES,
  find(book, dataset) {
    const dumped = comparableDump(book, dataset);
    const { objects } = book.staged[dataset];
    if (dumped === undefined || objects === dumped.rows) return [];
    const cause = "staging was changed by hand since the dump, or the record of the dump was";
    return [{ left: objects, right: dumped.rows, cause }];
  },
};

/** Their latest versions add up to what was dumped. */
const dumpControl: DayLink = {
  name: "dumped_control",
  sides: ["control total of staging", "control total that was dumped"],
  datasets: DATASET_NAMES,
  find(book, dataset) {
    const dumped = comparableDump(book, dataset);
    const { controlTotal } = book.staged[dataset];
    if (dumped === undefined || sameDecimal(controlTotal, dumped.controlTotal)) return [];
    const cause = "values in staging were changed since the dump, or the record of the dump was";
    return [{ left: controlTotal, right: dumped.controlTotal, cause }];
  },
};

export const STAGING_LINKS: readonly DayLink[] = [landed, staged, objects, dumpControl];

/** What a dump said: by its record, or where it has none, by that of the load that it was for. */
export interface Dumped {
  rows: number;
  stagedRows: number;
  controlTotal: string;
}

/** Undefined where nothing was dumped, or nobody knows what of it was in staging. */
export function dumpedOf(book: DayBook, dataset: DatasetName): Dumped | undefined {
  const { dump } = book.staged[dataset];
  if (dump !== undefined) return dump;
  const load = book.warehouse.loads[dataset];
  if (load?.origin === undefined) return undefined;
  return {
    rows: load.manifestRows,
    stagedRows: load.origin.stagedRows,
    controlTotal: load.manifestControlTotal,
  };
}

/** The same, where no rows landed since. */
function comparableDump(book: DayBook, dataset: DatasetName): Dumped | undefined {
  const dumped = dumpedOf(book, dataset);
  return dumped?.stagedRows === book.staged[dataset].landed ? dumped : undefined;
}
