/** The port through which days are taken out of staging, and old rows out of the ledger (contract, section 9). */
import type { DatasetName } from "../events/dataset.ts";
import type { StagedDay } from "./days.ts";

/** Rows of a day of a dataset that come from one source partition. */
export interface MeasuredRows {
  /** Of `finpipe.source_partitions`; 0 for rows that a replay landed. */
  sourceId: number;
  /** Null for rows that a replay landed. */
  source: string | null;
  partition: number | null;
  /** Those that stand in staging. */
  rows: number;
  /** All that were ever landed. */
  landed: number;
  /** Of those that stand: sent at or above the watermark, so that its window is rebuilt from them. */
  needed: number;
}

/** A day in staging, counted. */
export type MeasuredDay = Readonly<Record<DatasetName, readonly MeasuredRows[]>>;

/** A day that may be taken out: what is recorded of it, and what was counted, at one moment. */
export interface PrunableDay {
  staged: readonly StagedDay[];
  measured: MeasuredDay;
}

/** What was taken out of a day, or why nothing was. */
export type PruneOutcome = { rows: Readonly<Record<DatasetName, number>> } | { kept: string };

/** Rows of the ledger. */
export interface LedgerRows {
  attempts: number;
  backfills: number;
}

export interface PruneRepository {
  /** Counts the rows of a day. */
  measured(day: Temporal.PlainDate): Promise<PrunableDay>;

  /**
   * Takes all rows of a day out of staging, and records it, in one transaction. No landing waits for it:
   * rows that land meanwhile stay, as if they had come after it. Replays wait.
   *
   * @param judge why the day is kept after all; undefined: it goes. The rows that it is told of are
   * gone, unless it says so
   */
  prune(
    day: Temporal.PlainDate,
    at: Temporal.PlainDateTime,
    judge: (day: PrunableDay) => Promise<string | undefined>,
  ): Promise<PruneOutcome>;

  /** Each day that was pruned, in order, with the time, UTC. */
  prunedDays(): Promise<(readonly [day: string, prunedAt: Temporal.PlainDateTime])[]>;

  /**
   * Deletes attempts at days before one, except those that still say that a step failed or was
   * interrupted, and backfills of which no attempt is left.
   *
   * @param dryRun only counts them
   */
  pruneLedger(before: Temporal.PlainDate, dryRun: boolean): Promise<LedgerRows>;
}
