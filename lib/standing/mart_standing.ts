/** Whether the mart of a day is what its loads and rates give, as it is asked for. */
import { type BuildCause, buildCauses, buildCauseText, isLoaded } from "./build_standing.ts";
import type { WarehouseDay } from "./facts.ts";
import { MISSING, type Standing } from "./standing.ts";

/** What a mart is asked to count. */
export interface CountedValues {
  statuses: readonly string[];
  /** Undefined: all. */
  types: readonly string[] | undefined;
}

/**
 * Why a mart is stale, beside what makes any build so:
 * - `unrecorded`: an older version built it, and nobody knows from what;
 * - `statuses`, `types`: it counts others than are asked for; undefined: all.
 */
export type MartCause =
  | BuildCause
  | { kind: "unrecorded" }
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
  facts: WarehouseDay,
  asked: CountedValues | undefined,
): MartCause[] {
  const { mart } = facts;
  if (mart === undefined) return [];
  const { record } = mart;
  const causes: MartCause[] = buildCauses(facts, record);
  if (record === undefined) return [{ kind: "unrecorded" }, ...causes];
  if (asked === undefined) return causes;
  const { statuses, types } = record;
  if (!sameValues(statuses, asked.statuses)) causes.push({ kind: "statuses", counted: statuses });
  if (!sameValues(types, asked.types)) causes.push({ kind: "types", counted: types });
  return causes;
}

/** Whether a day is loaded, and its mart was never built. */
export function isUnbuilt(facts: WarehouseDay): boolean {
  return facts.mart === undefined && isLoaded(facts);
}

/** The days that are loaded and have no mart, and those whose mart was built. */
export function knownDays(days: readonly WarehouseDay[]) {
  return {
    unbuilt: days.filter(isUnbuilt).map(({ day }) => day),
    built: days.filter(({ mart }) => mart !== undefined).map(({ day }) => day),
  };
}

/** The causes as parts of a sentence. */
export function martCausesText(causes: readonly MartCause[]): string {
  return causes.map(textOf).join("; ");
}

function textOf(cause: MartCause): string {
  switch (cause.kind) {
    case "unrecorded":
      return "built by a version that kept no record";
    case "statuses":
      return `built with the statuses ${listed(cause.counted ?? [])}`;
    case "types": {
      const { counted } = cause;
      return `built with ${counted === undefined ? "all types" : `the types ${listed(counted)}`}`;
    }
    default:
      return buildCauseText(cause);
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
