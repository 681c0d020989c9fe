/**
 * Writes a partition file aside, measures it on the way, and publishes it with its manifest: the data
 * is renamed first, the manifest last, so that a pair that does not agree is never taken for whole.
 */
import { createHash } from "node:crypto";
import { type DatasetName, DATASETS } from "../events/dataset.ts";
import { fileFailure } from "../runtime/file_failure.ts";
import { FileAside, writeWhole } from "../runtime/files.ts";
import { CsvMeter } from "./csv_meter.ts";
import type { FileWatch } from "./file_watch.ts";
import type { Manifest, NewManifest } from "./manifest.ts";
import { partitionPaths } from "./manifest_file.ts";
import type { Repeated } from "./repeated_ids.ts";

/** Pieces are gathered to this many bytes: a write and a hash update each cost a call. */
const BLOCK = 256 * 1024;

/** What a manifest says beside what the writer measures itself. */
export type ManifestRest =
  & Omit<Manifest, "dataset" | "partition" | "rows" | "bytes" | "sha256" | "control_total">
  & { snapshot: string };

export class PartitionWriter implements Disposable {
  readonly #paths: ReturnType<typeof partitionPaths>;
  readonly #aside: FileAside;
  #meter: CsvMeter;
  #hash = createHash("sha256");
  readonly #block = new Uint8Array(BLOCK);
  #filled = 0;
  #bytes = 0;
  #failure: unknown;

  private constructor(
    readonly dataset: DatasetName,
    readonly day: Temporal.PlainDate,
    paths: ReturnType<typeof partitionPaths>,
    aside: FileAside,
    readonly watch: FileWatch | undefined,
  ) {
    this.#paths = paths;
    this.#aside = aside;
    this.#meter = new CsvMeter(DATASETS[dataset]);
    watch?.begin("writing");
  }

  /** Opens the temporary file; the caller holds the dataset's lock. */
  static async create(
    workDir: string,
    dataset: DatasetName,
    day: Temporal.PlainDate,
    watch?: FileWatch,
  ): Promise<PartitionWriter> {
    const paths = partitionPaths(workDir, dataset, day);
    try {
      return new PartitionWriter(dataset, day, paths, await openAside(paths.data), watch);
    } catch (error) {
      throw fileFailure(error, "write", asideOf(paths.data));
    }
  }

  /**
   * Takes a piece of the file. Never throws, because the embedded engine calls it; {@link publish}
   * throws the failure instead.
   */
  write(piece: Uint8Array): void {
    if (this.#failure !== undefined) return;
    let at = 0;
    while (at < piece.length) {
      const taken = Math.min(piece.length - at, BLOCK - this.#filled);
      this.#block.set(piece.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled === BLOCK) this.#flush();
    }
  }

  /** Objects that have more than one row so far. */
  get repeated(): Repeated | undefined {
    this.#flush();
    return this.#meter.repeated;
  }

  /** Starts the file again from its beginning. Fails as {@link write} does. */
  restart(): void {
    this.#filled = 0;
    this.#bytes = 0;
    this.#hash = createHash("sha256");
    this.#meter = new CsvMeter(DATASETS[this.dataset]);
    this.watch?.begin("writing");
    try {
      this.#aside.file.truncateSync();
      this.#aside.file.seekSync(0, Deno.SeekMode.Start);
    } catch (error) {
      this.#failure ??= error;
    }
  }

  /** Syncs the file and makes the pair appear; returns the manifest. */
  async publish(rest: ManifestRest): Promise<NewManifest> {
    this.#flush();
    const manifest: NewManifest = {
      dataset: this.dataset,
      partition: this.day.toString(),
      rows: this.#meter.rows,
      staged_rows: rest.staged_rows,
      bytes: this.#bytes,
      sha256: this.#hash.digest("hex"),
      control_total: this.#meter.controlTotal,
      created_at: rest.created_at,
      version: rest.version,
      snapshot: rest.snapshot,
      sources: rest.sources,
      complete: rest.complete,
    };
    try {
      if (this.#failure !== undefined) throw this.#failure;
      await this.#aside.publish();
      await this.#writeManifest(manifest);
    } catch (error) {
      throw fileFailure(error, "write", this.#paths.data);
    }
    return manifest;
  }

  /**
   * Closes the file; one that was not published is removed, because it may be what fills the disk.
   */
  [Symbol.dispose](): void {
    this.#aside[Symbol.dispose]();
  }

  async #writeManifest(manifest: Manifest): Promise<void> {
    using aside = await openAside(this.#paths.manifest);
    const text = new TextEncoder().encode(JSON.stringify(manifest, null, 2) + "\n");
    await writeWhole(aside.file, text);
    await aside.publish();
  }

  #flush(): void {
    const block = this.#block.subarray(0, this.#filled);
    this.#filled = 0;
    try {
      for (let at = 0; at < block.length;) at += this.#aside.file.writeSync(block.subarray(at));
      this.#hash.update(block);
      const before = this.#meter.rows;
      this.#meter.push(block);
      this.#bytes += block.length;
      this.watch?.add(block.length, this.#meter.rows - before);
    } catch (error) {
      this.#failure ??= error;
    }
  }
}

/** Only the user may read the rows. */
function openAside(path: string): Promise<FileAside> {
  return FileAside.open(path, { path: asideOf(path), mode: 0o600 });
}

/** One name for each file: what a killed process left is overwritten, and does not pile up. */
function asideOf(path: string): string {
  return `${path}.tmp`;
}
