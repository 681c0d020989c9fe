/** Locks that die with their process. */
import { FinpipeError } from "./errors.ts";

/** An exclusive lock that this process holds until it is disposed of. */
export class FileLock implements Disposable {
  readonly #file: Deno.FsFile;

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** Unlocks first, because a process that is just being started has a copy of the open file. */
  [Symbol.dispose](): void {
    this.#file.unlockSync();
    this.#file.close();
  }
}

/**
 * Takes an exclusive lock on a file, which is made if absent. The operating system gives it up when
 * the process dies, however it dies.
 *
 * @param what is named in the message
 * @throws FinpipeError of kind `locked` where another process holds it
 */
export async function lockFile(path: string, what: string): Promise<FileLock> {
  const file = await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
  if (await file.tryLock(true)) return new FileLock(file);
  file.close();
  throw new FinpipeError("locked", `Another finpipe process uses ${what}`, {
    hint: "Wait until it has ended, then try again",
  });
}
