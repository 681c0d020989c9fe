/** Whether the mart of a day is what its loads and rates give, as it is asked for. */
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import { allOf } from "../runtime/words.ts";
import type { WarehouseDay } from "./facts.ts";
import { unfinishedCause } from "./load_standing.ts";
import { MISSING, type Standing } from "./standing.ts";

/** What a mart is asked to count. */
export interface CountedValues {
  statuses: readonly string[];
  /** Undefined: all. */
  types: readonly string[] | undefined;
}

/**
 * Why a mart is stale:
 * - `unrecorded`: an older version built it, and nobody knows from what;
 * - `undone`: no load of the dataset stands in place of the one that it was built from;
 * - `replaced`: another one does;
 * - `unfinished`: a load or an undo of the day is running, or was broken off;
 * - `rates`: other rates of these currencies hold on the day now;
 * - `statuses`, `types`: it counts others than are asked for; undefined: all.
 */
export type MartCause =
  | { kind: "unrecorded" }
  | { kind: "undone" | "replaced"; dataset: DatasetName }
  | { kind: "unfinished"; dataset: DatasetName; isUndo: boolean }
  | { kind: "rates"; currencies: readonly number[] }
  | { kind: "statuses" | "types"; counted: readonly string[] | undefined };

export function martStanding(facts: WarehouseDay, asked: CountedValues): Standing {
  const { mart } = facts;
  if (mart === undefined) return MISSING;
  const causes = martCauses(facts, asked);
  return {
    state: causes.length === 0 ? "done" : "stale",
    cause: causes.length === 0 ? null : martCausesText(causes),
    rows: mart.rows,
    at: mart.builtAt,
    id: mart.record?.buildId ?? `${mart.builtAt}`,
  };
}

/**
 * Why the mart of a day is stale; none where it is not, or where there is no mart.
 *
 * @param asked undefined: whatever is counted
 */
export function martCauses(
  { loads, unfinished, mart }: WarehouseDay,
  asked: CountedValues | undefined,
): MartCause[] {
  if (mart === undefined) return [];
  const { record } = mart;
  const causes: MartCause[] = [];
  for (const dataset of DATASET_NAMES) {
    const standing = loads[dataset];
    if (standing === undefined) causes.push({ kind: "undone", dataset });
    else if (record !== undefined && standing.loadId !== record.loads[dataset]) {
      causes.push({ kind: "replaced", dataset });
    }
  }
  if (unfinished !== undefined) causes.push({ kind: "unfinished", ...unfinished });
  if (record === undefined) return [{ kind: "unrecorded" }, ...causes];
  const { changedRates: currencies, statuses, types } = record;
  if (currencies.length > 0) causes.push({ kind: "rates", currencies });
  if (asked === undefined) return causes;
  if (!sameValues(statuses, asked.statuses)) causes.push({ kind: "statuses", counted: statuses });
  if (!sameValues(types, asked.types)) causes.push({ kind: "types", counted: types });
  return causes;
}

/** Whether a day is loaded, and nothing was built of it. */
export function isUnbuilt({ loads, unfinished, mart }: WarehouseDay): boolean {
  return mart === undefined && unfinished === undefined &&
    DATASET_NAMES.every((dataset) => loads[dataset] !== undefined);
}

/** The causes as parts of a sentence. */
export function martCausesText(causes: readonly MartCause[]): string {
  return causes.map(textOf).join("; ");
}

function textOf(cause: MartCause): string {
  switch (cause.kind) {
    case "unrecorded":
      return "built by a version that kept no record";
    case "undone":
      return `the load of ${cause.dataset} that it was built from was undone`;
    case "replaced":
      return `built from another load of ${cause.dataset}`;
    case "unfinished":
      return unfinishedCause(cause);
    case "rates": {
      const noun = cause.currencies.length === 1 ? "currency" : "currencies";
      return `another rate of ${noun} ${allOf(cause.currencies.map(String))} is known now`;
    }
    case "statuses":
      return `built with the statuses ${listed(cause.counted ?? [])}`;
    case "types": {
      const { counted } = cause;
      return `built with ${counted === undefined ? "all types" : `the types ${listed(counted)}`}`;
    }
  }
}

/** Order and repetition do not matter to what is counted. */
function sameValues(
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
): boolean {
  if (one === undefined || other === undefined) return one === other;
  return new Set(one).symmetricDifference(new Set(other)).size === 0;
}

/** A few are named, the rest is counted. */
function listed(values: readonly string[]): string {
  const most = 5;
  const named = values.slice(0, most).map((value) => JSON.stringify(value)).join(", ");
  return values.length <= most ? named : `${named} and ${values.length - most} more`;
}
