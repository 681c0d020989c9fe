/** Where partition files and their manifests stand (contract, section 4), and reading a manifest. */
import { join } from "node:path";
import * as v from "valibot";
import type { DatasetName } from "../events/dataset.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { fileFailure } from "../runtime/file_failure.ts";
import { ifThere } from "../runtime/files.ts";
import { Manifest } from "./manifest.ts";
import { dayArgument } from "./run_date.ts";

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
 * The manifest of a day, which may not agree with its file; undefined where there is none, or none of
 * that day.
 *
 * @throws FinpipeError of kind `failed` or `configuration` where it cannot be read
 */
export async function readManifest(
  workDir: string,
  dataset: DatasetName,
  day: Temporal.PlainDate,
): Promise<Manifest | undefined> {
  const text = await readIfPresent(partitionPaths(workDir, dataset, day).manifest);
  const manifest = text === undefined ? undefined : parseManifest(text);
  return manifest?.dataset === dataset && manifest.partition === `${day}` ? manifest : undefined;
}

/**
 * The manifest of a day; undefined where there is none. Its file is not looked at.
 *
 * @throws FinpipeError of kind `data` where it is no manifest of that day; `failed` or `configuration`
 * where it cannot be read
 */
export async function checkedManifest(
  workDir: string,
  dataset: DatasetName,
  day: Temporal.PlainDate,
): Promise<Manifest | undefined> {
  const path = partitionPaths(workDir, dataset, day).manifest;
  const text = await readIfPresent(path);
  if (text === undefined) return undefined;
  const manifest = parseManifest(text);
  if (manifest?.dataset !== dataset || manifest.partition !== day.toString()) {
    throw disagreement(path, "it is not a manifest of that day", day);
  }
  return manifest;
}

/** A partition file and its manifest that are not a pair. */
export function disagreement(path: string, why: string, day: Temporal.PlainDate): FinpipeError {
  return new FinpipeError("data", `Partition file and manifest do not agree: ${path}: ${why}`, {
    hint: `Run 'finpipe dump ${dayArgument(day)}' to write both again`,
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

function readIfPresent(path: string): Promise<string | undefined> {
  return ifThere(Deno.readTextFile(path))
    .catch((error) => Promise.reject(fileFailure(error, "read", path)));
}
