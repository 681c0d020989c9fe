/** The bytes of files and streams, as {@link Chunks}. */
import { FinpipeError } from "../runtime/errors.ts";
import { gunzip, GzipBreak } from "./gunzip.ts";
import type { Chunks } from "./read_batches.ts";

const CHUNK_BYTES = 256 * 1024;

/**
 * The bytes of an open file from its beginning, decompressed where its name ends in `.gz`. Does not
 * close it.
 *
 * @throws FinpipeError of kind `failed` for a read error or a broken gzip, after all the bytes
 * before it
 */
export async function* fileBytes(file: Deno.FsFile, path: string): Chunks {
  let position = 0;
  const compressed = isCompressed(path);
  try {
    for await (const chunk of compressed ? gunzip(file) : plainBytes(file)) {
      yield chunk;
      position += chunk.length;
    }
  } catch (cause) {
    if (cause instanceof GzipBreak) {
      const text = `its gzip data breaks off after ${position} bytes of text: ${cause.reason}`;
      throw new FinpipeError("failed", `Cannot read "${path}" to its end: ${text}`, {
        hint: "Whole lines before the break are not lost; get the file anew and run this again",
        cause,
      });
    }
    throw new FinpipeError("failed", `Cannot read "${path}" to its end: ${reasonOf(cause)}`, {
      hint: "Check the disk or the mount, then run this again: it goes on from where it was",
      cause,
    });
  }
}

/** True where finpipe takes a file for gzip: by its name, so that no content can pretend. */
export function isCompressed(path: string): boolean {
  return path.toLowerCase().endsWith(".gz");
}

/**
 * The bytes of a stream, which is cancelled when `stop` is aborted: that ends a read that waits.
 *
 * @throws FinpipeError of kind `failed` where the stream fails
 */
export async function* streamBytes(
  stream: ReadableStream<Uint8Array>,
  stop: AbortSignal,
): Chunks {
  const reader = stream.getReader();
  // Cancelling a stream that failed fails too; its error is thrown by the read.
  const cancel = () => reader.cancel().catch(() => {});
  stop.addEventListener("abort", cancel);
  try {
    for (let next = await read(reader); !next.done; next = await read(reader)) yield next.value;
  } finally {
    stop.removeEventListener("abort", cancel);
    reader.releaseLock();
  }
}

/** Why an operation on a file failed, in a few words. */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  return error instanceof Error ? error.message : String(error);
}

async function* plainBytes(file: Deno.FsFile) {
  await file.seek(0, Deno.SeekMode.Start);
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let read = await file.read(chunk); read !== null; read = await file.read(chunk)) {
    yield chunk.subarray(0, read);
  }
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch (cause) {
    throw new FinpipeError("failed", `Cannot read stdin to its end: ${reasonOf(cause)}`, { cause });
  }
}
