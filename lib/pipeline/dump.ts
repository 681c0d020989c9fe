/** Dumping a day of staging to partition files (contract, section 4). */
import { join } from "node:path";
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import type { WatchOf } from "../partitions/file_watch.ts";
import type { Manifest } from "../partitions/manifest.ts";
import { PartitionWriter } from "../partitions/partition_writer.ts";
import { fileFailure, type FileLock, lockFile } from "../runtime/files.ts";
import type { Logger } from "../runtime/log.ts";
import { SIGNATURE } from "../runtime/version.ts";
import { counted } from "../runtime/words.ts";
import type { DaySnapshot, StagingRepository } from "../staging/repository.ts";
import { completenessOf, requireComplete, warnOfIncomplete } from "./completeness.ts";

export interface DumpContext {
  staging: StagingRepository;
  workDir: string;
  log: Logger;
  now(): Temporal.Instant;
  signal: AbortSignal;
  /** Who is told how far it is. @default nobody is */
  watchOf?: WatchOf | undefined;
}

export interface DumpOptions {
  /** Fail where a Kafka partition has not passed the day's end. @default false */
  requireComplete?: boolean;
}

/**
 * Writes the partition files of a day, all of them from one snapshot of staging, and returns their
 * manifests. What stood under their names before stays until they are whole.
 *
 * @throws FinpipeError of kind `locked` where another process dumps one of the datasets;
 * `prerequisite` where the day is not complete and has to be
 */
export async function dump(
  context: DumpContext,
  day: Temporal.PlainDate,
  datasets: readonly DatasetName[] = DATASET_NAMES,
  options: DumpOptions = {},
): Promise<Manifest[]> {
  const { staging, workDir, log } = context;
  using open = new DisposableStack();
  for (const dataset of datasets) open.use(await lockDataset(workDir, dataset));
  const written = await staging.snapshotDay(day, async (snapshot) => {
    const id = crypto.randomUUID();
    const completeness = completenessOf(day, await snapshot.kafkaProgress(), context.now());
    if (options.requireComplete) requireComplete(day, completeness, log);
    else warnOfIncomplete(day, completeness, log);
    const { complete } = completeness;
    const files = [];
    for (const dataset of datasets) {
      context.signal.throwIfAborted();
      const watch = context.watchOf?.(dataset, day);
      const writer = open.use(await PartitionWriter.create(workDir, dataset, day, watch));
      const { total, sources } = await snapshot.stagedRows(dataset);
      if (dataset === "currencies" || !await writeAgreeing(snapshot, writer, log)) {
        await snapshot.copyDay(dataset, (piece) => writer.write(piece));
      }
      files.push({ writer, facts: { staged_rows: total, snapshot: id, sources, complete } });
    }
    return files;
  });
  const manifests: Manifest[] = [];
  for (const { writer, facts } of written) {
    context.signal.throwIfAborted();
    const manifest = await writer.publish({
      ...facts,
      created_at: context.now().toString({ smallestUnit: "second" }),
      version: SIGNATURE,
    });
    log.info(`Dumped ${manifest.dataset} of ${day}`, {
      rows: manifest.rows,
      bytes: manifest.bytes,
    });
    manifests.push(manifest);
  }
  return manifests;
}

/**
 * Writes a day's transactions, if all versions of each object agree in accounts, amount and currency,
 * which no change of status changes. To look for others costs a pass of its own; written so, the file
 * shows whether there are any. It is begun anew where there are: they are warned of, and the latest
 * version is taken.
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
    `Versions of ${counted(objects, "object")} of ${writer.day} differ in accounts, amount or ` +
      "currency, as if two operations had one id: the latest of each is taken",
    { example },
  );
  return false;
}

/** One dump of a dataset at a time, so that temporary files are nobody else's. */
async function lockDataset(workDir: string, dataset: DatasetName): Promise<FileLock> {
  const folder = join(workDir, "partitions", dataset);
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    return await lockFile(join(folder, ".lock"), `the partition files of ${dataset} in ${workDir}`);
  } catch (error) {
    throw fileFailure(error, "write", folder);
  }
}
