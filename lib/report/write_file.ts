/** A report in a file: there whole, or not at all. */
import { dirname } from "node:path";
import { FinpipeError } from "../runtime/errors.ts";
import { publishFile } from "../runtime/files.ts";

/**
 * Writes text beside the file and renames it when all of it is written and synced.
 *
 * @throws FinpipeError of kind `failed` where the file cannot be written; what the chunks throw is
 * thrown on. What stood there before stays then.
 */
export async function writeReport(path: string, chunks: AsyncIterable<string>): Promise<void> {
  const target = await resolveTarget(path);
  const temporary = await Deno.makeTempFile({ dir: dirname(target), prefix: ".finpipe-report-" })
    .catch((error) => fail(path, error));
  try {
    await writeAll(path, temporary, chunks);
    await publish(temporary, target).catch((error) => fail(path, error));
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

async function publish(temporary: string, target: string): Promise<void> {
  // A temporary file is for its owner alone, a report is for whoever may read the user's files.
  await Deno.chmod(temporary, 0o666 & ~Deno.umask());
  await publishFile(temporary, target);
}

async function writeAll(path: string, temporary: string, chunks: AsyncIterable<string>) {
  const encoder = new TextEncoder();
  using file = await Deno.open(temporary, { write: true });
  for await (const chunk of chunks) {
    let bytes = encoder.encode(chunk);
    while (bytes.length > 0) {
      const written = await file.write(bytes).catch((error) => fail(path, error));
      bytes = bytes.subarray(written);
    }
  }
  await file.sync().catch((error) => fail(path, error));
}

/** Follows a link, so that the file it names is replaced and not the link. */
async function resolveTarget(path: string): Promise<string> {
  try {
    const target = await Deno.realPath(path);
    const { isFile } = await Deno.stat(target);
    if (isFile) return target;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return path;
    return fail(path, error);
  }
  throw new FinpipeError("failed", `Cannot write the report to "${path}": it is no ordinary file`, {
    hint: "Name a file, or leave --out out and redirect stdout",
  });
}

function fail(path: string, error: unknown): never {
  throw new FinpipeError("failed", `Cannot write the report to "${path}": ${reasonOf(error)}`, {
    hint: "Check that the folder is there, may be written and has room",
    cause: error,
  });
}

/** In words of its own, as the system's name the file that is written aside. */
function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "its folder does not exist";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}
