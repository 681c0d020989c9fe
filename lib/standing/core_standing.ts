/** Whether the core of a day is what its loads and rates give (contract, sections 7 and 9). */
import { type BuildCause, buildCauses, buildCauseText, isLoaded } from "./build_standing.ts";
import type { WarehouseDay } from "./facts.ts";
import { MISSING, type Standing } from "./standing.ts";

/** Why a core is stale; `half built`: a build of it is running, or broke off between its tables. */
export type CoreCause = BuildCause | { kind: "half built" };

export function coreStanding(facts: WarehouseDay): Standing {
  const { core } = facts;
  if (core === undefined) return MISSING;
  const { record, rows, builtAt, unfinished } = core;
  const causes = coreCauses(facts);
  return {
    state: causes.length === 0 ? "done" : "stale",
    cause: causes.length === 0 ? null : coreCausesText(causes),
    rows,
    at: builtAt,
    // What a build left that broke off is another core than the one before it.
    id: [...record === undefined ? [] : [record.buildId], ...unfinished ? ["half built"] : []]
      .join(" "),
  };
}

/** Why the core of a day is stale; none where it is not, or where there is no core. */
export function coreCauses(facts: WarehouseDay): CoreCause[] {
  const { core } = facts;
  if (core === undefined) return [];
  const causes: CoreCause[] = buildCauses(facts, core.record);
  if (core.unfinished) causes.unshift({ kind: "half built" });
  return causes;
}

/** Whether a day is loaded, and its core was never built. */
export function isWithoutCore(facts: WarehouseDay): boolean {
  return facts.core === undefined && isLoaded(facts);
}

/** The causes as parts of a sentence. */
export function coreCausesText(causes: readonly CoreCause[]): string {
  return causes.map((cause) =>
    cause.kind === "half built"
      ? "a build of the core is running, or was broken off"
      : buildCauseText(cause)
  ).join("; ");
}
