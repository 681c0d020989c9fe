/** Whether the mart of a day is what its loads and rates give, as it is asked for. */
import { DATASET_NAMES } from "../events/dataset.ts";
import { allOf } from "../runtime/words.ts";
import type { BuildRecord, DayFacts } from "./facts.ts";
import { unfinishedCause } from "./load_standing.ts";
import { MISSING, type Standing } from "./standing.ts";

/** What a mart is asked to count. */
export interface CountedValues {
  statuses: readonly string[];
  /** Undefined: all. */
  types: readonly string[] | undefined;
}

export function martStanding(facts: DayFacts, asked: CountedValues): Standing {
  const { mart } = facts;
  if (mart === undefined) return MISSING;
  const causes = causesOf(facts, mart.record, asked);
  return {
    state: causes.length === 0 ? "done" : "stale",
    cause: causes.length === 0 ? null : causes.join("; "),
    rows: mart.rows,
    at: mart.builtAt,
  };
}

function causesOf(
  { loads, unfinished }: DayFacts,
  record: BuildRecord | undefined,
  asked: CountedValues,
): string[] {
  if (record === undefined) return ["built by a version that kept no record"];
  const causes = DATASET_NAMES.flatMap((dataset) => {
    const standing = loads[dataset];
    if (standing === undefined) return [`the load of ${dataset} that it was built from was undone`];
    if (standing.loadId === record.loads[dataset]) return [];
    return [`built from another load of ${dataset}`];
  });
  if (unfinished !== undefined) causes.push(unfinishedCause(unfinished));
  const { changedRates } = record;
  if (changedRates.length > 0) {
    const which = allOf(changedRates.map(String));
    const noun = changedRates.length === 1 ? "currency" : "currencies";
    causes.push(`another rate of ${noun} ${which} is known now`);
  }
  if (!sameValues(record.statuses, asked.statuses)) {
    causes.push(`built with the statuses ${listed(record.statuses)}`);
  }
  if (!sameValues(record.types, asked.types)) {
    causes.push(
      `built with ${
        record.types === undefined ? "all types" : `the types ${listed(record.types)}`
      }`,
    );
  }
  return causes;
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
