/** Decompresses gzip data, up to the exact byte where it breaks off. */
import type { Buffer } from "node:buffer";
import { createGunzip } from "node:zlib";

/** How every member of gzip data begins (RFC 1952, 2.3.1): no JSON does. */
const MAGIC = [0x1f, 0x8b];
/** Deflate packs at most 1,032 to 1: no more than 17 MB can come of one piece. */
const PIECE_BYTES = 16 * 1024;

/** The data is damaged, or ends too early. */
export class GzipBreak extends Error {
  override readonly name = "GzipBreak";

  constructor(readonly reason: string, cause?: unknown) {
    super(`The gzip data is broken: ${reason}`, { cause });
  }
}

/**
 * Gives bytes on as they are, decompressed where they begin as gzip does. Waits for more bytes only
 * where those that came may be the beginning of gzip; what ends there is gzip that breaks off.
 *
 * @param chunks each valid until the next one is asked for
 * @param again the same bytes from their beginning, of what can be read twice
 * @throws GzipBreak after all the text before the break
 */
export async function* decompressed(
  chunks: AsyncIterable<Uint8Array>,
  again?: () => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  try {
    while (head.length < MAGIC.length && beginsAsGzip(head)) {
      const { done, value } = await iterator.next();
      if (done) break;
      // The first chunk is most often all that is needed, and is not copied.
      head = head.length === 0 ? value : new Uint8Array([...head, ...value]);
    }
    const all = startingWith(head, { [Symbol.asyncIterator]: () => iterator });
    yield* head.length > 0 && beginsAsGzip(head) ? gunzip(all, again) : all;
  } finally {
    await iterator.return?.();
  }
}

/** Whether the first bytes, which may be too few to tell, are those of gzip. */
function beginsAsGzip(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => i >= bytes.length || bytes[i] === byte);
}

async function* startingWith(head: Uint8Array, rest: AsyncIterable<Uint8Array>) {
  if (head.length > 0) yield head;
  yield* rest;
}

/**
 * Decompresses; several gzip members one after another are one text.
 *
 * zlib drops what it made of the piece that broke. Another one that is a piece behind, and is given
 * that piece byte by byte, drops nothing: it follows all the way where the bytes come only once (a
 * third more time), else it catches up when it is needed.
 */
async function* gunzip(
  chunks: AsyncIterable<Uint8Array>,
  again: (() => AsyncIterable<Uint8Array>) | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  using ahead = new Inflater();
  using behind = new Inflater();
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const piece = chunk.subarray(at, at + PIECE_BYTES);
      const failure = await failureOf(ahead.take(piece));
      if (failure === undefined) {
        const following = again === undefined ? behind.skip(piece) : undefined;
        yield* ahead.texts();
        await following;
        continue;
      }
      const last = piece.slice();
      if (again !== undefined) await catchUp(behind, again(), ahead.taken - piece.length);
      for (let i = 0; i < last.length; i++) {
        await behind.take(last.subarray(i, i + 1));
        yield* behind.texts();
      }
      throw failure;
    }
  }
  const failure = await failureOf(ahead.end());
  yield* ahead.texts();
  if (failure !== undefined) throw failure;
}

async function catchUp(inflater: Inflater, chunks: AsyncIterable<Uint8Array>, length: number) {
  if (length === 0) return;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const left = length - inflater.taken;
      await inflater.skip(chunk.subarray(at, at + Math.min(PIECE_BYTES, left)));
      if (inflater.taken === length) return;
    }
  }
}

function failureOf(work: Promise<void>): Promise<unknown> {
  return work.then(() => undefined, (error) => error);
}

/** One zlib, given piece after piece. */
class Inflater implements Disposable {
  readonly #zlib = createGunzip({ chunkSize: 64 * 1024 });
  #made: Uint8Array[] = [];
  /** Bytes of gzip so far. */
  taken = 0;
  #failure: Error | undefined;
  #ended = false;

  constructor() {
    this.#zlib.on("data", (text: Buffer) => this.#made.push(text));
    this.#zlib.on("end", () => this.#ended = true);
    this.#zlib.on("error", (error) => this.#failure = error);
  }

  /** @throws GzipBreak */
  async take(piece: Uint8Array): Promise<void> {
    await new Promise((done) => this.#zlib.write(piece, done));
    const start = this.taken;
    this.taken += piece.length;
    if (this.#failure !== undefined) throw new GzipBreak(this.#failure.message, this.#failure);
    // Zeros end it for zlib, as they pad tapes; what stands behind them would not be seen.
    if (this.#ended && piece.subarray(Math.max(0, this.#zlib.bytesWritten - start)).some(Boolean)) {
      throw new GzipBreak("data follows its end");
    }
  }

  /** Takes data whose text was already given out. @throws GzipBreak */
  async skip(piece: Uint8Array): Promise<void> {
    await this.take(piece);
    this.texts();
  }

  /** @throws GzipBreak */
  async end(): Promise<void> {
    if (this.#ended) return;
    await new Promise((done) => this.#zlib.once("end", done).once("error", done).end());
    if (this.#failure !== undefined) throw new GzipBreak(this.#failure.message, this.#failure);
  }

  /** What was made since the last call. */
  texts(): Uint8Array[] {
    return this.#made.splice(0);
  }

  [Symbol.dispose](): void {
    this.#zlib.destroy();
  }
}
