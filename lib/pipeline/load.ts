/** The step from partition files to the warehouse's staging (contract, section 5). */
import type { DatasetName } from "../events/dataset.ts";
import type { WatchOf } from "../partitions/file_watch.ts";
import { openPartitionFile, type PartitionFile } from "../partitions/partition_file.ts";
import { dayArgument, type DayRun } from "../partitions/run_date.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/log.ts";
import { capitalized } from "../runtime/words.ts";
import { refuseShrink } from "../warehouse/load_checks.ts";
import type { LoadRecord, StaleCause, WarehouseRepository } from "../warehouse/repository.ts";

export interface LoadDeps {
  warehouse: WarehouseRepository;
  /** Where the partition files are. */
  workDir: string;
  log: Logger;
  /** Aborted when the load should stop; the old day stays then. */
  signal: AbortSignal;
  /** Who is told how far it is. @default nobody is */
  watchOf?: WatchOf | undefined;
}

export interface LoadOptions {
  datasets: readonly DatasetName[];
  /** More refused rows of a dataset than this fail its load. */
  maxRejected: number;
  /** Load also a day whose file is already loaded. */
  force: boolean;
  /** Load also a file of fewer rows than that of the load that stands. @default false */
  allowShrink?: boolean;
  /** Sessions that load a file side by side, where the warehouse can. @default 1 */
  streams?: number;
}

/** What became of one dataset's day. */
export interface DatasetLoad {
  dataset: DatasetName;
  /** `unchanged`: the file is the one already loaded, and the day is as it was loaded. */
  outcome: "loaded" | "unchanged";
  /** Rows that stand for the day. */
  rows: bigint;
  /** Rows that stood before, by the record of their load; undefined where the day was not loaded. */
  rowsBefore: bigint | undefined;
  refused: bigint;
  controlTotal: string;
  /** The manifest's, which differs where rows were refused. */
  manifestControlTotal: string;
}

export interface LoadReport extends DayRun {
  datasets: DatasetLoad[];
}

/** What became of one dataset's day by undo. */
export interface DatasetUndo {
  dataset: DatasetName;
  /** `none`: no undo of that day is kept. */
  outcome: "put back" | "never loaded" | "none";
  /** Rows that stand for the day; 0 where it was never loaded. Undefined where nothing was done. */
  rows?: bigint;
}

export interface UndoReport extends DayRun {
  datasets: DatasetUndo[];
  /** The mart shows what was undone. */
  isMartStale: boolean;
}

/**
 * Loads a day's partition files, each replacing the day as a whole. Every file is opened, proven and
 * compared with what stands before the first is loaded.
 *
 * @throws FinpipeError of kind `prerequisite` without a manifest, or where the files are of two
 * snapshots of staging; `data` where file and manifest do not agree, too many rows are refused, or a
 * day would shrink; `locked` where another load of the dataset runs
 */
export async function load(deps: LoadDeps, run: DayRun, options: LoadOptions): Promise<LoadReport> {
  using open = new DisposableStack();
  const files: PartitionFile[] = [];
  const { workDir, signal } = deps;
  for (const dataset of options.datasets) {
    signal.throwIfAborted();
    const watch = deps.watchOf?.(dataset, run.partition);
    const options = { signal, watch };
    files.push(open.use(await openPartitionFile(workDir, dataset, run.partition, options)));
  }
  if (files.length > 1) await refusePair(deps.warehouse, run.partition, files, options);
  const datasets: DatasetLoad[] = [];
  for (const file of files) datasets.push(await loadFile(deps, file, options));
  return { ...run, datasets };
}

/**
 * Puts back the day as it was before its last load.
 *
 * @throws FinpipeError of kind `failed` where none of the datasets has an undo of that day
 */
export async function undoLoad(
  { warehouse, log }: Pick<LoadDeps, "warehouse" | "log">,
  run: DayRun,
  names: readonly DatasetName[],
): Promise<UndoReport> {
  const datasets: DatasetUndo[] = [];
  for (const dataset of names) datasets.push(await undoDataset(warehouse, dataset, run.partition));
  if (datasets.every(({ outcome }) => outcome === "none")) {
    throw new FinpipeError("failed", `No undo of ${run.partition} for ${names.join(" and ")}`, {
      hint: "Only the day that was loaded last can be put back, and once",
    });
  }
  for (const { dataset, outcome } of datasets) {
    if (outcome !== "none") log.info(`Undid the last load of ${dataset} for ${run.partition}`);
  }
  const { partition } = run;
  const [stale] = await warehouse.staleDays({ from: partition, to: partition });
  const isMartStale = stale?.cause === "changed" || stale?.cause === "undone";
  const text = `${
    afterUndo(partition, stale?.cause)
  }a backfill that covers the day loads the dump again`;
  if (isMartStale) log.warn(capitalized(text));
  else log.info(capitalized(text));
  return { ...run, datasets, isMartStale };
}

/** What builds the mart from the day as it stands now; the rest of the sentence is to follow. */
function afterUndo(day: Temporal.PlainDate, cause: StaleCause | undefined): string {
  const command = `'finpipe cdm ${dayArgument(day)}'`;
  switch (cause) {
    case "changed":
      return `the mart of ${day} is stale: ${command} builds it from the day as it stands now; `;
    case "undone":
      return `the mart of ${day} still shows the load that was undone: ${command} takes it away; `;
    case "unbuilt":
      return `${command} builds the mart of ${day} from the day as it stands now; `;
    default:
      return "";
  }
}

/** Nothing of a pair is loaded where one of the two would be refused. */
async function refusePair(
  warehouse: WarehouseRepository,
  day: Temporal.PlainDate,
  files: readonly PartitionFile[],
  options: LoadOptions,
): Promise<void> {
  refuseTwoSnapshots(day, files);
  // Each load asks once more, under its lock.
  for (const file of files) {
    refuseShrink(file, await warehouse.loadRecord(file.dataset, day), options);
  }
}

/** A dump that was killed between its two manifests leaves files of two snapshots. */
function refuseTwoSnapshots(day: Temporal.PlainDate, files: readonly PartitionFile[]): void {
  const ids = new Set(files.map(({ manifest }) => manifest.snapshot));
  if (ids.size === 1 && !ids.has(undefined)) return;
  const why = ids.has(undefined)
    ? "a version of finpipe wrote them that did not note which snapshot of staging they are of"
    : "they are of two snapshots of staging, as of a dump that broke off or of one dataset alone";
  throw new FinpipeError("prerequisite", `Cannot load the partition files of ${day}: ${why}`, {
    hint: `Run 'finpipe dump ${dayArgument(day)}' to write both anew, then load them`,
  });
}

async function loadFile(
  { warehouse, log, signal }: LoadDeps,
  file: PartitionFile,
  { maxRejected, force, allowShrink = false, streams = 1 }: LoadOptions,
): Promise<DatasetLoad> {
  const { dataset, partition, manifest } = file;
  const manifestControlTotal = manifest.control_total;
  if (!force) file.watch?.begin("comparing");
  const standing = force ? undefined : await standingLoad(warehouse, file);
  if (standing !== undefined) {
    log.info(`Left ${dataset} for ${partition} alone: the file is the one already loaded`);
    const figures = { ...figuresOf(standing), rowsBefore: standing.rows, manifestControlTotal };
    return { dataset, outcome: "unchanged", ...figures };
  }
  const done = await warehouse.replaceDay(file, { maxRejected, allowShrink, streams, signal });
  const rowsBefore = done.before?.rows;
  log.info(`Loaded ${dataset} for ${partition}`, {
    rows: done.rows,
    ...(rowsBefore === undefined ? {} : { rows_before: rowsBefore }),
    refused: done.refused,
  });
  if (done.refused > 0n) {
    log.warn(
      `Refused rows of ${dataset} for ${partition}: their reasons are in load_refused`,
      { manifest_rows: manifest.rows, rows: done.rows, refused: done.refused },
    );
  }
  return { dataset, outcome: "loaded", ...figuresOf(done), rowsBefore, manifestControlTotal };
}

/** The record of the day's load, if it was of this file and the day is still as it was loaded. */
async function standingLoad(
  warehouse: WarehouseRepository,
  { dataset, partition, manifest }: PartitionFile,
): Promise<LoadRecord | undefined> {
  const record = await warehouse.loadRecord(dataset, partition);
  if (record?.sha256 !== manifest.sha256) return undefined;
  const { rows, controlTotal } = await warehouse.measureDay(dataset, partition);
  return rows === record.rows && controlTotal === record.controlTotal ? record : undefined;
}

function figuresOf({ rows, refused, controlTotal }: LoadRecord) {
  return { rows, refused, controlTotal };
}

async function undoDataset(
  warehouse: WarehouseRepository,
  dataset: DatasetName,
  day: Temporal.PlainDate,
): Promise<DatasetUndo> {
  if (!await warehouse.undoDay(dataset, day)) return { dataset, outcome: "none" };
  const record = await warehouse.loadRecord(dataset, day);
  return record === undefined
    ? { dataset, outcome: "never loaded", rows: 0n }
    : { dataset, outcome: "put back", rows: record.rows };
}
