/**
 * Messages from a JSONL file, gzip too, or from stdin: one a line (contract, sections 1 and 2).
 *
 * A file is known by its real path and the sha256 of all its decompressed bytes before the position
 * that was stored; positions count decompressed bytes.
 */
import { FinpipeError } from "../runtime/errors.ts";
import { systemReason } from "../runtime/file_failure.ts";
import { fileBytes, streamBytes } from "./bytes.ts";
import { type CutterStart, LineCutter } from "./line_cutter.ts";
import { PrefixDigest } from "./prefix_digest.ts";
import { type Chunks, readBatches } from "./read_batches.ts";
import type { Source } from "./source.ts";

/** How far a file was landed, and what it held up to there. */
export interface FilePosition {
  /** Decompressed bytes. */
  position: number;
  /** sha256 of the bytes before `position`, in hexadecimal. */
  digest: string;
}

/** An open file. Its batches can be asked for once; disposing it closes the file. */
export interface FileSource extends Source, AsyncDisposable {
  /** Where its batches begin. */
  readonly start: number;
  /** Bytes on the disk: how many of them were read. */
  readonly progress: { read: number; of: number };
  /** The file is not the one that the stored position was of: it is read from its first byte. */
  readonly replaced: boolean;
}

/**
 * The path by which a file is known, without links.
 *
 * @throws FinpipeError of kind `failed` if it is absent, unreadable or no regular file
 */
export async function realPathOf(path: string): Promise<string> {
  // A shell's <(...) can be looked at, but has no path of its own.
  const info = await orUnreadable(path, () => Deno.stat(path));
  if (info.isFile) return landablePath(await orUnreadable(path, () => Deno.realPath(path)));
  if (info.isDirectory) {
    throw new FinpipeError("failed", `Cannot read "${path}": it is a folder`, {
      hint: "Name one JSONL file",
    });
  }
  throw notRegular(path);
}

/** Bytes of a path: it stands in an index of PostgreSQL, whose entries have at most 2,704. */
const LONGEST_PATH = 2500;

/** @throws FinpipeError of kind `failed` for a path that cannot be kept */
function landablePath(realPath: string): string {
  const bytes = new TextEncoder().encode(realPath).length;
  if (bytes > LONGEST_PATH) {
    const why = `its path has ${bytes} bytes, and staging keeps at most ${LONGEST_PATH}`;
    throw new FinpipeError("failed", `Cannot land "${realPath}": ${why}`, {
      hint: "Move it to a shorter path, or pass it as stdin, with --source -",
    });
  }
  return realPath;
}

/**
 * Opens a file to be read on from the stored position, or from its first byte if there is none.
 * Reads all the bytes before that position, to see whether it is the same file.
 *
 * @param realPath see {@link realPathOf}
 * @param signal stops that reading, which throws its reason
 * @throws FinpipeError of kind `failed` if the file can't be read, also if its gzip data breaks off
 * before the stored position: a damaged copy does not count as a different file
 */
export async function openFileSource(
  realPath: string,
  stored?: FilePosition,
  signal?: AbortSignal,
): Promise<FileSource> {
  const file = await orUnreadable(realPath, () => Deno.open(realPath));
  const progress = { read: 0, of: 0 };
  let bytes = fileBytes(file, realPath, progress);
  try {
    progress.of = (await file.stat()).size;
    const digest = new PrefixDigest();
    if (stored === undefined) return fileSource(file, bytes, { progress, position: 0, digest });
    const rest = await readPrefix(bytes, stored.position, digest, signal);
    if (rest !== undefined && digest.marked() === stored.digest) {
      return fileSource(file, bytes, { progress, position: stored.position, digest, rest });
    }
    await bytes.return();
    bytes = fileBytes(file, realPath, progress);
    const begun = { position: 0, digest: new PrefixDigest() };
    return fileSource(file, bytes, { progress, ...begun, replaced: true });
  } catch (error) {
    await bytes.return();
    file.close();
    throw error;
  }
}

/** Messages from a stream, which has no position to go on from: each time from its beginning. */
export function stdinSource(stream: ReadableStream<Uint8Array>): Source {
  return {
    batches: (limits, signal) =>
      readBatches({
        open: (stop) => streamBytes(stream, stop),
        cutter: new LineCutter(limits, { position: 0, digest: null }),
        linger: limits.linger,
        signal,
        drains: true,
      }),
  };
}

interface FileStart extends CutterStart {
  progress: FileSource["progress"];
  /** What was read already of the bytes from the start on. */
  rest?: Uint8Array;
  replaced?: boolean;
}

function fileSource(
  file: Deno.FsFile,
  bytes: Chunks,
  { progress, rest, replaced = false, ...start }: FileStart,
): FileSource {
  return {
    start: start.position,
    replaced,
    progress,
    batches: (limits, signal) =>
      readBatches({
        open: () => rest === undefined ? bytes : prepend(rest, bytes),
        cutter: new LineCutter(limits, start),
        linger: limits.linger,
        signal,
        drains: false,
      }),
    async [Symbol.asyncDispose]() {
      await bytes.return();
      file.close();
    },
  };
}

/**
 * Reads `length` bytes into the digest and marks them there; returns what was read beyond them, or
 * undefined if there are fewer.
 */
async function readPrefix(
  bytes: Chunks,
  length: number,
  digest: PrefixDigest,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  let left = length;
  let rest: Uint8Array = new Uint8Array();
  while (left > 0) {
    signal?.throwIfAborted();
    const { done, value } = await bytes.next();
    if (done) return undefined;
    digest.update(value.subarray(0, left));
    rest = value.subarray(left);
    left = Math.max(0, left - value.length);
  }
  digest.mark();
  return rest;
}

async function* prepend(first: Uint8Array, chunks: Chunks): Chunks {
  yield first;
  yield* chunks;
}

async function orUnreadable<T>(path: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (cause) {
    // Deno does not let a program without all permissions open /dev/stdin and the like.
    if (cause instanceof Deno.errors.NotCapable) throw notRegular(path, cause);
    throw new FinpipeError("failed", `Cannot read "${path}": ${systemReason(cause)}`, {
      hint: "Check the path and its permissions",
      cause,
    });
  }
}

function notRegular(path: string, cause?: unknown): FinpipeError {
  return new FinpipeError("failed", `Cannot read "${path}": it is not a regular file`, {
    hint: "A pipe has no position to continue from: pass it as stdin, with --source -",
    cause,
  });
}
