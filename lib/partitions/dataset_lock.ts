/** The lock on the partition files of a dataset. */
import { join } from "node:path";
import type { DatasetName } from "../events/dataset.ts";
import { fileFailure } from "../runtime/file_failure.ts";
import type { FolderLocks } from "./folder_locks.ts";

/**
 * Only one process at a time writes or removes files of a dataset, so that no other one uses the
 * temporary files.
 *
 * @throws FinpipeError of kind `locked` where another process has it
 */
export async function lockDataset(
  locks: FolderLocks,
  workDir: string,
  dataset: DatasetName,
): Promise<Disposable> {
  const folder = join(workDir, "partitions", dataset);
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    return await locks.take(
      join(folder, ".lock"),
      `the partition files of ${dataset} in ${workDir}`,
    );
  } catch (error) {
    throw fileFailure(error, "write", folder);
  }
}
