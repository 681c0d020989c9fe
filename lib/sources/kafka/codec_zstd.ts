/**
 * zstd, by the runtime's own library. That takes a frame which breaks off for one that ends there,
 * and passes over what follows a frame: where frames end is looked up here (RFC 8878, section 3.1.1).
 */
import { Buffer } from "node:buffer";
import { promisify } from "node:util";
import { zstdCompress, zstdDecompressSync } from "node:zlib";
import { type Codec, CorruptFrame, unpacking } from "./codec_frame.ts";

const MAGIC = 0xfd2fb528;
/** Skippable frames: any of 16 magic numbers, a length, and what a reader passes over. */
const SKIPPABLE_MAGIC = 0x184d2a50;

/** Bytes of the frame header's fields by their two bits in its descriptor. */
const DICTIONARY_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];

/** A block of this type holds one byte, however often that is repeated. */
const RUN_LENGTH_BLOCK = 1;

const compress = promisify(zstdCompress);

/** What kafkajs is given for zstd. */
export const ZSTD: Codec = {
  compress: async ({ buffer }) => await compress(buffer),
  decompress: async (frame) => await unpacking("zstd", () => unpackFrames(frame)),
};

function unpackFrames(bytes: Buffer): Buffer {
  const contents: Buffer[] = [];
  let at = 0;
  do {
    const end = frameEnd(bytes, at);
    if (end > bytes.length) throw new CorruptFrame("zstd", "it is cut off");
    if (bytes.readUInt32LE(at) === MAGIC) {
      contents.push(zstdDecompressSync(bytes.subarray(at, end)));
    }
    at = end;
  } while (at < bytes.length);
  return contents.length === 1 ? contents[0]! : Buffer.concat(contents);
}

/** Where the frame that begins at `start` ends; reading past the end is a RangeError. */
function frameEnd(bytes: Buffer, start: number): number {
  const magic = bytes.readUInt32LE(start);
  if ((magic & 0xfffffff0) === SKIPPABLE_MAGIC) return start + 8 + bytes.readUInt32LE(start + 4);
  if (magic !== MAGIC) throw new CorruptFrame("zstd", "it does not begin as one");
  const descriptor = bytes.readUInt8(start + 4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const hasChecksum = (descriptor & 0x04) !== 0;
  const contentSizeBytes = CONTENT_SIZE_BYTES[descriptor >> 6]!;
  const sizeBytes = singleSegment ? Math.max(1, contentSizeBytes) : 1 + contentSizeBytes;
  let at = start + 5 + DICTIONARY_BYTES[descriptor & 3]! + sizeBytes;
  for (let last = false; !last;) {
    const header = bytes.readUIntLE(at, 3);
    last = (header & 1) === 1;
    at += 3 + ((header >> 1 & 3) === RUN_LENGTH_BLOCK ? 1 : header >> 3);
  }
  return hasChecksum ? at + 4 : at;
}
