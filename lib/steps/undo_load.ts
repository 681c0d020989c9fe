/** Taking back the last load of a day (contract, section 5). */
import type { DatasetName } from "../events/dataset.ts";
import { dayArgument, type DayRun } from "../partitions/run_date.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { allOf, capitalized, counted } from "../runtime/words.ts";
import { coreCauses, isWithoutCore } from "../standing/core_standing.ts";
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
  /** The core is not what the day as it stands now gives. */
  isCoreStale: boolean;
  /** The same of the mart. */
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
  const after = PARTS.map((part) => ({ ...part, now: afterUndo(facts, part) }));
  const [isCoreStale, isMartStale] = after.map(({ now }) => now === "undone" || now === "changed");
  const todo = STATES.map((state) =>
    textOf(partition, state, after.filter(({ now }) => now === state))
  );
  const text = [...todo.filter((text) => text !== ""), LOADS_AGAIN].join("; ");
  if (isCoreStale || isMartStale) log.warn(capitalized(text));
  else log.info(capitalized(text));
  return { ...run, datasets, isCoreStale: isCoreStale!, isMartStale: isMartStale! };
}

const LOADS_AGAIN = "a backfill that covers the day loads the dump again";

/** What is built of a loaded day. */
interface Part {
  noun: string;
  step: string;
  isUnbuilt(facts: WarehouseDay): boolean;
  causes(facts: WarehouseDay): readonly { kind: string }[];
}

const PARTS: readonly Part[] = [
  { noun: "core", step: "dwh", isUnbuilt: isWithoutCore, causes: coreCauses },
  { noun: "mart", step: "cdm", isUnbuilt, causes: (facts) => martCauses(facts, undefined) },
];

/** What is to be done with a part, in the order in which it is told. */
const STATES = ["undone", "changed", "unbuilt"] as const;
type AfterUndo = (typeof STATES)[number] | "nothing";

function afterUndo(facts: WarehouseDay | undefined, { isUnbuilt, causes }: Part): AfterUndo {
  // Of a swap that is not recorded nobody knows what came.
  if (facts === undefined || facts.unfinished !== undefined) return "nothing";
  if (isUnbuilt(facts)) return "unbuilt";
  const kinds = causes(facts).map(({ kind }) => kind);
  if (kinds.includes("undone")) return "undone";
  return kinds.length === 0 ? "nothing" : "changed";
}

/** Says what brings these parts up to date after the undo; nothing where there are none. */
function textOf(
  day: Temporal.PlainDate,
  state: (typeof STATES)[number],
  parts: readonly Part[],
): string {
  if (parts.length === 0) return "";
  const what = `${allOf(parts.map(({ noun }) => `the ${noun}`))} of ${day}`;
  const commands = allOf(parts.map(({ step }) => `'finpipe ${step} ${dayArgument(day)}'`));
  const isOne = parts.length === 1;
  const [builds, it] = isOne ? ["builds", "it"] : ["build", "them"];
  switch (state) {
    case "undone": {
      const [shows, removes] = isOne ? ["shows", "removes"] : ["show", "remove"];
      return `${what} still ${shows} the load that was undone: ${commands} ${removes} ${it}`;
    }
    case "changed":
      return `${what} ${isOne ? "is" : "are"} stale: ${commands} ${builds} ${it} from the day as ` +
        "it stands now";
    case "unbuilt":
      return `${commands} ${builds} ${what} from the day as it stands now`;
  }
}

/** What is loaded for the day after the undo. */
export function undoFacts({ datasets, isCoreStale, isMartStale }: UndoReport): Shown {
  return {
    json: { datasets: datasets.map(jsonOf), core_stale: isCoreStale, mart_stale: isMartStale },
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
