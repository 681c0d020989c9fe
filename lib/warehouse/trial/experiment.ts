/**
 * The parts of a trial: assumptions that finpipe's statements depend on, each with an experiment
 * that shows whether it holds. A group of them shares one script of
 * `sql/warehouse/<engine>/trial/`.
 */
import type { Seen } from "./seen.ts";

/** The warehouses that a trial knows. */
export type TrialEngine = "vertica" | "embedded";

/**
 * What happens to finpipe if an assumption does not hold:
 * - `copes`: it does as well without;
 * - `stops`: a command ends with an error, and what stood stands;
 * - `wrong`: a result could be wrong, or say less than it should, and nobody would be told.
 */
export type Effect = "copes" | "stops" | "wrong";

/** Whether the assumption holds, and what was seen, if the assumption does not say it. */
export type Verdict =
  | { outcome: "held"; seen?: string }
  | { outcome: "not"; seen: string; effect?: Effect };

export interface Experiment {
  /** Lower case with hyphens; docs/vertica.md names it. */
  name: string;
  /** One sentence, without its period. */
  assumed: string;
  effect: Effect;
  /** What finpipe does if it does not hold: one sentence, without its period. */
  otherwise: string;
  /** Steps of the script that show it, in order. An engine whose script lacks one cannot be asked. */
  steps: readonly string[];
  /** Steps without which there is nothing to see: where one of them failed it was not tried. */
  needs?: readonly string[];
  /** A step that failed throws when its rows are asked for: the assumption does not hold then. */
  judge(seen: Seen): Verdict;
}

export interface Group {
  /** The name of its scripts. */
  name: string;
  /** By engine; it does not apply to one that has none. */
  scripts: Readonly<Partial<Record<TrialEngine, string>>>;
  experiments: readonly Experiment[];
}

export function held(seen?: string): Verdict {
  return seen === undefined ? { outcome: "held" } : { outcome: "held", seen };
}

/** @param effect where it is another one than the experiment says */
export function notHeld(seen: string, effect?: Effect): Verdict {
  return effect === undefined ? { outcome: "not", seen } : { outcome: "not", seen, effect };
}

/** Held where the two are the same text. */
export function same(found: string, expected: string): Verdict {
  return found === expected ? held() : notHeld(`${found} instead of ${expected}`);
}
