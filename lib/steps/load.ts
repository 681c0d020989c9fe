/** The step from partition files to the warehouse's staging (contract, section 5). */
import type { ConfigSource } from "../config/settings.ts";
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import { readManifest } from "../partitions/manifest_file.ts";
import { openPartitionFile, type PartitionFile } from "../partitions/partition_file.ts";
import { hasData } from "../partitions/stored_files.ts";
import { dayArgument, type DayRun } from "../partitions/run_date.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { counted } from "../runtime/words.ts";
import type { DayFacts } from "../standing/facts.ts";
import { loadStanding } from "../standing/load_standing.ts";
import { refuseShrink } from "../warehouse/load_checks.ts";
import type { LoadRecord, WarehouseRepository } from "../warehouse/repository.ts";
import { datasetsOf, type Step, type StepContext, type StepFacts } from "./step.ts";
import { undoFacts, undoLoad } from "./undo_load.ts";

export interface LoadDeps extends Pick<StepContext, "workDir" | "log" | "signal" | "watchOf"> {
  warehouse: WarehouseRepository;
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

/** What the load did with one dataset's day. */
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

const step: Step = {
  description: "Loads one day's partition files into the warehouse, replacing the day.",

  examples: [
    ["finpipe load 2022-10-02", "loads the files of 2022-10-01"],
    ["finpipe load --partition 2022-10-01 --dataset currencies", "loads only the currencies"],
    ["finpipe load 2022-10-02 --undo", "puts back what stood before the last load"],
  ],

  uses: { warehouse: true },
  waitsForDayEnd: true,
  byDataset: true,

  options: [
    {
      flags: "--streams <n>",
      doc: "sessions that load one file in parallel, on Vertica (default: 1)",
      wholeNumber: { least: 1, most: 16 },
    },
    {
      flags: "--max-rejected <n>",
      doc: "how many refused rows to allow (default: 0)",
      wholeNumber: { least: 0 },
    },
    { flags: "--force", doc: "also load a day whose file is already loaded" },
    {
      flags: "--allow-shrink",
      doc: "also load a file with fewer rows than the one that is loaded",
    },
  ],

  prepare(source) {
    const options = loadOptionsOf(source);
    return {
      runDay: async ({ ends: { warehouse }, ...context }, run) =>
        loadFacts((await load({ ...context, warehouse }, run, options)).datasets),
      standing: loadStanding,
      breach: ({ loads }) => {
        const { maxRejected } = options;
        const beyond = DATASET_NAMES.find((name) => (loads[name]?.refused ?? 0) > maxRejected);
        return beyond && `${counted(loads[beyond]!.refused, "row")} of ${beyond} were refused`;
      },
      wantsInput: whyDumpAgain,
    };
  },

  undo: {
    doc: "put back the day as it was before its last load",
    notice: "--undo loads nothing",
    prepare(source) {
      const datasets = datasetsOf(source);
      return async ({ ends: { warehouse }, log }, run) =>
        undoFacts(await undoLoad({ warehouse, log }, run, datasets));
    },
  },
};

export default step;

/** What a load was asked for. */
export function loadOptionsOf(source: ConfigSource): Required<LoadOptions> {
  const { maxRejected, force, allowShrink, streams } = source.flags;
  return {
    datasets: datasetsOf(source),
    maxRejected: typeof maxRejected === "number" ? maxRejected : 0,
    force: force === true,
    allowShrink: allowShrink === true,
    streams: typeof streams === "number" ? streams : 1,
  };
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

/** What is loaded for the day now, next to what the manifests say. */
export function loadFacts(datasets: readonly DatasetLoad[]): StepFacts {
  return {
    json: { datasets: datasets.map(jsonOf) },
    lines: datasets.map(lineOf),
    brief: briefOf(datasets),
    rows: Number(datasets.reduce((sum, { rows }) => sum + rows, 0n)),
    changed: datasets.some(({ outcome }) => outcome === "loaded"),
  };
}

function jsonOf(done: DatasetLoad) {
  return {
    dataset: done.dataset,
    outcome: done.outcome,
    rows: Number(done.rows),
    rows_before: done.rowsBefore === undefined ? null : Number(done.rowsBefore),
    refused: Number(done.refused),
    control_total: done.controlTotal,
    manifest_control_total: done.manifestControlTotal,
  };
}

/** Figures that differ are shown side by side. */
function lineOf(done: DatasetLoad): string {
  const rows = `${done.dataset}: ${counted(done.rows, "row")}`;
  if (done.outcome === "unchanged") return `${rows}, unchanged: the file is already loaded`;
  const before = done.rowsBefore === undefined
    ? "never loaded before"
    : `${done.rowsBefore} before`;
  const loaded = `${rows} loaded, ${before}`;
  if (done.refused === 0n) return loaded;
  return `${loaded}, ${done.refused} refused; ` +
    `control total ${done.controlTotal}, the manifest says ${done.manifestControlTotal}`;
}

function briefOf(datasets: readonly DatasetLoad[]): string {
  if (datasets.every(({ outcome }) => outcome === "unchanged")) return "already loaded";
  const refused = datasets.reduce((sum, { refused }) => sum + refused, 0n);
  const replaced = datasets
    .filter(({ outcome, rowsBefore }) => outcome === "loaded" && rowsBefore !== undefined)
    .map(({ dataset, rows, rowsBefore }) => `, ${rowsBefore} -> ${rows} ${dataset}`);
  const refusedText = refused === 0n ? "" : `, ${counted(refused, "row")} refused`;
  return `loaded${replaced.join("")}${refusedText}`;
}

/** If either of the two would be refused, neither is loaded. */
async function refusePair(
  warehouse: WarehouseRepository,
  day: Temporal.PlainDate,
  files: readonly PartitionFile[],
  options: LoadOptions,
): Promise<void> {
  refuseTwoSnapshots(day, files);
  // Each load checks again, under its lock.
  for (const file of files) {
    refuseShrink(file, await warehouse.loadRecord(file.dataset, day), options);
  }
}

/** A dump that was killed between its two manifests leaves files of two snapshots. */
function refuseTwoSnapshots(day: Temporal.PlainDate, files: readonly PartitionFile[]): void {
  const ids = new Set(files.map(({ manifest }) => manifest.snapshot));
  if (ids.size === 1 && !ids.has(undefined)) return;
  const why = ids.has(undefined)
    ? "an older finpipe wrote them, and did not record their snapshot of staging"
    : "they come from two snapshots of staging: a dump broke off, or wrote only one dataset";
  throw new FinpipeError("prerequisite", `Cannot load the partition files of ${day}: ${why}`, {
    hint: `Run 'finpipe dump ${dayArgument(day)}' to write both again, then load them`,
  });
}

/** Where the work dir does not hold the files that were dumped last, they have to be written anew. */
async function whyDumpAgain({ day, staged }: DayFacts, workDir: string) {
  const snapshots = new Set<string | undefined>();
  for (const dataset of DATASET_NAMES) {
    const manifest = await readManifest(workDir, dataset, day);
    snapshots.add(manifest?.snapshot);
    if (manifest === undefined || !await hasData(workDir, dataset, day)) {
      return `no partition file of ${dataset} in the work dir`;
    }
    const dumped = staged[dataset].dump;
    if (dumped !== undefined && manifest.sha256 !== dumped.sha256) {
      return `the partition file of ${dataset} in the work dir is not the one dumped last`;
    }
  }
  if (snapshots.size > 1 || snapshots.has(undefined)) {
    return "the partition files in the work dir are not of one snapshot of staging";
  }
  return undefined;
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
    log.info(`Kept ${dataset} for ${partition}: the file is already loaded`);
    refuseBeyondLimit(file, standing, maxRejected);
    const figures = { ...figuresOf(standing), rowsBefore: standing.rows, manifestControlTotal };
    return { dataset, outcome: "unchanged", ...figures };
  }
  if (streams > 1 && warehouse.hasOneStream === true) {
    log.info("Loading in one stream: the warehouse is embedded, and has one session");
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

/** A limit judges what stands, too. */
function refuseBeyondLimit(
  { dataset, partition }: PartitionFile,
  { refused }: LoadRecord,
  maxRejected: number,
): void {
  if (refused <= maxRejected) return;
  throw new FinpipeError(
    "data",
    `${counted(refused, "row")} of ${dataset} for ${partition} were refused when the file was ` +
      `loaded (${maxRejected} allowed)`,
    {
      hint: "The table load_refused of the warehouse has the reasons. Allow them with " +
        `--max-rejected ${refused}`,
    },
  );
}

function figuresOf({ rows, refused, controlTotal }: LoadRecord) {
  return { rows, refused, controlTotal };
}
