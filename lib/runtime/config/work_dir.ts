/** The work dir: partition files and the embedded engine. */
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { FinpipeError } from "../errors.ts";

/**
 * Makes the work dir, closed to other users, if it is absent, and sees that files can be made in it.
 *
 * @throws FinpipeError of kind `configuration`, or `failed` where the disk is full
 */
export async function prepareWorkDir(workDir: string): Promise<void> {
  try {
    await Deno.mkdir(workDir, { recursive: true, mode: 0o700 });
    await probe(join(workDir, ".writable"));
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOSPC" || code === "EDQUOT") {
      throw new FinpipeError("failed", `Cannot write to the work dir "${workDir}": no space left`, {
        hint: "Make room there, or name another folder with --work-dir",
        cause: error,
      });
    }
    const reason = reasonOf(error, code);
    throw new FinpipeError("configuration", `Cannot use the work dir "${workDir}": ${reason}`, {
      hint: "Let finpipe's user write there, or name another folder with --work-dir",
      cause: error,
    });
  }
}

/** Makes a file, of the same name each time: what a killed process left is the next one's to remove. */
async function probe(path: string): Promise<void> {
  await Deno.writeFile(path, new Uint8Array(), { mode: 0o600 });
  await Deno.remove(path).catch((error) => {
    // Another process that looks at this moment may have removed it.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

/** Bytes that may still be written in a folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

function reasonOf(error: unknown, code: string | undefined): string {
  // Its message is for whoever starts a program by hand: it names flags of the runtime.
  if (error instanceof Deno.errors.NotCapable) return "the runtime lets no program write there";
  return REASONS[code ?? ""] ?? (error instanceof Error ? error.message : String(error));
}

/** What system errors mean here. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "no right to write there",
  EPERM: "no right to write there",
  EROFS: "the file system is read-only",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "there is a file of that name",
};

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}
