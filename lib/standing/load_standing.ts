/** Whether the warehouse holds what was dumped of a day. */
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import type { DayFacts } from "./facts.ts";
import { later, MISSING, type Standing } from "./standing.ts";

/** A day is loaded where both datasets are. */
export function loadStanding({ staged, loads, unfinished }: DayFacts): Standing {
  const { transactions, currencies } = loads;
  if (transactions === undefined || currencies === undefined) return MISSING;
  const causes = DATASET_NAMES.flatMap((dataset) => loadCauses({ staged, loads }, dataset) ?? []);
  if (unfinished !== undefined) causes.unshift(unfinishedCause(unfinished));
  return {
    state: causes.length === 0 ? "done" : "stale",
    cause: causes.length === 0 ? null : causes.join("; "),
    rows: { transactions: transactions.rows, currencies: currencies.rows },
    at: later(transactions.loadedAt, currencies.loadedAt),
    id: `${transactions.loadId} ${currencies.loadId}`,
  };
}

/** Why the load of a dataset is stale; empty where it is not, undefined where there is none. */
export function loadCauses(
  { staged, loads }: Pick<DayFacts, "staged" | "loads">,
  dataset: DatasetName,
): string[] | undefined {
  const load = loads[dataset];
  if (load === undefined) return undefined;
  const { sha256, isRestored } = load;
  const dumped = staged[dataset].dump?.sha256;
  // What an undo put back is no less than what was dumped, where it is that.
  if (isRestored && dumped !== sha256) return [`the last load of ${dataset} was undone`];
  if (dumped !== undefined && dumped !== sha256) return [`another file of ${dataset} was dumped`];
  return [];
}

/** Of a swap nobody knows what came of. */
export function unfinishedCause(
  { dataset, isUndo }: { dataset: DatasetName; isUndo: boolean },
): string {
  return `${isUndo ? "an undo" : "a load"} of ${dataset} is running, or was broken off`;
}
