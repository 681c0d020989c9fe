/** The text of a gzip file, up to the very byte where it breaks off. */
import type { Buffer } from "node:buffer";
import { createGunzip } from "node:zlib";

const CHUNK_BYTES = 256 * 1024;
/** Deflate packs at most 1,032 to 1: no more than 17 MB can come of one piece. */
const PIECE_BYTES = 16 * 1024;

/** The data is no gzip, is damaged, or ends too early. */
export class GzipBreak extends Error {
  override readonly name = "GzipBreak";

  /** @param pieceAt where the compressed piece begins that broke; undefined at the file's end */
  constructor(readonly reason: string, readonly pieceAt: number | undefined, cause: unknown) {
    super(`The gzip data is broken: ${reason}`, { cause });
  }
}

/**
 * Decompresses a file from its beginning; several gzip members one after another are one text.
 *
 * @throws GzipBreak after all the text before the break
 */
export async function* gunzip(file: Deno.FsFile): AsyncGenerator<Uint8Array, void, void> {
  let given = 0;
  try {
    for await (const text of inflate(file, Infinity)) {
      given += text.length;
      yield text;
    }
  } catch (error) {
    if (!(error instanceof GzipBreak) || error.pieceAt === undefined) throw error;
    // zlib drops what it made of the piece that broke. Given byte by byte, it drops nothing.
    yield* withoutFirst(given, inflate(file, error.pieceAt));
  }
}

async function* withoutFirst(count: number, chunks: AsyncIterable<Uint8Array>) {
  let left = count;
  for await (const chunk of chunks) {
    if (chunk.length > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

/** @param singlyFrom the compressed byte from which on zlib gets single bytes */
async function* inflate(file: Deno.FsFile, singlyFrom: number) {
  const zlib = createGunzip({ chunkSize: 64 * 1024 });
  const made: Uint8Array[] = [];
  let failure: Error | undefined;
  let ended = false;
  zlib.on("data", (text: Buffer) => made.push(text));
  zlib.on("end", () => ended = true);
  zlib.on("error", (error) => failure = error);
  try {
    const chunk = new Uint8Array(CHUNK_BYTES);
    let offset = 0;
    await file.seek(0, Deno.SeekMode.Start);
    for (let read = await file.read(chunk); read !== null; read = await file.read(chunk)) {
      for (let at = 0; at < read;) {
        const size = offset < singlyFrom ? Math.min(PIECE_BYTES, singlyFrom - offset) : 1;
        const piece = chunk.subarray(at, Math.min(at + size, read));
        await new Promise((done) => zlib.write(piece, done));
        yield* made.splice(0);
        if (failure !== undefined) throw new GzipBreak(failure.message, offset, failure);
        // Zeros end it for zlib, as they pad tapes; what stands behind them would not be seen.
        if (ended && piece.subarray(Math.max(0, zlib.bytesWritten - offset)).some(Boolean)) {
          throw new GzipBreak("data follows its end", undefined, undefined);
        }
        at += piece.length;
        offset += piece.length;
      }
    }
    if (ended) return;
    await new Promise((done) => zlib.once("end", done).once("error", done).end());
    yield* made.splice(0);
    if (failure !== undefined) throw new GzipBreak(failure.message, undefined, failure);
  } finally {
    zlib.destroy();
  }
}
