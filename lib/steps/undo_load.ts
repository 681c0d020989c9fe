/** Taking back the last load of a day (contract, section 5). */
import type { DatasetName } from "../events/dataset.ts";
import { dayArgument, type DayRun } from "../partitions/run_date.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { capitalized, counted } from "../runtime/words.ts";
import type { StaleCause, WarehouseRepository } from "../warehouse/repository.ts";
import type { LoadDeps } from "./load.ts";
import type { Shown } from "./step.ts";

/** What the undo did with one dataset's day. */
export interface DatasetUndo {
  dataset: DatasetName;
  /** `none`: no undo of that day is kept. */
  outcome: "put back" | "never loaded" | "none";
  /** Rows that stand for the day; 0 where it was never loaded. Undefined where nothing was done. */
  rows?: bigint;
}

export interface UndoReport extends DayRun {
  datasets: DatasetUndo[];
  /** The mart shows what was undone. */
  isMartStale: boolean;
}

/**
 * Puts back the day as it was before its last load.
 *
 * @throws FinpipeError of kind `failed` where none of the datasets has an undo of that day
 */
export async function undoLoad(
  { warehouse, log }: Pick<LoadDeps, "warehouse" | "log">,
  run: DayRun,
  names: readonly DatasetName[],
): Promise<UndoReport> {
  const datasets: DatasetUndo[] = [];
  for (const dataset of names) datasets.push(await undoDataset(warehouse, dataset, run, log));
  if (datasets.every(({ outcome }) => outcome === "none")) {
    throw new FinpipeError(
      "failed",
      `Cannot undo the load of ${run.partition} for ${names.join(" and ")}: nothing is kept to ` +
        "put back",
      {
        hint: "Only the day that was loaded last can be put back, and only once",
      },
    );
  }
  const { partition } = run;
  const [stale] = await warehouse.staleDays({ from: partition, to: partition });
  const isMartStale = stale?.cause === "changed" || stale?.cause === "undone";
  const text = `${
    afterUndo(partition, stale?.cause)
  }a backfill that covers the day loads the dump again`;
  if (isMartStale) log.warn(capitalized(text));
  else log.info(capitalized(text));
  return { ...run, datasets, isMartStale };
}

/** Says what brings the mart up to date after the undo; the beginning of a sentence. */
function afterUndo(day: Temporal.PlainDate, cause: StaleCause | undefined): string {
  const command = `'finpipe cdm ${dayArgument(day)}'`;
  switch (cause) {
    case "changed":
      return `the mart of ${day} is stale: ${command} builds it from the day as it stands now; `;
    case "undone":
      return `the mart of ${day} still shows the load that was undone: ${command} removes it; `;
    case "unbuilt":
      return `${command} builds the mart of ${day} from the day as it stands now; `;
    default:
      return "";
  }
}

/** What is loaded for the day after the undo. */
export function undoFacts({ datasets, isMartStale }: UndoReport): Shown {
  return {
    json: { datasets: datasets.map(jsonOf), mart_stale: isMartStale },
    lines: datasets.map(lineOf),
  };
}

function jsonOf({ dataset, outcome, rows }: DatasetUndo) {
  return {
    dataset,
    outcome: outcome.replace(" ", "_"),
    rows: rows === undefined ? null : Number(rows),
  };
}

function lineOf({ dataset, outcome, rows }: DatasetUndo): string {
  if (outcome === "none") return `${dataset}: unchanged: nothing is kept to put back`;
  if (outcome === "never loaded") return `${dataset}: put back: the day was never loaded`;
  return `${dataset}: put back, ${counted(rows ?? 0n, "row")}`;
}

async function undoDataset(
  warehouse: WarehouseRepository,
  dataset: DatasetName,
  { partition: day }: DayRun,
  log: LoadDeps["log"],
): Promise<DatasetUndo> {
  if (!await warehouse.undoDay(dataset, day)) return { dataset, outcome: "none" };
  // Logged at once: if the rest fails, the undo is done all the same, and a second one would find
  // nothing.
  log.info(`Undid the last load of ${dataset} for ${day}`);
  const record = await warehouse.loadRecord(dataset, day);
  return record === undefined
    ? { dataset, outcome: "never loaded", rows: 0n }
    : { dataset, outcome: "put back", rows: record.rows };
}
