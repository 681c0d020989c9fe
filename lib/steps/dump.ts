/** Dumping a day of staging to partition files (contract, section 4). */
import { hostname } from "node:os";
import { resolve } from "node:path";
import type { ConfigSource } from "../config/settings.ts";
import { countedRows, DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import { FolderLocks } from "../partitions/folder_locks.ts";
import type { Manifest, NewManifest } from "../partitions/manifest.ts";
import { lockDataset } from "../partitions/dataset_lock.ts";
import { PartitionWriter } from "../partitions/partition_writer.ts";
import type { DayRun } from "../partitions/run_date.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/log.ts";
import { SIGNATURE } from "../runtime/version.ts";
import { counted } from "../runtime/words.ts";
import type { DaySnapshot } from "../staging/days.ts";
import type { StagingRepository } from "../staging/repository.ts";
import { dumpStanding } from "../standing/dump_standing.ts";
import { completenessOf, requireComplete, warnOfIncomplete } from "./completeness.ts";
import { datasetsOf, type Step, type StepContext, type StepFacts } from "./step.ts";

export interface DumpDeps extends Omit<StepContext, "ends"> {
  staging: Pick<StagingRepository, "days">;
}

export interface DumpOptions {
  datasets: readonly DatasetName[];
  /** Fail where a Kafka partition has not passed the day's end. */
  requireComplete: boolean;
}

const step: Step = {
  description: "Writes one day's partition files, with their manifests, from staging.",

  examples: [
    ["finpipe dump 2022-10-02", "writes the files of 2022-10-01"],
    ["finpipe dump --partition 2022-10-01 --dataset currencies", "writes only the currencies"],
    ["finpipe dump 2022-10-02 --require-complete", "fails while more of the day may come"],
  ],

  uses: { staging: true, partitionFiles: true },
  waitsForDayEnd: true,
  byDataset: true,

  options: [
    {
      flags: "--require-complete",
      doc: "fail if a Kafka partition has not been read past the day's end",
    },
  ],

  prepare(source) {
    const options = dumpOptionsOf(source);
    return {
      runDay: async ({ ends: { staging }, ...context }, run) =>
        dumpFacts(await dump({ ...context, staging }, run, options)),
      standing: dumpStanding,
      runsAhead: true,
      breach: ({ staged }) => {
        if (!options.requireComplete) return undefined;
        const isComplete = DATASET_NAMES.every((name) => staged[name].dump?.complete === true);
        return isComplete ? undefined : "the day was not known to be complete when it was dumped";
      },
    };
  },
};

export default step;

/** What a dump was asked for. */
export function dumpOptionsOf(source: ConfigSource): DumpOptions {
  return {
    datasets: datasetsOf(source),
    requireComplete: source.flags.requireComplete === true,
  };
}

/**
 * Writes the partition files of a day, all of them from one snapshot of staging, and returns their
 * manifests. What stood under their names before stays until they are whole.
 *
 * @throws FinpipeError of kind `locked` where another process dumps one of the datasets;
 * `prerequisite` where the day is not complete and has to be; `data` where it was pruned: what stands
 * under the names of its files stays
 */
export async function dump(
  { staging, workDir, log, now, signal, watchOf, folderLocks = new FolderLocks() }: DumpDeps,
  { partition: day }: DayRun,
  { datasets, requireComplete: mustBeComplete }: DumpOptions,
): Promise<Manifest[]> {
  using open = new DisposableStack();
  for (const dataset of datasets) open.use(await lockDataset(folderLocks, workDir, dataset));
  const written = await staging.days.snapshot(day, async (snapshot) => {
    // If a snapshot breaks off, the dump starts again, and drops what it has written.
    using opened = new DisposableStack();
    const prunedAt = await snapshot.prunedAt();
    if (prunedAt !== undefined) throw pruned(day, prunedAt);
    const id = crypto.randomUUID();
    const completeness = completenessOf(day, await snapshot.kafkaProgress(), now());
    if (mustBeComplete) requireComplete(day, completeness, log);
    else warnOfIncomplete(day, completeness, log);
    const { complete } = completeness;
    const files = [];
    for (const dataset of datasets) {
      signal.throwIfAborted();
      const watch = watchOf?.(dataset, day);
      const writer = opened.use(await PartitionWriter.create(workDir, dataset, day, watch));
      const { total, sources } = await snapshot.stagedRows(dataset);
      if (dataset === "currencies" || !await writeAgreeing(snapshot, writer, log)) {
        await snapshot.copyDay(dataset, (piece) => writer.write(piece));
      }
      files.push({ writer, facts: { staged_rows: total, snapshot: id, sources, complete } });
    }
    open.use(opened.move());
    return files;
  });
  const manifests: NewManifest[] = [];
  for (const { writer, facts } of written) {
    signal.throwIfAborted();
    const manifest = await writer.publish({
      ...facts,
      created_at: now().toString({ smallestUnit: "second" }),
      version: SIGNATURE,
    });
    log.info(`Dumped ${manifest.dataset} of ${day}`, {
      rows: manifest.rows,
      bytes: manifest.bytes,
    });
    manifests.push(manifest);
  }
  const place = { host: hostname(), workDir: resolve(workDir) };
  const records = manifests.map((manifest) => ({ manifest, ...place }));
  if (!await staging.days.recordDumps(records)) {
    log.warn(
      `Cannot record the dump of ${day}: staging is a standby, or the role may only read it. ` +
        "The partition files are complete",
    );
  }
  return manifests;
}

/** What is left of a pruned day in staging, if anything, is no day. */
function pruned(day: Temporal.PlainDate, at: Temporal.PlainDateTime): FinpipeError {
  const when = at.toString({ smallestUnit: "second" }).replace("T", " ");
  return new FinpipeError("data", `Cannot dump ${day}: prune took it out of staging at ${when}`, {
    hint:
      "Its partition files are left as they are. The warehouse has what was loaded: to load it " +
      "again, put its partition files back from a copy",
  });
}

/** What the manifests say about the files. */
export function dumpFacts(manifests: readonly Manifest[]): StepFacts {
  return {
    json: {
      complete: manifests[0]?.complete ?? null,
      datasets: manifests.map(({ dataset, rows, staged_rows, bytes, sha256, control_total }) => {
        return { dataset, rows, staged_rows, bytes, sha256, control_total };
      }),
    },
    lines: manifests.map(({ dataset, rows, staged_rows, bytes }) =>
      `${dataset}: ${counted(rows, "row")} of ${staged_rows} staged, ${counted(bytes, "byte")}`
    ),
    brief: manifests.map(({ dataset, rows }) => countedRows(rows, dataset)).join(", "),
    rows: manifests.reduce((sum, { rows }) => sum + rows, 0),
    bytes: manifests.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/**
 * Writes a day's transactions, if all versions of each object agree in accounts, amount and
 * currency, which no change of status changes. Looking for objects that do not agree would cost a
 * pass of its own. Written this way, the file itself shows whether there are any. If there are, the
 * dump starts the file again, warns about them, and takes the latest version.
 *
 * @returns false where the file is still to be written
 */
async function writeAgreeing(
  snapshot: DaySnapshot,
  writer: PartitionWriter,
  log: Logger,
): Promise<boolean> {
  await snapshot.copyDayApart((piece) => writer.write(piece));
  const { repeated } = writer;
  if (repeated === undefined) return true;
  writer.restart();
  const { objects, example } = repeated;
  log.warn(
    `Versions of ${counted(objects, "object")} of ${writer.day} differ in accounts, amount ` +
      "or currency, as if two operations shared one id: finpipe takes the latest version of " +
      "each",
    { example },
  );
  return false;
}
