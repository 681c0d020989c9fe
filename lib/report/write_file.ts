/** Writes a report to a file, which appears complete or not at all. */
import { dirname } from "node:path";
import { FinpipeError } from "../runtime/errors.ts";
import { mendNotWritten, publishFile, whyNotWritten, writeWhole } from "../runtime/files.ts";
import type { Output } from "../runtime/io.ts";
import { namedOutput } from "../runtime/named_output.ts";

/**
 * Writes text beside the file and renames it when all of it is written and synced; straight to what
 * is no file, as a pipe.
 *
 * @param stdout where the path is one of its names
 * @throws FinpipeError of kind `failed` where the file cannot be written; what the chunks throw is
 * thrown on. What stood there before stays then.
 */
export async function writeReport(
  path: string,
  chunks: AsyncIterable<string>,
  stdout: Pick<Output, "write">,
): Promise<void> {
  const { target, kind } = await namedOutput(path).catch((error) => fail(path, error));
  if (kind === "direct") return await writeAll(path, target, chunks);
  if (kind === "stdout") {
    for await (const chunk of chunks) await stdout.write(chunk);
    return;
  }
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
  // A temporary file is only for its owner; a report is for everybody who may read the user's
  // files.
  await Deno.chmod(temporary, 0o666 & ~Deno.umask());
  await publishFile(temporary, target);
}

async function writeAll(path: string, at: string, chunks: AsyncIterable<string>) {
  const encoder = new TextEncoder();
  using file = await Deno.open(at, { write: true }).catch((error) => fail(path, error));
  for await (const chunk of chunks) {
    await writeWhole(file, encoder.encode(chunk)).catch((error) => fail(path, error));
  }
  if ((await file.stat()).isFile) await file.sync().catch((error) => fail(path, error));
}

function fail(path: string, error: unknown): never {
  // The reader of a pipe may stop reading when it has enough.
  if (error instanceof FinpipeError || error instanceof Deno.errors.BrokenPipe) throw error;
  throw new FinpipeError(
    "failed",
    `Cannot write the report to "${path}": ${whyNotWritten(error)}`,
    {
      hint: mendNotWritten(error),
      cause: error,
    },
  );
}
