/** The partition files in the work dir, looked at by a deep audit. */
import * as v from "valibot";
import type { DatasetName } from "../events/dataset.ts";
import { type Manifest, ManifestSource } from "../partitions/manifest.ts";
import { checkedManifest } from "../partitions/manifest_file.ts";
import { openPartitionFile } from "../partitions/partition_file.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { DumpBook, FileBook } from "./facts.ts";

/**
 * A day's partition file, if it is the recorded dump's: proven by its size and sha256.
 *
 * @returns undefined where there is none, or one of another dump
 * @throws FinpipeError where it cannot be read
 */
export async function readFileBook(
  workDir: string,
  dataset: DatasetName,
  day: Temporal.PlainDate,
  dump: DumpBook,
  signal: AbortSignal,
): Promise<FileBook | undefined> {
  try {
    const manifest = await checkedManifest(workDir, dataset, day);
    if (manifest === undefined || !isOfDump(manifest, dump)) return undefined;
    using file = await openPartitionFile(workDir, dataset, day, { signal });
    return { problem: undefined, manifest: bookOf(file.manifest) };
  } catch (error) {
    if (!(error instanceof FinpipeError) || error.kind !== "data") throw error;
    return { problem: error.message, manifest: undefined };
  }
}

function isOfDump({ snapshot, sha256 }: Manifest, dump: DumpBook): boolean {
  return snapshot === dump.snapshot || sha256 === dump.sha256;
}

function bookOf(manifest: Manifest): DumpBook {
  return {
    sha256: manifest.sha256,
    rows: manifest.rows,
    stagedRows: manifest.staged_rows,
    bytes: manifest.bytes,
    controlTotal: manifest.control_total,
    snapshot: manifest.snapshot ?? "",
    createdAt: Temporal.Instant.from(manifest.created_at).toZonedDateTimeISO("UTC")
      .toPlainDateTime().toString(),
    sources: sourcesText(manifest.sources),
    complete: manifest.complete,
    version: manifest.version,
  };
}

/** Source partitions of a manifest as one text that can be compared. */
function sourcesText(sources: Manifest["sources"]): string {
  return JSON.stringify(
    sources.map(({ source, partition, next_position, rows = null }) => ({
      source,
      partition,
      next_position,
      rows,
    })),
  );
}

/** The same of what was recorded; as it stands where that is no list of them. */
export function normalSources(recorded: string): string {
  try {
    return sourcesText(v.parse(v.array(ManifestSource), JSON.parse(recorded)));
  } catch {
    return recorded;
  }
}
