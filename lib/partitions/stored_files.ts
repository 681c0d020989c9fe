/** The partition files that a work dir holds, and taking them away. */
import type { DatasetName } from "../events/dataset.ts";
import { fileFailure } from "../runtime/file_failure.ts";
import { ifThere } from "../runtime/files.ts";
import { partitionPaths } from "./manifest_file.ts";
import { FIRST_DAY } from "./run_date.ts";

const NAME = /^(\d{4}-\d{2}-\d{2})\.(?:csv|manifest\.json)$/;

/**
 * The days of which a file or a manifest stands, in order.
 *
 * @throws FinpipeError of kind `failed` or `configuration` where the folder cannot be read
 */
export async function daysWithFiles(
  workDir: string,
  dataset: DatasetName,
): Promise<Temporal.PlainDate[]> {
  const { folder } = partitionPaths(workDir, dataset, FIRST_DAY);
  const days = new Set<string>();
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const day = NAME.exec(name)?.[1];
      if (day !== undefined) days.add(day);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw fileFailure(error, "read", folder);
  }
  return [...days].sort().flatMap((text) => {
    try {
      return [Temporal.PlainDate.from(text, { overflow: "reject" })];
    } catch {
      // A name that somebody else gave.
      return [];
    }
  });
}

/**
 * Removes the file of a day and its manifest: that one first, as a file without one is never taken for
 * whole.
 *
 * @returns the bytes that the file had
 * @throws FinpipeError of kind `failed` or `configuration` where one cannot be removed
 */
export async function removeFile(
  workDir: string,
  dataset: DatasetName,
  day: Temporal.PlainDate,
): Promise<number> {
  const { manifest, data } = partitionPaths(workDir, dataset, day);
  const bytes = await sizeOf(data);
  for (const path of [manifest, data]) {
    await ifThere(Deno.remove(path))
      .catch((error) => Promise.reject(fileFailure(error, "remove", path)));
  }
  return bytes;
}

/**
 * Whether the file of a day stands, with a manifest or without.
 *
 * @throws FinpipeError of kind `failed` or `configuration` where that cannot be told
 */
export async function hasData(
  workDir: string,
  dataset: DatasetName,
  day: Temporal.PlainDate,
): Promise<boolean> {
  const { data } = partitionPaths(workDir, dataset, day);
  try {
    return await ifThere(Deno.stat(data)) !== undefined;
  } catch (error) {
    throw fileFailure(error, "read", data);
  }
}

/** The bytes of a file; 0 where there is none. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await ifThere(Deno.stat(path)))?.size ?? 0;
  } catch (error) {
    throw fileFailure(error, "read", path);
  }
}
