/**
 * A step of a day. Its command, the backfill and the help are derived from this definition: a new
 * step is a file in this folder and a line in `registry.ts`.
 */
import type { ConfigSource } from "../config/settings.ts";
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import type { FolderLocks } from "../partitions/folder_locks.ts";
import type { WatchOf } from "../partitions/file_watch.ts";
import type { DayRun } from "../partitions/run_date.ts";
import type { Logger } from "../runtime/log.ts";
import type { DayFacts } from "../standing/facts.ts";
import type { Standing } from "../standing/standing.ts";
import type { RetriedStaging } from "../staging/retried.ts";
import type { WarehouseRepository } from "../warehouse/repository.ts";

export interface Step {
  /** A sentence for `--help`. */
  readonly description: string;
  /** Examples for `--help`, each a whole command line and what it does. */
  readonly examples: readonly [line: string, does: string][];
  /** What the step reads or writes; nothing else is opened for it. */
  readonly uses: StepUses;
  /** Refuses a day that is not over by the clock, unless `--allow-open-day` is given. */
  readonly waitsForDayEnd: boolean;
  /** Its command takes `--dataset`: see {@link datasetsOf}. */
  readonly byDataset: boolean;
  /** Its own options, which a backfill takes as well. */
  readonly options: readonly StepOption[];

  /**
   * Reads its options, before anything is opened.
   *
   * @throws FinpipeError of kind `usage` or `configuration`
   */
  prepare(source: ConfigSource): PreparedStep;

  /** Undoes the step, for a step that can be undone. */
  readonly undo?: StepUndo;
}

/** A step that has read its options. */
export interface PreparedStep {
  readonly runDay: RunDay<StepFacts>;

  /** How it stands for a day, whatever ran it. Pure. */
  standing(facts: DayFacts): Standing;

  /**
   * Why what stands of a day does not pass an option that judges, such as `--strict`: the step, when
   * it runs, says so and fails. Pure. @default no option judges
   */
  breach?(facts: DayFacts): string | undefined;

  /**
   * It touches nothing of other dates, and no session of the warehouse: it may run while an earlier
   * date is worked on. @default false
   */
  readonly runsAhead?: true;

  /**
   * Nothing is made from what it leaves: a step after it can run though this one never did.
   * @default false
   */
  readonly isAside?: true;

  /**
   * Why the step before it has to run first, where this one runs: what that one left is not at hand.
   * @default it always is
   */
  wantsInput?(facts: DayFacts, workDir: string): Promise<string | undefined>;
}

/** `--undo` of a step's command. It uses the same ends as the step. */
export interface StepUndo {
  /** For `--help`. */
  readonly doc: string;
  /** Why it takes none of the step's options; the hint starts with this text. */
  readonly notice: string;
  prepare(source: ConfigSource): RunDay<Shown>;
}

/** What a step reads or writes. An end that is not named is not opened, and its settings may be wrong. */
export interface StepUses {
  readonly staging?: true;
  readonly warehouse?: true;
  /** Writes partition files. */
  readonly partitionFiles?: true;
}

/** An option. Its value comes in the `flags` of a {@link ConfigSource}, under its name in camelCase. */
export interface StepOption {
  /** As in `--streams <n>`: a flag, or an option with a value. */
  readonly flags: string;
  readonly doc: string;
  /** The value has to be a whole number within these limits; else it is text. */
  readonly wholeNumber?: { readonly least: number; readonly most?: number };
}

/** Processes one day. */
export type RunDay<Did> = (context: StepContext, run: DayRun) => Promise<Did>;

/** What a step works with. */
export interface StepContext {
  ends: StepEnds;
  /** Where the partition files are. */
  workDir: string;
  log: Logger;
  now(): Temporal.Instant;
  /** Aborted when the step should stop; the old day stays then. */
  signal: AbortSignal;
  /** Locks on folders that steps which run side by side share. @default each takes its own */
  folderLocks?: FolderLocks;
  /** Reports the progress of work on a file. @default not reported */
  watchOf?: WatchOf | undefined;
}

/** The opened ends. */
export interface StepEnds {
  /** Retries by itself when the server is unreachable, as the warehouse does. */
  readonly staging: RetriedStaging;
  readonly warehouse: WarehouseRepository;
}

/** A result as it is shown, without the dates of the run. */
export interface Shown {
  /** What `--json` prints. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Lines for people. */
  readonly lines: readonly string[];
}

/** What a step did with a day. */
export interface StepFacts extends Shown {
  /** A few words, for a backfill's line of the day. */
  readonly brief: string;
  /** Rows of the day when the step is done. With `bytes`, for a ledger of runs. */
  readonly rows: number;
  /** Bytes of the files that it wrote, if it writes files. */
  readonly bytes?: number;
  /** What stands of it is another than before, so that the step after it has to run. @default unknown */
  readonly changed?: boolean;
}

/** A step under the name that it is registered by. */
export interface NamedStep extends Step {
  readonly name: string;
}

/** A prepared step under its name. */
export interface ReadyStep extends PreparedStep {
  readonly name: string;
  readonly uses: StepUses;
}

/** Lets each step read its own options from those of a backfill. */
export function prepareSteps(steps: readonly NamedStep[], source: ConfigSource): ReadyStep[] {
  return steps.map((step) => ({ name: step.name, uses: step.uses, ...step.prepare(source) }));
}

/** All ends that these steps use. */
export function usesOf(steps: readonly Step[]): StepUses {
  return steps.reduce<StepUses>((all, { uses }) => ({ ...all, ...uses }), {});
}

/** The datasets that a step was asked for: both, unless `--dataset` names one. */
export function datasetsOf({ flags: { dataset } }: ConfigSource): readonly DatasetName[] {
  const named = DATASET_NAMES.find((name) => name === dataset);
  return named === undefined ? DATASET_NAMES : [named];
}
