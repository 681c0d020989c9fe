/**
 * Undoes the compression of a batch: at once where little comes out, else in pieces, so that what a
 * few bytes unpack to is never held as a whole.
 */
import type { Transform } from "node:stream";
import { createGunzip, createZstdDecompress, gunzipSync, zstdDecompressSync } from "node:zlib";
import { CorruptRecords } from "./corrupt.ts";
import { type Lz4Options, unpackLz4 } from "./unpack_lz4.ts";
import { unpackSnappy } from "./unpack_snappy.ts";
import { zstdFrames } from "./unpack_zstd.ts";
import { messageOf } from "../../../runtime/errors.ts";

export type Codec = "gzip" | "snappy" | "lz4" | "zstd";

/** Codecs by their number in the attributes of a batch; 0 is none. */
export const CODECS: readonly (Codec | undefined)[] = [
  undefined,
  "gzip",
  "snappy",
  "lz4",
  "zstd",
];

/** Of node:zlib. */
interface UnpackOptions {
  maxOutputLength: number;
  chunkSize: number;
}

/** Bytes of a piece; what comes of small batches is not cut. */
const PIECE = 128 * 1024;

/**
 * All that is packed, or undefined where that is more than `most` bytes.
 *
 * @throws CorruptRecords
 */
export function unpackAtOnce(
  codec: Codec,
  packed: Uint8Array,
  most: number,
  options: Lz4Options = {},
): Uint8Array | undefined {
  switch (codec) {
    case "lz4":
      return joined(unpackLz4(packed, options), most);
    case "snappy":
      return joined(unpackSnappy(packed), most);
    case "gzip":
      return gathered("gzip", [packed], gunzipSync, most);
    case "zstd":
      return gathered("zstd", zstdFrames(packed), zstdDecompressSync, most);
  }
}

/**
 * What is packed, in pieces that are good until the next one is asked for.
 *
 * @throws CorruptRecords after all pieces before the damage
 */
export async function* unpackInPieces(
  codec: Codec,
  packed: Uint8Array,
): AsyncGenerator<Uint8Array, void, void> {
  switch (codec) {
    case "lz4":
      return yield* unpackLz4(packed);
    case "snappy":
      return yield* unpackSnappy(packed);
    case "gzip":
      return yield* streamed("gzip", packed, createGunzip({ chunkSize: PIECE }));
    case "zstd":
      for (const frame of zstdFrames(packed)) {
        yield* streamed("zstd", frame, createZstdDecompress({ chunkSize: PIECE }));
      }
  }
}

/** A copy of the pieces, each of which is gone when the next one comes. */
function joined(pieces: Iterable<Uint8Array>, most: number): Uint8Array | undefined {
  let whole = new Uint8Array();
  let length = 0;
  for (const piece of pieces) {
    const needed = length + piece.length;
    if (needed > most) return undefined;
    if (needed > whole.length) {
      const larger = new Uint8Array(length === 0 ? needed : Math.min(most, 2 * needed));
      larger.set(whole.subarray(0, length));
      whole = larger;
    }
    whole.set(piece, length);
    length = needed;
  }
  return whole.subarray(0, length);
}

function gathered(
  codec: Codec,
  frames: readonly Uint8Array[],
  unpackFrame: (frame: Uint8Array, options: UnpackOptions) => Uint8Array,
  most: number,
): Uint8Array | undefined {
  const contents: Uint8Array[] = [];
  let left = most;
  for (const frame of frames) {
    const chunkSize = Math.min(Math.max(4 * frame.length, 1024), 1024 * 1024);
    try {
      // The library takes no limit of 0.
      const content = unpackFrame(frame, { maxOutputLength: Math.max(1, left), chunkSize });
      if (content.length > left) return undefined;
      left -= content.length;
      contents.push(content);
    } catch (error) {
      if ((error as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE") return undefined;
      throw corrupt(codec, error);
    }
  }
  if (contents.length === 1) return contents[0];
  const whole = new Uint8Array(most - left);
  let at = 0;
  for (const content of contents) {
    whole.set(content, at);
    at += content.length;
  }
  return whole;
}

async function* streamed(codec: Codec, packed: Uint8Array, stream: Transform) {
  try {
    stream.end(packed);
    for await (const piece of stream) yield piece as Uint8Array;
  } catch (error) {
    throw corrupt(codec, error);
  } finally {
    stream.destroy();
  }
}

function corrupt(codec: Codec, error: unknown): CorruptRecords {
  const reason = messageOf(error);
  return new CorruptRecords(`its ${codec} data is corrupt: ${reason}`, { cause: error });
}
