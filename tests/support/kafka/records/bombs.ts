/** Batches of one message that unpacks to a thousand times its size, made without holding it. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { createGzip, createZstdCompress } from "node:zlib";
import { lz4Compress, snappyCompress } from "@platformatic/wasm-utils/bundled";
import { encodeBatch, zigzag } from "./batches.ts";

export interface Bomb {
  batch: Uint8Array;
  /** Of the value. */
  sha256: string;
}

/** Bytes of the value that are packed at a time. */
const MEGABYTE = Buffer.alloc(1 << 20, "x");
/** A block of lz4 with the largest size that frames may name. */
const LZ4_BLOCK = Buffer.alloc(4 << 20, "x");

/** @param megabytes of the value, in multiples of 4 for lz4 */
export async function makeBomb(
  packing: "gzip" | "zstd" | "lz4" | "xerial",
  megabytes: number,
): Promise<Bomb> {
  const length = megabytes << 20;
  // No attributes, time and offset as the batch's, no key; behind the value no headers.
  const before = Buffer.concat([Buffer.from([0, 0, 0, 1]), zigzag(BigInt(length))]);
  const start = Buffer.concat([zigzag(BigInt(before.length + length + 1)), before]);
  const end = Buffer.from([0]);
  const hash = createHash("sha256");
  for (let i = 0; i < megabytes; i++) hash.update(MEGABYTE);
  const packed = await pack(packing, start, megabytes, end);
  return {
    batch: encodeBatch({ records: [{ value: null }], packing, packed }),
    sha256: hash.digest("hex"),
  };
}

async function pack(
  packing: "gzip" | "zstd" | "lz4" | "xerial",
  start: Buffer,
  megabytes: number,
  end: Buffer,
): Promise<Uint8Array> {
  switch (packing) {
    case "lz4": {
      const frame = Buffer.from(lz4Compress(LZ4_BLOCK));
      // Of the frame: 4 bytes of magic, flags, the size of blocks and their checksum; one block.
      const size = frame.readUInt32LE(7);
      const block = frame.subarray(7, 11 + size);
      const plain = (bytes: Buffer) => {
        const length = Buffer.alloc(4);
        length.writeUInt32LE(bytes.length + 0x8000_0000);
        return Buffer.concat([length, bytes]);
      };
      const blocks = Array(megabytes / 4).fill(block);
      return Buffer.concat([frame.subarray(0, 7), plain(start), ...blocks, plain(end), int32(0)]);
    }
    case "xerial": {
      const block = (bytes: Buffer) => {
        const packed = snappyCompress(bytes);
        return Buffer.concat([int32(packed.length), packed]);
      };
      const header = Buffer.from("82534e41505059000000000100000001", "hex");
      const blocks = Array(megabytes).fill(block(MEGABYTE));
      return Buffer.concat([header, block(start), ...blocks, block(end)]);
    }
    default: {
      const stream = packing === "gzip" ? createGzip() : createZstdCompress();
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      const done = new Promise((resolve, reject) => stream.on("end", resolve).on("error", reject));
      const write = (bytes: Buffer) => new Promise((resolve) => stream.write(bytes, resolve));
      await write(start);
      for (let i = 0; i < megabytes; i++) await write(MEGABYTE);
      await write(end);
      stream.end();
      await done;
      return Buffer.concat(chunks);
    }
  }
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
