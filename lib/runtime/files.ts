/** Files that must be whole or absent, and locks that die with their process. */
import { dirname } from "node:path";
import { codeOf, FinpipeError } from "./errors.ts";

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

/** Writes all of the bytes: the system may accept only a part of them in one call. */
export async function writeWhole(
  to: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  let left = bytes;
  while (left.length > 0) left = left.subarray(await to.write(left));
}

/** Makes the entry of a rename durable: on Linux a folder is synced like a file. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await Deno.open(path, { read: true });
  try {
    await folder.sync();
  } finally {
    folder.close();
  }
}

/**
 * Makes a file that was written aside and synced appear under its final name: renamed, and the folder
 * synced, so that it is there with all its bytes or not at all.
 */
export async function publishFile(temporary: string, final: string): Promise<void> {
  await Deno.rename(temporary, final);
  await syncFolder(dirname(final));
}

/**
 * The reason for a path under /proc, /dev and the like, where Deno lets no program in. Deno's own
 * text names flags of the runtime, which are of no help to a user of finpipe.
 */
export const NOT_CAPABLE = "the runtime does not let programs read or write there";

/**
 * What an operating system's error about a file means for a person.
 *
 * @param action what was tried: `read`, `write`
 */
export function fileFailure(error: unknown, action: string, path: string): FinpipeError {
  return ioFailure(error, action, `"${path}"`);
}

/** Like {@link fileFailure}, for something without a path; `what` names it. */
export function ioFailure(error: unknown, action: string, what: string): FinpipeError {
  if (error instanceof FinpipeError) return error;
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new FinpipeError("failed", `Cannot ${action} ${what}: the disk is full`, {
      hint: "Make room, then run again",
      cause: error,
    });
  }
  if (error instanceof Deno.errors.PermissionDenied || code === "EROFS" || code === "EACCES") {
    return new FinpipeError("configuration", `Cannot ${action} ${what}: permission denied`, {
      hint: "Give finpipe's user that permission, or name another folder with --work-dir",
      cause: error,
    });
  }
  const reason = error instanceof Deno.errors.NotCapable
    ? NOT_CAPABLE
    : error instanceof Error
    ? error.message
    : String(error);
  return new FinpipeError("failed", `Cannot ${action} ${what}: ${reason}`, {
    hint: "Check that path and its disk, then run again",
    cause: error,
  });
}

/** What to do about it. */
export function mendNotWritten(error: unknown): string {
  return error instanceof Deno.errors.NotCapable
    ? "Name a file in another folder, or none for stdout"
    : "Check that its folder exists, can be written to and has room";
}

/**
 * Why a file that a person named cannot be written. The system's own text would name the temporary
 * file beside it.
 */
export function whyNotWritten(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "its folder does not exist";
  if (error instanceof Deno.errors.NotCapable) return NOT_CAPABLE;
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}
