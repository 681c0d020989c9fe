/**
 * How the steps' results are shown, as JSON and in words: the same for a step that is called alone
 * and inside a backfill.
 */
import type { Manifest } from "../lib/partitions/manifest.ts";
import { type DayRun, hasRunDate } from "../lib/partitions/run_date.ts";
import type { BackfilledDay } from "../lib/backfill/backfill.ts";
import type { CdmReport } from "../lib/steps/cdm.ts";
import type { DatasetLoad } from "../lib/steps/load.ts";
import { counted } from "../lib/runtime/words.ts";

/** The dates of a run; null for the run date of the last day that there is. */
export function datesOf(run: DayRun) {
  return {
    run_date: hasRunDate(run) ? run.runDate.toString() : null,
    partition: run.partition.toString(),
  };
}

/** The first line of a step's result. */
export function titleOf(run: DayRun): string {
  if (!hasRunDate(run)) return `Partition ${run.partition}, which has no run date`;
  return `Run date ${run.runDate}, partition ${run.partition}`;
}

/** As JSON: what the manifests say of the files. */
export function dumpResult(manifests: readonly Manifest[]) {
  return {
    complete: manifests[0]?.complete ?? null,
    datasets: manifests.map(({ dataset, rows, staged_rows, bytes, sha256, control_total }) => {
      return { dataset, rows, staged_rows, bytes, sha256, control_total };
    }),
  };
}

/** In words: one dataset's file. */
export function dumpLine({ dataset, rows, staged_rows, bytes }: Manifest): string {
  return `${dataset}: ${counted(rows, "row")} of ${staged_rows} staged, ${bytes} bytes`;
}

/** As JSON: what stands for the day now, beside what the manifests say. */
export function loadResult(datasets: readonly DatasetLoad[]) {
  return {
    datasets: datasets.map((done) => ({
      dataset: done.dataset,
      outcome: done.outcome,
      rows: Number(done.rows),
      rows_before: done.rowsBefore === undefined ? null : Number(done.rowsBefore),
      refused: Number(done.refused),
      control_total: done.controlTotal,
      manifest_control_total: done.manifestControlTotal,
    })),
  };
}

/** In words: one dataset's day; figures that differ are shown beside each other. */
export function loadLine(done: DatasetLoad): string {
  const rows = `${done.dataset}: ${counted(done.rows, "row")}`;
  if (done.outcome === "unchanged") return `${rows}, left alone: the file is already loaded`;
  const loaded = `${rows} loaded, ${beforeText(done)}`;
  if (done.refused === 0n) return loaded;
  return `${loaded}, ${done.refused} refused; ` +
    `control total ${done.controlTotal}, the manifest says ${done.manifestControlTotal}`;
}

function beforeText({ rowsBefore }: DatasetLoad): string {
  return rowsBefore === undefined ? "never loaded before" : `${rowsBefore} before`;
}

/** What the lines about a mart are made of. */
export type MartReport = Pick<
  CdmReport,
  "rows" | "leftOut" | "oldRates" | "absent" | "takenAway"
>;

/** As JSON: rows of the mart, the currencies that are not in it, and what was warned of. */
export function martResult({ rows, leftOut, oldRates, absent, takenAway }: MartReport) {
  return {
    outcome: takenAway === undefined ? "built" : "taken_away",
    rows,
    left_out: leftOut.map(({ currency, transactions }) => ({
      currency,
      transactions: Number(transactions),
    })),
    old_rates: oldRates.map(({ currency, date }) => ({ currency, date: date.toString() })),
    absent_statuses: absent.statuses,
    absent_types: absent.types,
  };
}

/** In words: a line for the mart, and one for each currency that is not in it. */
export function martLines({ rows, leftOut, takenAway }: MartReport): string[] {
  if (takenAway !== undefined) {
    const rows = counted(takenAway.rows, "row");
    return [`mart: taken away, ${rows}: a load that it was built of was undone`];
  }
  return [
    `mart: ${counted(rows, "row")}`,
    ...leftOut.map(({ currency, transactions }) =>
      `left out: currency ${currency}, ${counted(transactions, "transaction")}, no dollar rate`
    ),
  ];
}

/** As JSON: the run, and what its three steps print. */
export function dayResult(day: BackfilledDay) {
  const { dump, load, cdm } = day.steps;
  return {
    ...datesOf(day),
    steps: { dump: dumpResult(dump), load: loadResult(load), cdm: martResult(cdm) },
  };
}

/** In words, one line: the run and its three steps. */
export function dayLine({ runDate, partition, steps: { dump, load, cdm } }: BackfilledDay): string {
  const dumped = dump.map(({ dataset, rows }) => `${rows} ${dataset}`).join(", ");
  const steps = [`dump: ${dumped}`, `load: ${loadText(load)}`, `cdm: ${martText(cdm)}`];
  return `${runDate} (${partition}): ${steps.join("; ")}`;
}

function loadText(datasets: readonly DatasetLoad[]): string {
  if (datasets.every(({ outcome }) => outcome === "unchanged")) return "already loaded";
  const refused = datasets.reduce((sum, { refused }) => sum + refused, 0n);
  const replaced = datasets
    .filter(({ outcome, rowsBefore }) => outcome === "loaded" && rowsBefore !== undefined)
    .map(({ dataset, rows, rowsBefore }) => `, ${rowsBefore} -> ${rows} ${dataset}`);
  const refusedText = refused === 0n ? "" : `, ${counted(refused, "row")} refused`;
  return `loaded${replaced.join("")}${refusedText}`;
}

function martText({ rows, leftOut, takenAway }: MartReport): string {
  if (takenAway !== undefined) return "taken away";
  const built = counted(rows, "row");
  if (leftOut.length === 0) return built;
  return `${built}, ${counted(leftOut.length, "currency", "currencies")} left out`;
}
