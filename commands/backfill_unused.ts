/** Options of `backfill` that would be ignored, as the steps that they are for do not run. */
import type { BackfillRequest } from "../lib/backfill/request.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import type { NamedStep, ReadyStep } from "../lib/steps/step.ts";
import { BACKFILL_OPTIONS } from "./backfill_call.ts";
import type { OptionValues } from "./command.ts";
import { cannotTake } from "./refusals.ts";
import { stepOptionsOf } from "./step_command.ts";

/**
 * Refuses an option of steps of which none was selected.
 *
 * @throws FinpipeError of kind `usage`
 */
export function refuseUnused(
  steps: readonly NamedStep[],
  { selected }: BackfillRequest,
  values: OptionValues,
): void {
  if (selected === undefined) return;
  const own = BACKFILL_OPTIONS.map(({ long }) => long);
  const runs = steps.filter(({ name }) => selected.has(name));
  const taken = new Set([...own, ...runs.flatMap(longOf)]);
  const unused = steps.flatMap(stepOptionsOf).find((option) =>
    values[option.attributeName()] !== undefined && !taken.has(option.long)
  );
  if (unused === undefined) return;
  const { long } = unused;
  const step = steps.find((step) => longOf(step).includes(long))!;
  const { only, fromStep } = values;
  const selecting = only === undefined ? `--from-step "${fromStep}"` : `--only "${only}"`;
  const why = `${long} is of ${step.name}, which would not run: leave it out`;
  throw cannotTake(`${long}`, selecting, why);
}

function longOf(step: NamedStep): (string | undefined)[] {
  return stepOptionsOf(step).map(({ long }) => long);
}

/**
 * Only a first step that can run ahead of earlier dates is worked on beside them.
 *
 * @throws FinpipeError of kind `usage`
 */
export function refuseIdleJobs(
  steps: readonly ReadyStep[],
  { selected, jobs = 1 }: BackfillRequest,
): void {
  const [first] = steps.filter(({ name }) => selected?.has(name) ?? true);
  if (jobs === 1 || first?.runsAhead === true) return;
  const ahead = steps.filter(({ runsAhead }) => runsAhead === true).map(({ name }) => name);
  throw new FinpipeError(
    "usage",
    `Cannot take --jobs ${jobs} where ${first?.name} is the first step`,
    { hint: `--jobs is for ${ahead.join(", ")} of later dates: leave it out` },
  );
}
