/** Where partition files and their manifests stand (contract, section 4), and reading a pair. */
import { join } from "node:path";
import { createHash } from "node:crypto";
import * as v from "valibot";
import type { DatasetName } from "../events/dataset.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { fileFailure } from "../runtime/files.ts";
import { Manifest } from "./manifest.ts";
import { dayArgument } from "./run_date.ts";

/** A partition file on disk with the manifest that describes it. */
export interface PartitionFile {
  dataset: DatasetName;
  partition: Temporal.PlainDate;
  /** Path of the CSV file. */
  path: string;
  manifest: Manifest;
}

/** The paths of a dataset's day under a work dir. */
export function partitionPaths(workDir: string, dataset: DatasetName, day: Temporal.PlainDate) {
  const folder = join(workDir, "partitions", dataset);
  return {
    folder,
    data: join(folder, `${day}.csv`),
    manifest: join(folder, `${day}.manifest.json`),
  };
}

/**
 * Reads the manifest of a day and proves that the file is the one it describes, by size and sha256.
 *
 * @throws FinpipeError of kind `prerequisite` where there is no manifest; `data` where the pair does
 * not agree; `failed` or `configuration` where one of the two cannot be read
 */
export async function openPartitionFile(
  workDir: string,
  dataset: DatasetName,
  day: Temporal.PlainDate,
): Promise<PartitionFile> {
  const paths = partitionPaths(workDir, dataset, day);
  const hint = `Run 'finpipe dump ${dayArgument(day)}' first`;
  const text = await readIfPresent(paths.manifest);
  if (text === undefined) {
    throw new FinpipeError(
      "prerequisite",
      `No partition file of ${dataset} for ${day} in ${workDir}`,
      { hint },
    );
  }
  const manifest = parseManifest(text);
  if (manifest?.dataset !== dataset || manifest.partition !== day.toString()) {
    throw disagreement(paths.manifest, "it is no manifest of that day", day);
  }
  const { bytes, sha256 } = await hashFile(paths.data, day);
  if (bytes !== manifest.bytes) {
    throw disagreement(paths.data, `${bytes} bytes, the manifest says ${manifest.bytes}`, day);
  }
  if (sha256 !== manifest.sha256) {
    throw disagreement(paths.data, "its sha256 is not the one in the manifest", day);
  }
  return { dataset, partition: day, path: paths.data, manifest };
}

function disagreement(path: string, why: string, day: Temporal.PlainDate): FinpipeError {
  return new FinpipeError("data", `Partition file and manifest do not agree: ${path}: ${why}`, {
    hint: `Run 'finpipe dump ${dayArgument(day)}' to write both anew`,
  });
}

function parseManifest(text: string): Manifest | undefined {
  try {
    const result = v.safeParse(Manifest, JSON.parse(text));
    return result.success ? result.output : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw fileFailure(error, "read", path);
  }
}

async function hashFile(path: string, day: Temporal.PlainDate) {
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    const file = await Deno.open(path);
    for await (const piece of file.readable) {
      hash.update(piece);
      bytes += piece.length;
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw disagreement(path, "it is absent", day);
    throw fileFailure(error, "read", path);
  }
  return { bytes, sha256: hash.digest("hex") };
}
