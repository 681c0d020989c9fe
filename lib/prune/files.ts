/** Removes partition files of old days, once the warehouse has what they hold. */
import { createHash } from "node:crypto";
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import { lockDataset } from "../partitions/dataset_lock.ts";
import { FolderLocks } from "../partitions/folder_locks.ts";
import { partitionPaths, readManifest } from "../partitions/manifest_file.ts";
import { daysWithFiles, removeFile, sizeOf } from "../partitions/stored_files.ts";
import { fileFailure } from "../runtime/file_failure.ts";
import { ifThere } from "../runtime/files.ts";
import type { WarehouseRepository } from "../warehouse/repository.ts";
import { whyNotLoaded } from "./judge.ts";

export interface PruneFilesContext {
  workDir: string;
  warehouse: Pick<WarehouseRepository, "loadRecord" | "measureDay">;
  signal: AbortSignal;
  /** Says what would be removed, and removes nothing. */
  dryRun: boolean;
}

/** The file of a day, which goes with its manifest: how many bytes it had, or why it was kept. */
export type PrunedFile =
  & { dataset: DatasetName; day: Temporal.PlainDate }
  & (
    | { bytes: number }
    | { kept: string }
  );

/**
 * The partition files of days before one, in order.
 *
 * @throws FinpipeError of kind `locked` where another process works on the files of a dataset; `failed`
 * or `configuration` where one cannot be removed
 */
export async function* pruneFiles(
  context: PruneFilesContext,
  before: Temporal.PlainDate,
): AsyncGenerator<PrunedFile> {
  const { workDir, signal, dryRun } = context;
  const locks = new FolderLocks();
  for (const dataset of DATASET_NAMES) {
    const days = (await daysWithFiles(workDir, dataset))
      .filter((day) => Temporal.PlainDate.compare(day, before) < 0);
    if (days.length === 0) continue;
    using _lock = dryRun ? undefined : await lockDataset(locks, workDir, dataset);
    for (const day of days) {
      signal.throwIfAborted();
      yield { dataset, day, ...await pruneFile(context, dataset, day) };
    }
  }
}

async function pruneFile(
  { workDir, warehouse, dryRun }: PruneFilesContext,
  dataset: DatasetName,
  day: Temporal.PlainDate,
): Promise<{ bytes: number } | { kept: string }> {
  const kept = whyNotLoaded(dataset, await sha256Of(workDir, dataset, day), {
    record: await warehouse.loadRecord(dataset, day),
    measure: await warehouse.measureDay(dataset, day),
  });
  if (kept !== undefined) return { kept };
  const bytes = dryRun
    ? await sizeOf(partitionPaths(workDir, dataset, day).data)
    : await removeFile(workDir, dataset, day);
  return { bytes };
}

/** By its manifest; of a file without one, which a prune that was killed left, by its bytes. */
async function sha256Of(
  workDir: string,
  dataset: DatasetName,
  day: Temporal.PlainDate,
): Promise<string | undefined> {
  const manifest = await readManifest(workDir, dataset, day);
  if (manifest !== undefined) return manifest.sha256;
  const { data } = partitionPaths(workDir, dataset, day);
  try {
    using file = await ifThere(Deno.open(data));
    if (file === undefined) return undefined;
    const hash = createHash("sha256");
    for await (const piece of file.readable) hash.update(piece);
    return hash.digest("hex");
  } catch (error) {
    throw fileFailure(error, "read", data);
  }
}
