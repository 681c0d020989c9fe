/**
 * snappy, in the two forms that producers write: one raw block (librdkafka and most others), or the
 * framing of the xerial library (Java), in which blocks follow each other after a header.
 */
import { Buffer } from "node:buffer";
import { snappyCompress, snappyDecompress } from "@platformatic/wasm-utils/bundled";
import { type Codec, CorruptFrame, unpacking } from "./codec_frame.ts";

/**
 * How the framing begins; then come its version and the oldest one that is compatible, of 4 bytes
 * each. No raw block begins so: read as one, its first element would copy what is not there yet.
 */
const XERIAL_MAGIC = Buffer.from([0x82, ...Buffer.from("SNAPPY"), 0]);
const XERIAL_HEADER = XERIAL_MAGIC.length + 8;

/** A raw block's most compact element, a copy of 64 bytes, takes 3. */
const HIGHEST_RATIO = 64 / 3;

/** What kafkajs is given for snappy. */
export const SNAPPY: Codec = {
  compress: ({ buffer }) => Promise.resolve(snappyCompress(buffer)),
  decompress: async (frame) =>
    await unpacking("snappy", () => isXerial(frame) ? unpackXerial(frame) : unpackBlock(frame)),
};

function isXerial(frame: Buffer): boolean {
  return frame.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC);
}

/** Each block is its length, of 4 bytes, and a raw block. */
function unpackXerial(frame: Buffer): Buffer {
  const blocks: Buffer[] = [];
  let at = XERIAL_HEADER;
  while (at < frame.length) {
    const start = at + 4;
    const end = start + frame.readUInt32BE(at);
    if (end > frame.length) throw new CorruptFrame("snappy", "its last block is cut off");
    blocks.push(unpackBlock(frame.subarray(start, end)));
    at = end;
  }
  if (at > frame.length) throw new CorruptFrame("snappy", "its header is cut off");
  return blocks.length === 1 ? blocks[0]! : Buffer.concat(blocks);
}

function unpackBlock(block: Buffer): Buffer {
  const length = unpackedLength(block);
  // Believed, a damaged length would take that much memory, which WebAssembly never gives back.
  if (length > block.length * HIGHEST_RATIO) {
    throw new CorruptFrame("snappy", `${block.length} bytes say that they hold ${length}`);
  }
  return snappyDecompress(block);
}

/** The block begins with the length of its content, in 7 bits a byte, lowest first. */
function unpackedLength(block: Buffer): number {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = block.readUInt8(at);
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return length;
  }
  throw new CorruptFrame("snappy", "its length has no end");
}
