/** What prune removed, and what it kept, for people and programs. */
import type { Pruned } from "../prune/prune.ts";
import { counted } from "../runtime/words.ts";
import { printable } from "../runtime/printable.ts";
import { daysText } from "../partitions/days_text.ts";

/** The text, in lines. */
export function prunedLines({ before, dryRun, days, files, ledger }: Pruned): string[] {
  const gone = days.flatMap((one) => "rows" in one ? [one] : []);
  const keptDays = days.flatMap((one) => "kept" in one ? [one] : []);
  const removed = files.flatMap((one) => "bytes" in one ? [one] : []);
  const keptFiles = files.flatMap((one) => "kept" in one ? [one] : []);
  const rows = gone.reduce((sum, one) => sum + one.rows.transactions + one.rows.currencies, 0);
  const bytes = removed.reduce((sum, one) => sum + one.bytes, 0);
  const staged = gone.length === 0 ? "" : ` (${daysText(gone.map(({ day }) => day))})`;
  return [
    `${dryRun ? "Would prune" : "Pruned"} what is of dates before ${before}`,
    `staging: ${counted(gone.length, "day")}${staged}, ${counted(rows, "row")}`,
    ...keptDays.map(({ day, kept }) => `  kept ${day}: ${printable(kept)}`),
    `partition files: ${removed.length}, ${counted(bytes, "byte")}`,
    ...keptFiles.map(({ dataset, day, kept }) => `  kept ${dataset} of ${day}: ${kept}`),
    `ledger: ${counted(ledger.attempts, "attempt")}, ${counted(ledger.backfills, "backfill")}`,
  ];
}

/** One object; what was kept is told with its reason. */
export function prunedJson({ before, dryRun, days, files, ledger }: Pruned) {
  return {
    before: before.toString(),
    dry_run: dryRun,
    days: days.flatMap((one) =>
      "rows" in one
        ? [{
          date: one.day.toString(),
          transactions: one.rows.transactions,
          currencies: one.rows.currencies,
        }]
        : []
    ),
    kept_days: days.flatMap((one) =>
      "kept" in one ? [{ date: one.day.toString(), reason: one.kept }] : []
    ),
    files: files.flatMap((one) =>
      "bytes" in one ? [{ date: one.day.toString(), dataset: one.dataset, bytes: one.bytes }] : []
    ),
    kept_files: files.flatMap((one) =>
      "kept" in one ? [{ date: one.day.toString(), dataset: one.dataset, reason: one.kept }] : []
    ),
    ledger,
  };
}
