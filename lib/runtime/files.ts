/** Files that may be absent, or must be whole. */
import { basename, dirname, join } from "node:path";

/** Writes all of the bytes: the system may accept only a part of them in one call. */
export async function writeWhole(
  to: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  let left = bytes;
  while (left.length > 0) left = left.subarray(await to.write(left));
}

/** What an operation on a file gives; undefined where there is no such file. */
export async function ifThere<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * A file that is written aside: it appears under its final name with all its bytes, in place of what
 * stood there before, or not at all.
 */
export class FileAside implements Disposable {
  #isOpen = true;
  #isPublished = false;

  private constructor(
    readonly file: Deno.FsFile,
    readonly path: string,
    readonly final: string,
  ) {}

  /**
   * Opens it in the folder of the final one, where a rename will do.
   *
   * @param options.path where it is written; what a killed process left there is overwritten.
   * @default a hidden name that nothing else has
   * @param options.mode @default that of any new file
   */
  static async open(
    final: string,
    options: { path?: string; mode?: number } = {},
  ): Promise<FileAside> {
    const {
      path = join(dirname(final), `.${basename(final)}.${crypto.randomUUID()}`),
      ...mode
    } = options;
    const file = await Deno.open(path, { create: true, write: true, truncate: true, ...mode });
    return new FileAside(file, path, final);
  }

  /** Syncs it and renames it; then the folder is synced, so that both outlive a power cut. */
  async publish(): Promise<void> {
    await this.file.sync();
    await Deno.rename(this.path, this.final);
    this.#isPublished = true;
    await syncFolder(dirname(this.final));
  }

  /** Closes it; one that was not published is removed, as it may be what fills the disk. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.file.close();
    if (this.#isPublished) return;
    try {
      Deno.removeSync(this.path);
    } catch {
      // No reason to hide why it was not published.
    }
  }
}

/**
 * Makes the entry of a rename durable: a folder is synced like a file. Windows opens no folder as a file;
 * NTFS has a journal of its own for renames.
 */
async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(path, { read: true });
  await folder.sync();
}
