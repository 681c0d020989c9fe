/** A file that messages are emitted to, compressed where its name ends in `.gz`. */
import { basename, dirname, join } from "node:path";
import { FinpipeError } from "../runtime/errors.ts";
import { mendNotWritten, publishFile, whyNotWritten, writeWhole } from "../runtime/files.ts";
import type { Output } from "../runtime/io.ts";
import { namedOutput } from "../runtime/named_output.ts";

/** Writes text somewhere, in order. */
export type Write = (text: string) => Promise<void>;

/**
 * Writes a file with what `body` writes. It appears whole or not at all, in place of what stood
 * there before; a growing one is written where it stands, to be read meanwhile, and so is what is
 * no regular file.
 *
 * @param options.stdout where the path is one of its names
 * @throws FinpipeError of kind `failed` if it can't be written; what `body` throws is thrown on
 */
export async function writeFile<T>(
  path: string,
  { growing, stdout }: { growing: boolean; stdout: Pick<Output, "write"> },
  body: (write: Write) => Promise<T>,
): Promise<T> {
  const { target, kind } = await namedOutput(path).catch((error) => fail(path, error));
  if (kind === "stdout") return await body((text) => stdout.write(text));
  if (growing || kind === "direct") return await fill(target, path, body);
  const aside = join(dirname(target), `.${basename(target)}.${crypto.randomUUID()}`);
  try {
    const result = await fill(aside, path, body);
    await publishFile(aside, target).catch((cause) => fail(path, cause));
    return result;
  } catch (error) {
    await Deno.remove(aside).catch(() => {});
    throw error;
  }
}

async function fill<T>(at: string, path: string, body: (write: Write) => Promise<T>): Promise<T> {
  const file = await Deno.open(at, { write: true, create: true, truncate: true })
    .catch((cause) => fail(path, cause));
  const way = path.toLowerCase().endsWith(".gz")
    ? new CompressionStream("gzip")
    : new TransformStream();
  const stored = way.readable.pipeTo(streamTo(file, path));
  const writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>> = way.writable.getWriter();
  const encoder = new TextEncoder();
  try {
    const result = await body((text) => writer.write(encoder.encode(text)));
    await Promise.all([writer.close(), stored]);
    if ((await file.stat()).isFile) await file.sync().catch((cause) => fail(path, cause));
    return result;
  } catch (error) {
    await Promise.allSettled([writer.abort(error), writer.closed, stored]);
    throw error;
  } finally {
    file.close();
  }
}

/** Unlike `file.writable`, leaves closing the file to its owner. */
function streamTo(file: Deno.FsFile, path: string): WritableStream<Uint8Array> {
  return new WritableStream({
    write: (bytes) => writeWhole(file, bytes).catch((cause) => fail(path, cause)),
  });
}

function fail(path: string, cause: unknown): never {
  // The caller decides what it means that the reader of a pipe has gone away.
  if (cause instanceof FinpipeError || cause instanceof Deno.errors.BrokenPipe) throw cause;
  throw new FinpipeError("failed", `Cannot write "${path}": ${whyNotWritten(cause)}`, {
    hint: mendNotWritten(cause),
    cause,
  });
}
