/** A path that a person names to be written to: a file, a pipe, a device, or stdout by one of its names. */
import { dirname, resolve } from "node:path";
import { FinpipeError } from "./errors.ts";
import { systemReason } from "./file_failure.ts";
import { FileAside, ifThere, writeWhole } from "./files.ts";
import { isClosed, type Output } from "./io.ts";

export interface NamedOutput {
  /** The path without links, so that what they lead to is written and no link is replaced. */
  target: string;
  /**
   * `file`: there, or to be made; `direct`: a pipe or a device, which no file can be renamed to;
   * `stdout`: the process's own, which the runtime does not open by name.
   */
  kind: "file" | "direct" | "stdout";
  /** Bytes that the file holds now; 0 of what is none. */
  size: number;
}

/** Names of stdout, as shells and systems have them. */
const STDOUT = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
/** Links followed before giving up, as Linux does. */
const MOST_LINKS = 40;

/**
 * Looks at what a path names.
 *
 * @param what the path in a message @default the path, quoted
 * @throws FinpipeError of kind `failed` where it is a folder, or cannot be looked at
 */
export async function namedOutput(path: string, what = `"${path}"`): Promise<NamedOutput> {
  const fail = failing(what);
  let target = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    if (STDOUT.includes(resolve(target))) return { target, kind: "stdout", size: 0 };
    const found = await ifThere(Deno.lstat(target)).catch(fail);
    if (found === undefined) return { target, kind: "file", size: 0 };
    if (found.isFile) return { target, kind: "file", size: found.size };
    if (found.isDirectory) {
      throw new FinpipeError("failed", `Cannot write ${what}: it is a folder`, {
        hint: "Name a file in it",
      });
    }
    if (!found.isSymlink) return { target, kind: "direct", size: 0 };
    target = resolve(dirname(target), await Deno.readLink(target).catch(fail));
  }
  throw new FinpipeError("failed", `Cannot write ${what}: its symbolic links form a loop`, {
    hint: "Name a regular file",
  });
}

/**
 * Makes sure that nothing is lost by writing to a path: a pipe, a device and an empty file pass.
 *
 * @throws FinpipeError of kind `usage` where it names a file that holds something; `failed` where it
 * is a folder, or cannot be looked at
 */
export async function refuseExisting(path: string): Promise<void> {
  if ((await namedOutput(path)).size === 0) return;
  throw new FinpipeError("usage", `Cannot write "${path}": a file is there`, {
    hint: "Name another file, or replace it with --force",
  });
}

/** Writes bytes somewhere, in order. */
export type WriteBytes = (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;

/**
 * Writes what `body` writes to what a path names. A file appears whole or not at all, in place of
 * what stood there before; a growing one is written where it stands, to be read meanwhile, and so is
 * what is no regular file.
 *
 * @param options.stdout where the path is one of its names
 * @param options.what the path in a message. @default the path, quoted
 * @throws FinpipeError of kind `failed` if it can't be written; what `body` throws is thrown on, and
 * so is that the reader of a pipe has gone away
 */
export async function writeNamed<T>(
  path: string,
  options: { stdout: Pick<Output, "write">; growing?: boolean; what?: string },
  body: (write: WriteBytes) => Promise<T>,
): Promise<T> {
  const { stdout, growing = false, what = `"${path}"` } = options;
  const fail = failing(what);
  const writeTo = (file: Deno.FsFile): WriteBytes => (bytes) => writeWhole(file, bytes).catch(fail);
  const { target, kind } = await namedOutput(path, what);
  if (kind === "stdout") return await body((bytes) => stdout.write(bytes));
  if (growing || kind === "direct") {
    using file = await Deno.open(target, { write: true, create: true, truncate: true }).catch(fail);
    const result = await body(writeTo(file));
    if (kind === "file") await file.sync().catch(fail);
    return result;
  }
  const old = await ifThere(writable(target)).catch(fail);
  using aside = await FileAside.open(target).catch(fail);
  if (old !== undefined) await takeRights(aside, old).catch(fail);
  const result = await body(writeTo(aside.file));
  await aside.publish().catch(fail);
  return result;
}

/** What is known of a file; fails where it may not be written, though it could be replaced. */
async function writable(path: string): Promise<Deno.FileInfo> {
  using file = await Deno.open(path, { write: true });
  return await file.stat();
}

/** Gives a file that replaces another one its rights, and its owner where that is allowed. */
async function takeRights(
  { file, path }: FileAside,
  { mode, uid, gid }: Deno.FileInfo,
): Promise<void> {
  // Windows has none.
  if (mode === null) return;
  const now = await file.stat();
  if (now.uid !== uid || now.gid !== gid) await Deno.chown(path, uid, gid).catch(() => {});
  await Deno.chmod(path, mode & 0o777);
}

/** Throws on what kept a path from being written, for a person. */
function failing(what: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof FinpipeError || isClosed(error)) throw error;
    throw new FinpipeError("failed", `Cannot write ${what}: ${whyNot(error)}`, {
      hint: mendOf(error),
      cause: error,
    });
  };
}

/** Why not, in words of our own: the system's name the file that is written aside. */
function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "its folder does not exist";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return systemReason(error);
}

function mendOf(error: unknown): string {
  return error instanceof Deno.errors.NotCapable
    ? "Name a file in another folder, or none for stdout"
    : "Check that its folder exists, can be written to and has room";
}
