/** A file that stays the one that was opened, whatever is renamed to its name meanwhile. */
import { fileFailure } from "../runtime/file_failure.ts";

/** The bytes of a file, for readers side by side. */
export interface FileBytes {
  /** Reads as many bytes from a place on as there are, and fit; null at the end. */
  readAt(into: Uint8Array, position: number): Promise<number | null>;
}

/** {@link FileBytes} of an open file. */
export class OpenFile implements FileBytes, Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  /** Where the file's one cursor stands, which all readers share: a seek and its read are one turn. */
  #at = 0;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param file is closed with this; its cursor stands at its start */
  constructor(path: string, file: Deno.FsFile) {
    this.#path = path;
    this.#file = file;
  }

  /** @throws FinpipeError where the file cannot be read */
  readAt(into: Uint8Array, position: number): Promise<number | null> {
    const read = this.#turn.then(() => this.#readNow(into, position));
    this.#turn = read.catch(() => {});
    return read;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }

  async #readNow(into: Uint8Array, position: number): Promise<number | null> {
    try {
      if (this.#at !== position) await this.#file.seek(position, Deno.SeekMode.Start);
      const read = await this.#file.read(into);
      this.#at = position + (read ?? 0);
      return read;
    } catch (error) {
      this.#at = -1;
      throw fileFailure(error, "read", this.#path);
    }
  }
}
