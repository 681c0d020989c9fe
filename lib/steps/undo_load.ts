/** Taking back the last load of a day (contract, section 5). */
import type { DatasetName } from "../events/dataset.ts";
import { dayArgument, type DayRun } from "../partitions/run_date.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { capitalized, counted } from "../runtime/words.ts";
import type { WarehouseDay } from "../standing/facts.ts";
import { isUnbuilt, martCauses } from "../standing/mart_standing.ts";
import type { WarehouseRepository } from "../warehouse/repository.ts";
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
  /** The mart is not what the day as it stands now gives. */
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
  const [facts] = await warehouse.dayFacts({ from: partition, to: partition });
  const after = afterUndo(facts);
  const isMartStale = after === "undone" || after === "changed";
  const text = `${AFTER[after](partition)}a backfill that covers the day loads the dump again`;
  if (isMartStale) log.warn(capitalized(text));
  else log.info(capitalized(text));
  return { ...run, datasets, isMartStale };
}

/** What is to be done with the mart. */
type AfterUndo = "undone" | "changed" | "unbuilt" | "nothing";

function afterUndo(facts: WarehouseDay | undefined): AfterUndo {
  // Of a swap that is not recorded nobody knows what came.
  if (facts === undefined || facts.unfinished !== undefined) return "nothing";
  if (isUnbuilt(facts)) return "unbuilt";
  const causes = martCauses(facts, undefined);
  if (causes.some(({ kind }) => kind === "undone")) return "undone";
  return causes.length === 0 ? "nothing" : "changed";
}

const cdm = (day: Temporal.PlainDate) => `'finpipe cdm ${dayArgument(day)}'`;

/** Says what brings the mart up to date after the undo; the beginning of a sentence. */
const AFTER: Readonly<Record<AfterUndo, (day: Temporal.PlainDate) => string>> = {
  changed: (day) =>
    `the mart of ${day} is stale: ${cdm(day)} builds it from the day as it stands now; `,
  undone: (day) =>
    `the mart of ${day} still shows the load that was undone: ${cdm(day)} removes it; `,
  unbuilt: (day) => `${cdm(day)} builds the mart of ${day} from the day as it stands now; `,
  nothing: () => "",
};

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
