/** Whether what a step made of a day still stands, and if not, why. */
import type { DatasetName } from "../events/dataset.ts";

/**
 * What stands decides the first four; `pruned`: done, and what it was made from was taken out of
 * staging, so that it cannot be done again. The others come from the journal of attempts: see
 * `attempted.ts`.
 */
export type StandingState =
  | "done"
  | "missing"
  | "stale"
  | "pruned"
  | "failed"
  | "interrupted"
  | "running";

export interface Standing {
  state: StandingState;
  /**
   * Of a stale one: what has changed, as a sentence's part: "3 rows of events[0] landed since". Of a
   * failed one: what it said. Of a pruned one: what landed since, else null. Null of one that is done or
   * missing.
   */
  cause: string | null;
  /** Rows that stand: of each dataset, or of all; null where nothing does. */
  rows: Readonly<Record<DatasetName, number>> | number | null;
  /** When it was made, UTC; null where nothing stands. */
  at: Temporal.PlainDateTime | null;
  /**
   * Names what stands, and is another one as soon as something else does: a journal can say by it
   * whether an attempt has changed anything. Null where nothing stands.
   */
  id: string | null;
}

/** Nothing stands. */
export const MISSING: Standing = { state: "missing", cause: null, rows: null, at: null, id: null };

/** The later of two times. */
export function later(
  one: Temporal.PlainDateTime,
  other: Temporal.PlainDateTime,
): Temporal.PlainDateTime {
  return Temporal.PlainDateTime.compare(one, other) < 0 ? other : one;
}

/**
 * The standings of a day's steps, in order: what stands after a step that is missing or stale is stale
 * as well.
 */
export function chained<Named extends { readonly name: string; readonly standing: Standing }>(
  steps: readonly Named[],
): Named[] {
  let before: Named | undefined;
  return steps.map((step) => {
    const { standing } = step;
    const isUpstream = before !== undefined && stands(standing);
    const chained = isUpstream
      ? { ...step, standing: { ...standing, state: "stale" as const, cause: upstream(before!) } }
      : step;
    if (!stands(standing)) before ??= step;
    return chained;
  });
}

/** Whether there is nothing to do. */
export function stands({ state }: Standing): boolean {
  return state === "done" || state === "pruned";
}

function upstream({ name, standing: { state } }: { name: string; standing: Standing }): string {
  return `upstream: ${name} is ${state}`;
}
