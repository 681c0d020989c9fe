/** What a backfill would do, and why: nothing is run, and the ledger is only read. */
import type { DayRun } from "../partitions/run_date.ts";
import type { ReadyStep, StepContext } from "../steps/step.ts";
import { heldUp, runsToDo } from "./dates.ts";
import { DayPlans, type DayPlansDeps } from "./day_plans.ts";
import type { PlannedStep } from "./plan.ts";
import type { BackfillRequest } from "./request.ts";

/** A date, and what is to be done with it. */
export interface PlannedRun extends DayRun {
  steps: readonly PlannedStep[];
}

/** In the order in which a backfill would do it. A plan is made anew as it goes: it may do less. */
export async function planBackfill(
  { context, attempts }: Pick<DayPlansDeps, "attempts"> & { context: StepContext },
  request: BackfillRequest,
  steps: readonly ReadyStep[],
): Promise<PlannedRun[]> {
  const plans = new DayPlans({ ...context, attempts }, steps, request.selected);
  const runs = await runsToDo(plans, request, context.now());
  const obstacle = heldUp(plans, request);
  const { force = false, dependsOnPast = true } = request;
  const planned: PlannedRun[] = [];
  /** Why nothing of the dates that follow is run. */
  let heldUpBy: string | undefined;
  for (const run of runs) {
    const { steps } = await plans.plan(run, { force });
    const isHeldUp = obstacle !== undefined && planned.length === 0;
    const plan = isHeldUp
      ? steps.map(blockedBy(obstacle.message))
      : steps.map((step) =>
        step.action === "run" && heldUpBy !== undefined ? blockedBy(heldUpBy)(step) : step
      );
    planned.push({ ...run, steps: plan });
    if (dependsOnPast && plan.some(({ action }) => action === "blocked")) {
      heldUpBy ??= `run date ${run.runDate} is blocked`;
    }
  }
  return planned;
}

function blockedBy(reason: string): (step: PlannedStep) => PlannedStep {
  return ({ step }) => ({ step, action: "blocked", reason });
}
