/**
 * lz4 frames (github.com/lz4/lz4, doc/lz4_Frame_format.md), with the block and content checksums
 * that they may hold.
 *
 * Not lz4js, which gives wrong bytes for frames with block checksums. The WebAssembly module takes a
 * frame that breaks off between two blocks for a whole one, hence the look at where it ends. Damage
 * it answers with a trap, named "unreachable", and keeps what was on its stack: after some 2,000 of
 * them it traps on every frame, but it never gives wrong bytes.
 */
import type { Buffer } from "node:buffer";
import { lz4Compress, lz4Decompress } from "@platformatic/wasm-utils/bundled";
import { type Codec, CorruptFrame, unpacking } from "./codec_frame.ts";

const MAGIC = 0x184d2204;

/** Bits of the byte after it. */
const HAS_DICTIONARY_ID = 0x01;
const HAS_CONTENT_CHECKSUM = 0x04;
const HAS_CONTENT_SIZE = 0x08;
const HAS_BLOCK_CHECKSUMS = 0x10;

/** Bit of a block's size which says that the block is not compressed. */
const IS_PLAIN = 0x8000_0000;

/** What kafkajs is given for lz4. */
export const LZ4: Codec = {
  compress: ({ buffer }) => Promise.resolve(lz4Compress(buffer)),
  decompress: async (frame) =>
    await unpacking("lz4", () => {
      const end = frameEnd(frame);
      if (end > frame.length) throw new CorruptFrame("lz4", "it is cut off");
      if (end < frame.length) throw new CorruptFrame("lz4", "there is more after its end");
      return lz4Decompress(frame);
    }),
};

/** Where the frame ends by its own word; reading past the end is a RangeError. */
function frameEnd(frame: Buffer): number {
  if (frame.readUInt32LE(0) !== MAGIC) throw new CorruptFrame("lz4", "it does not begin as one");
  const flags = frame.readUInt8(4);
  const bytesIf = (flag: number, bytes: number) => (flags & flag) === 0 ? 0 : bytes;
  let at = 7 + bytesIf(HAS_CONTENT_SIZE, 8) + bytesIf(HAS_DICTIONARY_ID, 4);
  while (true) {
    const size = frame.readUInt32LE(at);
    at += 4;
    if (size === 0) return at + bytesIf(HAS_CONTENT_CHECKSUM, 4);
    at += size % IS_PLAIN + bytesIf(HAS_BLOCK_CHECKSUMS, 4);
  }
}
