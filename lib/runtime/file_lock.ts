/** Locks that die with their process. */
import { FinpipeError } from "./errors.ts";
import { ifThere } from "./files.ts";

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
  const lock = await tryLock(path);
  if (lock !== undefined) return lock;
  throw inUse(what);
}

/** How a lock is waited for that a reader may hold. */
export interface ReaderWait {
  /** This process has the lock for a moment only, and says so to others. */
  isReader: boolean;
  /** Milliseconds to wait for a reader at most. */
  longest: number;
  signal?: AbortSignal | undefined;
}

/** Milliseconds between two looks. */
const LOOK = 50;

/**
 * Takes a lock as {@link lockFile} does, and waits for it while a reader has it. A reader holds a second
 * lock, on `PATH.reader`, from before it takes the first until after it gives it up, so that who finds
 * the first one taken can tell by whom.
 *
 * @throws FinpipeError of kind `locked` where another process holds it that is no reader, or a reader
 * for too long
 */
export async function lockBehindReader(
  path: string,
  what: string,
  { isReader, longest, signal }: ReaderWait,
): Promise<Disposable> {
  const readerPath = `${path}.reader`;
  const until = performance.now() + longest;
  const again = async () => {
    signal?.throwIfAborted();
    if (performance.now() >= until) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK));
    return true;
  };
  if (isReader) {
    for (;;) {
      const reader = await tryLock(readerPath);
      if (reader === undefined) {
        if (await again()) continue;
        throw inUse(what);
      }
      try {
        const lock = await lockFile(path, what);
        return { [Symbol.dispose]: () => (lock[Symbol.dispose](), reader[Symbol.dispose]()) };
      } catch (error) {
        reader[Symbol.dispose]();
        throw error;
      }
    }
  }
  for (;;) {
    const lock = await tryLock(path);
    if (lock !== undefined) return lock;
    if (!await isLocked(readerPath)) {
      // The reader may have gone between the two looks.
      const last = await tryLock(path);
      if (last !== undefined) return last;
      throw inUse(what);
    }
    if (!await again()) throw inUse(what);
  }
}

async function tryLock(path: string): Promise<FileLock | undefined> {
  const file = await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
  if (await file.tryLock(true)) return new FileLock(file);
  file.close();
  return undefined;
}

/** Looks with a shared lock, so that those who look do not meet each other. */
async function isLocked(path: string): Promise<boolean> {
  const file = await ifThere(Deno.open(path, { read: true }));
  if (file === undefined) return false;
  const isFree = await file.tryLock(false);
  if (isFree) file.unlockSync();
  file.close();
  return !isFree;
}

function inUse(what: string): FinpipeError {
  return new FinpipeError("locked", `Another finpipe process uses ${what}`, {
    hint: "Wait until it has ended, then try again",
  });
}
