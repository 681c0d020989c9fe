/** Where partition files and their manifests stand (contract, section 4), and reading a pair. */
import { join } from "node:path";
import { createHash } from "node:crypto";
import * as v from "valibot";
import type { DatasetName } from "../events/dataset.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { fileFailure } from "../runtime/file_failure.ts";
import { type FileBytes, OpenFile } from "./file_bytes.ts";
import { type FileWatch, WatchedBytes, type WatchOptions } from "./file_watch.ts";
import { Manifest } from "./manifest.ts";
import { dayArgument } from "./run_date.ts";
import { ifThere } from "../runtime/files.ts";

/** Bytes that the proof reads at once. */
const READ_BYTES = 256 * 1024;

/** A partition file with the manifest that describes it. */
export interface PartitionFile {
  dataset: DatasetName;
  partition: Temporal.PlainDate;
  /** Path of the CSV file, for messages: another file may have that name by now. */
  path: string;
  bytes: FileBytes;
  manifest: Manifest;
  /** Reports the work on the file. @default not reported */
  watch?: FileWatch | undefined;
}

/** A partition file that was opened and proven. */
export interface OpenPartitionFile extends PartitionFile, Disposable {}

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
 * Reads the manifest of a day, opens the file, and proves that it is the one that the manifest
 * describes, by size and sha256.
 *
 * @throws FinpipeError of kind `prerequisite` where there is no manifest; `data` where the pair does
 * not agree; `failed` or `configuration` where one of the two cannot be read; the signal's
 * reason, then and at each later reading, once it is aborted
 */
export async function openPartitionFile(
  workDir: string,
  dataset: DatasetName,
  day: Temporal.PlainDate,
  options: WatchOptions = {},
): Promise<OpenPartitionFile> {
  const paths = partitionPaths(workDir, dataset, day);
  const manifest = await readManifest(workDir, dataset, day);
  if (manifest === undefined) {
    throw new FinpipeError(
      "prerequisite",
      `No partition file of ${dataset} for ${day} in ${workDir}`,
      { hint: `Run 'finpipe dump ${dayArgument(day)}' first` },
    );
  }
  using open = new DisposableStack();
  const bytes = new WatchedBytes(open.use(await openData(paths.data, day)), options);
  options.watch?.begin("proving", manifest.bytes);
  const { length, sha256 } = await measure(bytes);
  if (length !== manifest.bytes) {
    throw disagreement(paths.data, `${length} bytes, the manifest says ${manifest.bytes}`, day);
  }
  if (sha256 !== manifest.sha256) {
    throw disagreement(paths.data, "its sha256 is not the one in the manifest", day);
  }
  const moved = open.move();
  return {
    dataset,
    partition: day,
    path: paths.data,
    bytes,
    manifest,
    watch: options.watch,
    [Symbol.dispose]: () => moved.dispose(),
  };
}

/**
 * The manifest of a day; undefined where there is none. Its file is not looked at.
 *
 * @throws FinpipeError of kind `data` where it is no manifest of that day; `failed` or `configuration`
 * where it cannot be read
 */
export async function readManifest(
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

function disagreement(path: string, why: string, day: Temporal.PlainDate): FinpipeError {
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

async function openData(path: string, day: Temporal.PlainDate): Promise<OpenFile> {
  try {
    return new OpenFile(path, await Deno.open(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw disagreement(path, "it is absent", day);
    throw fileFailure(error, "read", path);
  }
}

async function measure(bytes: FileBytes) {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(READ_BYTES);
  let length = 0;
  for (;;) {
    const read = await bytes.readAt(buffer, length);
    if (read === null) return { length, sha256: hash.digest("hex") };
    hash.update(buffer.subarray(0, read));
    length += read;
  }
}
