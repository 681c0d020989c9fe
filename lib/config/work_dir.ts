/** The work dir: partition files and the embedded engine. */
import { statfs } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { codeOf, FinpipeError } from "../runtime/errors.ts";
import { systemReason } from "../runtime/file_failure.ts";
import { ifThere } from "../runtime/files.ts";
import { type ConfigSource, setting } from "./source.ts";

/** What finpipe keeps in a work dir. */
const OURS = ["embedded", "embedded.lock", "partitions", "notices.json"];

/** The folder of the partition files and the embedded engine, by option or variable. */
export function workDirOf(source: ConfigSource): string {
  return setting(source, "workDir", "FINPIPE_WORK_DIR")?.value ?? "./finpipe-data";
}

/**
 * Marks the embedded engine as complete. It stands inside the engine's folder, so that a move or
 * copy takes it along.
 */
export function embeddedMarker(workDir: string): string {
  return join(workDir, "embedded", "finpipe.ready");
}

/** Held by the process that has the embedded engine open. */
export function embeddedLock(workDir: string): string {
  return join(workDir, "embedded.lock");
}

/**
 * Makes the work dir, closed to other users, if it is absent, and sees that files can be made in it.
 *
 * @throws FinpipeError of kind `configuration`, also where it is a folder of somebody else's files;
 * `failed` where the disk is full
 */
export async function prepareWorkDir(workDir: string): Promise<void> {
  try {
    await Deno.mkdir(workDir, { recursive: true, mode: 0o700 });
    await refuseOthers(workDir);
    await probe(join(workDir, ".writable"));
  } catch (error) {
    if (error instanceof FinpipeError) throw error;
    const code = codeOf(error);
    if (code === "ENOSPC" || code === "EDQUOT") {
      throw new FinpipeError("failed", `Cannot write to the work dir "${workDir}": no space left`, {
        hint: "Make room there, or name another folder with --work-dir",
        cause: error,
      });
    }
    throw unusable(workDir, error);
  }
}

/**
 * Looks at the work dir, and does not make it.
 *
 * @returns the folder, or the nearest above it that is there
 * @throws FinpipeError as {@link prepareWorkDir} does
 */
export async function lookAtWorkDir(workDir: string): Promise<string> {
  for (let folder = workDir;; folder = dirname(resolve(folder))) {
    const found = await ifThere(Deno.stat(folder)).catch((error) =>
      Promise.reject(unusable(workDir, error))
    );
    if (found === undefined) continue;
    if (folder === workDir) await prepareWorkDir(workDir);
    else if (!found.isDirectory) throw unusable(workDir, { code: "ENOTDIR" });
    return folder;
  }
}

/**
 * Sees that an embedded engine was made in the work dir.
 *
 * @param orLocked also accepts one that another process may be making just now, which its lock
 * shows
 * @throws FinpipeError of kind `configuration` where there is none
 */
export async function requireEmbedded(workDir: string, { orLocked = false } = {}): Promise<void> {
  if (await isThere(embeddedMarker(workDir))) return;
  if (orLocked && await isThere(embeddedLock(workDir))) return;
  throw new FinpipeError("configuration", `There is no embedded engine in "${workDir}"`, {
    hint: "Name the folder that has one with --work-dir, or make one there with 'finpipe init'; " +
      "'finpipe demo' makes one with a week of events",
  });
}

/** What finpipe may not look at exists; opening it will say what is wrong. */
async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

/** A folder with files, none of them finpipe's, is somebody else's: it was named by mistake. */
async function refuseOthers(workDir: string): Promise<void> {
  const names = await Array.fromAsync(Deno.readDir(workDir), ({ name }) => name);
  if (names.some((name) => OURS.includes(name))) return;
  const other = names.find((name) => !name.startsWith(".") && name !== "lost+found");
  if (other === undefined) return;
  const what = `it holds other files, such as "${other}", and none of finpipe's`;
  throw new FinpipeError("configuration", `Cannot use the work dir "${workDir}": ${what}`, {
    hint: "Name an empty folder, or one that does not exist yet, with --work-dir",
  });
}

function unusable(workDir: string, error: unknown): FinpipeError {
  const reason = reasonOf(error, codeOf(error));
  return new FinpipeError("configuration", `Cannot use the work dir "${workDir}": ${reason}`, {
    hint: "Let finpipe's user write there, or name another folder with --work-dir",
    cause: error,
  });
}

/**
 * Makes a file, with the same name each time, so that the next process removes what a killed one
 * left.
 */
async function probe(path: string): Promise<void> {
  await Deno.writeFile(path, new Uint8Array(), { mode: 0o600 });
  // Another process that looks at this moment may have removed it.
  await ifThere(Deno.remove(path));
}

/** Bytes that may still be written in a folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function reasonOf(error: unknown, code: string | undefined): string {
  const isDenied = code === "EACCES" || code === "EPERM";
  return isDenied ? "no right to write there" : systemReason(error);
}
