/** Reading a partition file with its manifest (contract, section 4). */
import { createHash } from "node:crypto";
import type { DatasetName } from "../events/dataset.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { fileFailure } from "../runtime/file_failure.ts";
import { type FileBytes, OpenFile } from "./file_bytes.ts";
import { type FileWatch, WatchedBytes, type WatchOptions } from "./file_watch.ts";
import type { Manifest } from "./manifest.ts";
import { checkedManifest, disagreement, partitionPaths } from "./manifest_file.ts";
import { readPrunedDays } from "./pruned_days.ts";
import { dayArgument } from "./run_date.ts";

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

/**
 * Reads the manifest of a day, opens the file, and proves that it is the one that the manifest
 * describes, by size and sha256.
 *
 * @throws FinpipeError of kind `prerequisite` where there is no manifest; `data` where the pair does
 * not agree, or there is none and the day was pruned; `failed` or `configuration` where one of the two
 * cannot be read; the signal's reason, then and at each later reading, once it is aborted
 */
export async function openPartitionFile(
  workDir: string,
  dataset: DatasetName,
  day: Temporal.PlainDate,
  options: WatchOptions = {},
): Promise<OpenPartitionFile> {
  const paths = partitionPaths(workDir, dataset, day);
  const manifest = await checkedManifest(workDir, dataset, day);
  if (manifest === undefined) {
    if ((await readPrunedDays(workDir)).has(day.toString())) throw prunedWith(paths.data, day);
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

/** Nothing is left to make the file from, and no dump could. */
function prunedWith(path: string, day: Temporal.PlainDate): FinpipeError {
  return new FinpipeError("data", `No partition file for ${day}, which prune took out of staging`, {
    hint: `Put ${path} and its manifest back from a copy. The warehouse keeps what was loaded`,
  });
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
