/** Removes what is old: days of staging, partition files, rows of the ledger (contract, section 9). */
import { FIRST_DAY } from "../partitions/run_date.ts";
import { writePrunedDays } from "../partitions/pruned_days.ts";
import type { LedgerRows } from "../staging/prune.ts";
import { pruneDays, type PruneDaysContext, type PrunedDay } from "./days.ts";
import { type PrunedFile, pruneFiles, type PruneFilesContext } from "./files.ts";

export type PruneContext = PruneDaysContext & PruneFilesContext & {
  /** Called after each day. */
  onDay?: (day: PrunedDay) => void;
};

/** What was removed, and what was kept and why. */
export interface Pruned {
  /** Dates of the data before this one are old. */
  before: Temporal.PlainDate;
  dryRun: boolean;
  days: PrunedDay[];
  files: PrunedFile[];
  ledger: LedgerRows;
}

/**
 * Prunes what is of dates before one. Wherever it is killed, each day is wholly in staging or wholly out
 * of it and recorded, and no file is gone that the warehouse does not have: the next run does the rest.
 *
 * @param before dates of the data
 * @throws FinpipeError
 */
export async function prune(
  context: PruneContext,
  before: Temporal.PlainDate,
): Promise<Pruned> {
  const { staging, workDir, dryRun, onDay } = context;
  const days: PrunedDay[] = [];
  if (before.toString() > FIRST_DAY.toString()) {
    const range = { from: FIRST_DAY, to: before.subtract({ days: 1 }) };
    for await (const day of pruneDays(context, range)) {
      days.push(day);
      onDay?.(day);
    }
  }
  if (!dryRun) {
    const pruned = await staging.prune.prunedDays();
    // Before the files go: a load that misses one knows why.
    if (pruned.length > 0) await writePrunedDays(workDir, pruned);
  }
  const files = await Array.fromAsync(pruneFiles(context, before));
  return { before, dryRun, days, files, ledger: await staging.prune.pruneLedger(before, dryRun) };
}
