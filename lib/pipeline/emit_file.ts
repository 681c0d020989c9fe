/** A file that messages are emitted to, compressed where its name ends in `.gz`. */
import { basename, dirname, join } from "node:path";
import { FinpipeError } from "../runtime/errors.ts";
import { publishFile, whyNotWritten, writeWhole } from "../runtime/files.ts";

/** Writes text somewhere, in order. */
export type Write = (text: string) => Promise<void>;

/**
 * Writes a file with what `body` writes. It appears whole or not at all, in place of what stood
 * there before; a growing one is written where it stands, to be read meanwhile, and so is what is
 * no regular file.
 *
 * @throws FinpipeError of kind `failed` if it can't be written; what `body` throws is thrown on
 */
export async function writeFile<T>(
  path: string,
  { growing }: { growing: boolean },
  body: (write: Write) => Promise<T>,
): Promise<T> {
  const { target, regular } = await targetOf(path);
  if (growing || !regular) return await fill(target, path, body);
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

/** Follows links, so that what they lead to is replaced and not the link. */
async function targetOf(path: string): Promise<{ target: string; regular: boolean }> {
  try {
    const target = await Deno.realPath(path);
    const { isFile, isDirectory } = await Deno.stat(target);
    if (!isDirectory) return { target, regular: isFile };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { target: path, regular: true };
    fail(path, error);
  }
  throw new FinpipeError("failed", `Cannot write "${path}": it is a folder`, {
    hint: "Name a file in it",
  });
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
  // The reader of a pipe that goes away is the caller's to judge.
  if (cause instanceof Deno.errors.BrokenPipe) throw cause;
  throw new FinpipeError("failed", `Cannot write "${path}": ${whyNotWritten(cause)}`, {
    hint: "Check that its folder is there, may be written and has room",
    cause,
  });
}
