/** Removes partition files of old days, once what they hold stands in the warehouse. */
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import { partitionPaths, readManifest } from "../partitions/manifest_file.ts";
import { fileFailure } from "../runtime/file_failure.ts";
import { ifThere } from "../runtime/files.ts";
import type { StepContext } from "../steps/step.ts";

const MANIFEST = /^(\d{4}-\d{2}-\d{2})\.manifest\.json$/;

/**
 * Keeps the files of the last days of each dataset. Of those before, it removes the ones that are loaded:
 * what the warehouse has not is kept.
 *
 * @param keep days
 * @throws FinpipeError of kind `failed` or `configuration` where a file cannot be removed
 */
export async function removeOldFiles(
  { workDir, ends: { warehouse }, log }: Pick<StepContext, "workDir" | "ends" | "log">,
  keep: number,
): Promise<void> {
  for (const dataset of DATASET_NAMES) {
    for (const day of (await daysOf(workDir, dataset)).slice(keep)) {
      const manifest = await readManifest(workDir, dataset, day);
      const loaded = await warehouse.loadRecord(dataset, day);
      if (manifest === undefined || loaded?.sha256 !== manifest.sha256) continue;
      await remove(workDir, dataset, day);
      log.debug(`Removed the partition file of ${dataset} for ${day}`);
    }
  }
}

/** Days of which there is a manifest, the last one first. */
async function daysOf(workDir: string, dataset: DatasetName): Promise<Temporal.PlainDate[]> {
  const { folder } = partitionPaths(workDir, dataset, Temporal.PlainDate.from("2022-10-01"));
  const days: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const day = MANIFEST.exec(name)?.[1];
      if (day !== undefined) days.push(day);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw fileFailure(error, "read", folder);
  }
  return days.sort().reverse().map((day) => Temporal.PlainDate.from(day));
}

/** The manifest first: a file without one is never taken for whole. */
async function remove(workDir: string, dataset: DatasetName, day: Temporal.PlainDate) {
  const { manifest, data } = partitionPaths(workDir, dataset, day);
  for (const path of [manifest, data]) {
    await ifThere(Deno.remove(path))
      .catch((error) => Promise.reject(fileFailure(error, "remove", path)));
  }
}
