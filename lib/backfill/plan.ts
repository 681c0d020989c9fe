/** What a backfill does with a date, and why (contract, section 9). Pure. */
import type { Standing } from "../standing/standing.ts";

/** A step as it stands for a day. */
export interface StandingStep {
  name: string;
  /** Its own: not what follows for it from the steps before it. */
  standing: Standing;
  /** Why what stands does not pass what was asked for: the step runs, and says so. @default it passes */
  breach?: string | undefined;
  /**
   * Why the step before it has to run first, if it runs: what that step left is not at hand. @default
   * it is at hand
   */
  wantsInput?: string | undefined;
  /** No step is made from what it leaves. @default false */
  isAside?: boolean | undefined;
}

export interface PlannedStep {
  step: string;
  action: "run" | "skip" | "blocked";
  /** For people; each action has one. */
  reason: string;
  /** The step that has to run first, of a blocked one. */
  needs?: string;
}

export interface PlanOptions {
  /** Steps that are to be run. @default all */
  selected?: ReadonlySet<string>;
  /** Run also what is fresh. @default false */
  force?: boolean;
  /** Steps that this backfill has run for the day: none is run twice. @default none */
  done?: ReadonlySet<string>;
}

/**
 * Plans a day. Whatever follows a step that runs is planned to run as well; a backfill plans again after
 * each step, and passes over what that step left as it was.
 *
 * @param steps of a day, in order
 */
export function planDay(
  steps: readonly StandingStep[],
  { selected, force = false, done = new Set() }: PlanOptions = {},
): PlannedStep[] {
  const plan: PlannedStep[] = [];
  /** A step that runs. */
  let upstream: string | undefined;
  /** What the next step cannot do without, and does not get. */
  let obstacle: string | undefined;
  for (const [index, step] of steps.entries()) {
    const { name, standing, breach, wantsInput, isAside = false } = step;
    if (selected !== undefined && !selected.has(name)) {
      // Of one that failed or was interrupted, what was there before stands, or nothing.
      if (!isAside) obstacle = standing.id === null ? name : undefined;
      continue;
    }
    const reason = done.has(name) ? undefined : whyRun(standing, { force, upstream, breach });
    if (reason === undefined) {
      plan.push({
        step: name,
        action: "skip",
        reason: done.has(name) ? "done" : whySkip(standing),
      });
      if (!isAside) obstacle = undefined;
      continue;
    }
    const before = steps[index - 1]?.name;
    const mustProvide = wantsInput !== undefined && before !== undefined && !done.has(before);
    if (mustProvide && !provide(plan, before, wantsInput)) obstacle ??= before;
    if (obstacle !== undefined) {
      const why = mustProvide ? `: ${wantsInput}` : "";
      const reason = `${obstacle} has to run first${why}`;
      plan.push({ step: name, action: "blocked", reason, needs: obstacle });
    } else {
      plan.push({ step: name, action: "run", reason });
      upstream ??= name;
    }
  }
  return plan;
}

interface Reasons {
  force: boolean;
  upstream: string | undefined;
  breach: string | undefined;
}

/** Why a step is run; undefined where it is not. */
function whyRun(
  { state, cause }: Standing,
  { force, upstream, breach }: Reasons,
): string | undefined {
  // Nothing is left to do it again from; what it made was loaded.
  if (state === "pruned") return undefined;
  if (state !== "done") return cause === null ? state : `${state}: ${cause}`;
  if (upstream !== undefined) return `${upstream} runs`;
  return breach ?? (force ? "forced" : undefined);
}

/** Why a step is not run, though nobody has run it. */
function whySkip({ state, cause }: Standing): string {
  if (state !== "pruned") return "fresh";
  return cause === null ? "pruned" : `pruned: ${cause}`;
}

/** Has the step that was planned last run, fresh or not, as its output is not at hand; false where it is not planned. */
function provide(plan: PlannedStep[], before: string, reason: string): boolean {
  const last = plan.at(-1);
  if (last?.step !== before || last.action === "blocked") return false;
  if (last.action === "skip") plan[plan.length - 1] = { step: before, action: "run", reason };
  return true;
}
