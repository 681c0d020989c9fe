/** A path that a person names to be written to: a file, a pipe, a device, or stdout by one of its names. */
import { dirname, resolve } from "node:path";
import { FinpipeError } from "./errors.ts";

export interface NamedOutput {
  /** The path without links, so that what they lead to is written and no link is replaced. */
  target: string;
  /**
   * `file`: there, or to be made; `direct`: a pipe or a device, which no file can be renamed to;
   * `stdout`: the process's own, which the runtime does not open by name.
   */
  kind: "file" | "direct" | "stdout";
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
    const found = await lstatIfThere(target);
    if (found === undefined || found.isFile) return { target, kind: "file" };
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

async function lstatIfThere(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
