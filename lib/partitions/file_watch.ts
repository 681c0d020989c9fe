/** Reports the progress of work on a partition file: a large one takes minutes. */
import type { DatasetName } from "../events/dataset.ts";
import type { FileBytes } from "./file_bytes.ts";

/** What is being done with a file, or with what was loaded of it. */
export type FileWork =
  | "writing"
  | "proving"
  | "cutting"
  | "loading"
  | "looking at strings"
  | "comparing"
  | "swapping";

export interface FileWatch {
  /**
   * Work begins, in place of the work before it, or again from the start.
   *
   * @param of bytes that it will be done with; undefined where they are not known, or it reads none
   * @param rows rows in these bytes
   */
  begin(work: FileWork, of?: number, rows?: number): void;
  /** This many more bytes of the file are done, and rows, if whoever works on them counts them. */
  add(bytes: number, rows?: number): void;
}

/** Makes the watch over a file of a day. */
export type WatchOf = (dataset: DatasetName, day: Temporal.PlainDate) => FileWatch;

export interface WatchOptions {
  /** Aborted when no more is to be read. */
  signal?: AbortSignal | undefined;
  watch?: FileWatch | undefined;
}

/** {@link FileBytes} that tell of each reading, and end with the signal. */
export class WatchedBytes implements FileBytes {
  readonly #bytes: FileBytes;
  readonly #options: WatchOptions;

  constructor(bytes: FileBytes, options: WatchOptions) {
    this.#bytes = bytes;
    this.#options = options;
  }

  /** @throws the signal's reason once it is aborted; FinpipeError where the file cannot be read */
  async readAt(into: Uint8Array, position: number): Promise<number | null> {
    this.#options.signal?.throwIfAborted();
    const read = await this.#bytes.readAt(into, position);
    this.#options.watch?.add(read ?? 0);
    return read;
  }
}
