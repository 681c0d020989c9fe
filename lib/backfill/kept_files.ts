/** Removes partition files of old days, once what they hold stands in the warehouse. */
import { DATASET_NAMES } from "../events/dataset.ts";
import { lockDataset } from "../partitions/dataset_lock.ts";
import { FolderLocks } from "../partitions/folder_locks.ts";
import { readManifest } from "../partitions/manifest_file.ts";
import { daysWithFiles, removeFile } from "../partitions/stored_files.ts";
import { isKind } from "../runtime/errors.ts";
import type { StepContext } from "../steps/step.ts";

/** Where the files are, and what is known of them. */
export type KeptFilesContext =
  & Pick<StepContext, "workDir" | "ends" | "log">
  & Partial<Pick<StepContext, "folderLocks">>
  & {
    /** Days whose files are in work, as `2022-10-01`: they are left alone. @default none */
    inWork?: ReadonlySet<string> | undefined;
  };

/**
 * Keeps the files of the last days of each dataset. Of those before, it removes the ones that are loaded:
 * what the warehouse has not is kept. While another process dumps, nothing is removed: the next date will
 * do it.
 *
 * @param keep days
 * @throws FinpipeError of kind `failed` or `configuration` where a file cannot be removed
 */
export async function removeOldFiles(context: KeptFilesContext, keep: number): Promise<void> {
  const { workDir, ends: { warehouse }, log, folderLocks = new FolderLocks(), inWork } = context;
  for (const dataset of DATASET_NAMES) {
    const old = (await daysWithFiles(workDir, dataset)).toReversed().slice(keep);
    if (old.length === 0) continue;
    using lock = await lockDataset(folderLocks, workDir, dataset).catch((error) => {
      if (isKind(error, "locked")) return undefined;
      throw error;
    });
    if (lock === undefined) continue;
    for (const day of old) {
      if (inWork?.has(`${day}`) === true) continue;
      const manifest = await readManifest(workDir, dataset, day);
      const loaded = await warehouse.loadRecord(dataset, day);
      if (manifest === undefined || loaded?.sha256 !== manifest.sha256) continue;
      await removeFile(workDir, dataset, day);
      log.debug(`Removed the partition file of ${dataset} for ${day}`);
    }
  }
}
