/**
 * A trial of the warehouse: tries each assumption that finpipe's statements depend on, in scratch
 * tables of its own, and drops them however it ends. It also drops what an earlier run left. It
 * does not touch, read or lock anything else.
 */
import { orAborted } from "../../runtime/aborted.ts";
import { isKind } from "../../runtime/errors.ts";
import type { Logger } from "../../runtime/log.ts";
import { counted } from "../../runtime/words.ts";
import type { Effect, Experiment, Group, TrialEngine } from "./experiment.ts";
import type { ScratchTable, TrialGround } from "./ground.ts";
import { runScript, type ScriptRun } from "./run_script.ts";
import { type Step, stepsOf } from "./script.ts";
import { failureText, Seen, StepFailed } from "./seen.ts";

/** The result of one experiment. */
export interface Finding {
  experiment: Experiment;
  group: string;
  outcome: "held" | "not" | "not_tried";
  /** What was seen; why it was not tried. */
  seen: string | undefined;
  /** Where it does not hold. */
  effect: Effect | undefined;
  /** False for what this warehouse has nothing of. */
  applies: boolean;
  /** The statements that show it, as the script has them. */
  statements: string[];
}

export interface TrialOptions {
  groups: readonly Group[];
  /** The run's, as in the names of its tables. */
  key: string;
  signal: AbortSignal;
  log: Logger;
  /** Told of each group before it is tried. */
  onGroup?: (name: string) => void;
  /** Told of each as it is known. */
  onFinding?: (finding: Finding) => Promise<void>;
}

/**
 * Tries all experiments, in order.
 *
 * @throws FinpipeError where no session can be had; the signal's reason once it is aborted. In either case
 * the scratch tables are gone, as far as they can be
 */
export async function tryAll(ground: TrialGround, options: TrialOptions): Promise<Finding[]> {
  const { groups, signal } = options;
  const findings: Finding[] = [];
  try {
    await orAborted(sweep(ground, options, signal), signal);
    for (const group of groups) {
      signal.throwIfAborted();
      options.onGroup?.(group.name);
      for (const finding of await tryGroup(ground, group, signal)) {
        findings.push(finding);
        await options.onFinding?.(finding);
      }
    }
    return findings;
  } finally {
    await ground.leave();
    await sweepUp(ground, options);
  }
}

/**
 * The exit code of a trial: that of `data` if finpipe needs something that does not hold or was not
 * tried.
 */
export function exitCodeOf(findings: readonly Finding[]): 0 | 4 {
  const isBad = ({ outcome, effect, applies }: Finding) =>
    (outcome === "not" && effect !== "copes") || (outcome === "not_tried" && applies);
  return findings.some(isBad) ? 4 : 0;
}

async function tryGroup(
  ground: TrialGround,
  group: Group,
  signal: AbortSignal,
): Promise<Finding[]> {
  const script = group.scripts[ground.engine];
  const steps = script === undefined ? [] : stepsOf(script);
  const run = await runScript(ground, steps, signal);
  await ground.leave();
  return group.experiments.map((experiment) => judge(ground.engine, group, experiment, steps, run));
}

function judge(
  engine: TrialEngine,
  { name: group }: Group,
  experiment: Experiment,
  steps: readonly Step[],
  { results, stopped }: ScriptRun,
): Finding {
  const asked = experiment.steps.map((name) => steps.find((step) => step.name === name));
  const found = {
    experiment,
    group,
    applies: true,
    effect: undefined,
    statements: asked.flatMap((step) => step === undefined ? [] : [step.sql]),
  };
  const notTried = (seen: string) => ({ ...found, outcome: "not_tried" as const, seen });
  if (asked.includes(undefined)) return { ...notTried(DOES_NOT_APPLY), applies: false };
  const seen = new Seen(engine, results);
  for (const need of experiment.needs ?? []) {
    if (!steps.some(({ name }) => name === need)) continue;
    const failure = results.has(need) ? seen.failure(need) : undefined;
    if (failure !== undefined) return notTried(`${need}: ${failureText(failure)}`);
  }
  const isRun = experiment.steps.every((name) => results.has(name));
  if (!isRun) return notTried(stopped ?? "the script ended before");
  try {
    const verdict = experiment.judge(seen);
    if (verdict.outcome === "held") return { ...found, outcome: "held", seen: verdict.seen };
    return { ...found, ...verdict, effect: verdict.effect ?? experiment.effect };
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    return {
      ...found,
      outcome: "not",
      seen: `${error.step}: ${failureText(error.failure)}`,
      effect: experiment.effect,
    };
  }
}

const DOES_NOT_APPLY = "this warehouse has no such feature";

/** Drops tables of runs that are over, and of this one; what others still hold stays. */
async function sweep(
  ground: TrialGround,
  { key, log }: TrialOptions,
  signal?: AbortSignal,
): Promise<ScratchTable[]> {
  const found = await ground.scratchTables();
  const left: ScratchTable[] = [];
  for (const table of found) {
    signal?.throwIfAborted();
    try {
      await ground.drop(table);
    } catch (error) {
      if (isKind(error, "unreachable")) throw error;
      log.debug(`Cannot drop ${table.schema}.${table.name}: ${(error as Error).message}`);
      left.push(table);
    }
  }
  const dropped = found.filter((table) => table.key !== key && !left.includes(table)).length;
  if (dropped > 0) log.info(`Dropped ${counted(dropped, "table")} that an earlier trial left`);
  return left;
}

/** At the end: what cannot be dropped now, the next run finds. Never throws. */
async function sweepUp(ground: TrialGround, options: TrialOptions): Promise<void> {
  const { key, log } = options;
  try {
    const left = (await sweep(ground, options)).filter((table) => table.key === key);
    if (left.length === 0) return;
    const names = left.map(({ schema, name }) => `${schema}.${name}`).join(", ");
    log.warn(`Could not drop ${names}: the next 'finpipe doctor --trial' will`);
  } catch {
    log.warn(
      `Could not look for tables of this trial, finpipe_trial_${key}_...: the next ` +
        "'finpipe doctor --trial' drops them",
    );
  }
}
