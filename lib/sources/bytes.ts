/** The bytes of files and streams, as {@link Chunks}. */
import { FinpipeError } from "../runtime/errors.ts";
import { systemReason } from "../runtime/file_failure.ts";
import { decompressed, GzipBreak } from "./gunzip.ts";
import type { Chunks } from "./read_batches.ts";

const CHUNK_BYTES = 256 * 1024;

/**
 * The bytes of an open file from its beginning, decompressed where they are gzip, whatever its name
 * says. Does not close it.
 *
 * @param progress is told how many bytes of the file were read
 * @throws FinpipeError of kind `failed` for a read error or a broken gzip, after all the bytes
 * before it
 */
export async function* fileBytes(
  file: Deno.FsFile,
  path: string,
  progress = { read: 0 },
): Chunks {
  const open = () => plainBytes(file, progress);
  let position = 0;
  try {
    for await (const chunk of decompressed(open(), open)) {
      yield chunk;
      position += chunk.length;
    }
    // An empty copy has no first bytes to recognize gzip by, so the name decides.
    if (position === 0 && path.toLowerCase().endsWith(".gz") && (await file.stat()).size === 0) {
      throw new GzipBreak("it is empty");
    }
  } catch (cause) {
    if (cause instanceof GzipBreak) {
      throw brokenGzip(
        `"${path}"`,
        position,
        cause,
        "get a new copy of the file and run this again",
      );
    }
    throw new FinpipeError("failed", `Cannot read "${path}" to its end: ${systemReason(cause)}`, {
      hint: "Check the disk or the mount, then run this again: it continues where it stopped",
      cause,
    });
  }
}

/**
 * The bytes of a stream, decompressed likewise. It is cancelled when `stop` is aborted: that ends a
 * read that waits.
 *
 * @throws FinpipeError of kind `failed` where the stream fails or its gzip is broken
 */
export async function* streamBytes(
  stream: ReadableStream<Uint8Array>,
  stop: AbortSignal,
): Chunks {
  let position = 0;
  try {
    for await (const chunk of decompressed(rawBytes(stream, stop))) {
      yield chunk;
      position += chunk.length;
    }
  } catch (cause) {
    if (!(cause instanceof GzipBreak)) throw cause;
    throw brokenGzip("stdin", position, cause, "get the data again and send what follows");
  }
}

async function* rawBytes(stream: ReadableStream<Uint8Array>, stop: AbortSignal) {
  const reader = stream.getReader();
  // Cancelling a failed stream fails, too; the read throws its error.
  const cancel = () => reader.cancel().catch(() => {});
  stop.addEventListener("abort", cancel);
  try {
    for (let next = await read(reader); !next.done; next = await read(reader)) yield next.value;
  } finally {
    stop.removeEventListener("abort", cancel);
    reader.releaseLock();
  }
}

function brokenGzip(what: string, position: number, cause: GzipBreak, mend: string): FinpipeError {
  const text = `its gzip data breaks off after ${position} bytes of text: ${cause.reason}`;
  return new FinpipeError("failed", `Cannot read ${what} to its end: ${text}`, {
    hint: `Complete lines before the break are not lost; ${mend}`,
    cause,
  });
}

async function* plainBytes(file: Deno.FsFile, progress: { read: number }) {
  await file.seek(0, Deno.SeekMode.Start);
  progress.read = 0;
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let read = await file.read(chunk); read !== null; read = await file.read(chunk)) {
    progress.read += read;
    yield chunk.subarray(0, read);
  }
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch (cause) {
    throw new FinpipeError("failed", `Cannot read stdin to its end: ${systemReason(cause)}`, {
      cause,
    });
  }
}
