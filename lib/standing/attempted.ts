/** What the journal of attempts adds to what stands (contract, section 9): what stands wins. */
import type { Standing } from "./standing.ts";

/** The last attempt of a step for a day. */
export interface AttemptFacts {
  state: "running" | "done" | "failed" | "interrupted";
  /** {@link Standing.id} when it began; null where nothing stood. */
  stood: string | null;
  /** What a failed one said; null where it said nothing. */
  message: string | null;
}

/**
 * A step is failed or interrupted where its last attempt ended so, and left what stood when it began:
 * whatever came about since then speaks for itself.
 *
 * @param last undefined where none is known
 */
export function attempted(standing: Standing, last: AttemptFacts | undefined): Standing {
  if (last === undefined || last.state === "done") return standing;
  if (last.state === "running") return { ...standing, state: "running", cause: null };
  // No further attempt at what was pruned can do better.
  if (last.stood !== standing.id || standing.state === "pruned") return standing;
  return { ...standing, state: last.state, cause: last.message };
}
