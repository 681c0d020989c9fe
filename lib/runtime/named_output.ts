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
  /** Who may read a file that is there. */
  mode?: number;
}

/** Names of stdout, as shells and systems have them. */
const STDOUT = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
/** Links followed before giving up, as Linux does. */
const MOST_LINKS = 40;

/**
 * Looks at what a path names.
 *
 * @throws FinpipeError of kind `failed` for a folder; what the system says otherwise
 */
export async function namedOutput(path: string): Promise<NamedOutput> {
  let target = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    if (STDOUT.includes(resolve(target))) return { target, kind: "stdout" };
    const found = await ifThere(Deno.lstat(target));
    if (found === undefined) return { target, kind: "file" };
    if (found.isFile) {
      return { target, kind: "file", ...(found.mode !== null && { mode: found.mode & 0o777 }) };
    }
    if (found.isDirectory) {
      throw new FinpipeError("failed", `Cannot write "${path}": it is a folder`, {
        hint: "Name a file in it",
      });
    }
    if (!found.isSymlink) return { target, kind: "direct" };
    target = resolve(dirname(target), await Deno.readLink(target));
  }
  throw new FinpipeError("failed", `Cannot write "${path}": its symbolic links form a loop`, {
    hint: "Name a regular file",
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
  const fail = (error: unknown): never => {
    if (error instanceof FinpipeError || isClosed(error)) throw error;
    throw new FinpipeError("failed", `Cannot write ${what}: ${whyNot(error)}`, {
      hint: mendOf(error),
      cause: error,
    });
  };
  const writeTo = (file: Deno.FsFile): WriteBytes => (bytes) => writeWhole(file, bytes).catch(fail);
  const { target, kind, mode } = await namedOutput(path).catch(fail);
  if (kind === "stdout") return await body((bytes) => stdout.write(bytes));
  if (growing || kind === "direct") {
    using file = await Deno.open(target, { write: true, create: true, truncate: true }).catch(fail);
    const result = await body(writeTo(file));
    if (kind === "file") await file.sync().catch(fail);
    return result;
  }
  using aside = await FileAside.open(target, mode === undefined ? {} : { mode }).catch(fail);
  // What takes a file's place is for the same readers; a new file is for those that the umask says.
  if (mode !== undefined) await Deno.chmod(aside.path, mode).catch(fail);
  const result = await body(writeTo(aside.file));
  await aside.publish().catch(fail);
  return result;
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
