/**
 * Batches of records as producers and brokers make them, for tests: written after Kafka's documentation
 * of the protocol, without any code of what reads them.
 */
import { Buffer } from "node:buffer";
import { crc32, gzipSync, zstdCompressSync } from "node:zlib";
import { crc32c, lz4Compress, snappyCompress } from "@platformatic/wasm-utils/bundled";
import { int16, int32, int64 } from "./numbers.ts";

/** A record; what is left out is empty, zero or next. */
export interface TestRecord {
  value: Uint8Array | null;
  key?: Uint8Array | null;
  headers?: readonly (readonly [name: string, value: Uint8Array | null])[];
  /** To the batch's first offset. @default the place in the batch */
  offsetDelta?: number;
  timestampDelta?: number | bigint;
}

export type PackingName = "gzip" | "snappy" | "xerial" | "lz4" | "zstd";

/** How records are packed, and the number of it in the attributes. */
const PACKINGS: Record<PackingName, [number, (bytes: Buffer) => Uint8Array]> = {
  gzip: [1, gzipSync],
  snappy: [2, snappyCompress],
  xerial: [2, xerial],
  lz4: [3, lz4Compress],
  zstd: [4, zstdCompressSync],
};

export const PACKING_NAMES = Object.keys(PACKINGS) as PackingName[];

export interface TestBatch {
  baseOffset?: number;
  records: readonly TestRecord[];
  packing?: PackingName;
  /** In place of what the packing makes of the records. */
  packed?: Uint8Array;
  producerId?: bigint;
  isTransactional?: boolean;
  isControl?: boolean;
  /** @default that of the last record, or 0 */
  lastOffsetDelta?: number;
  /** @default of the records */
  count?: number;
  firstTimestamp?: bigint;
  maxTimestamp?: bigint;
  isAppendTime?: boolean;
}

/** A batch of message format 2. */
export function encodeBatch(batch: TestBatch): Buffer {
  const { baseOffset = 0, records, packing, producerId = -1n } = batch;
  const { firstTimestamp = 1_664_582_400_000n } = batch;
  const plain = Buffer.concat(records.map((record, at) => encodeRecord(record, at)));
  const [codec, pack] = packing === undefined ? [0, undefined] : PACKINGS[packing];
  const packed = batch.packed ?? pack?.(plain) ?? plain;
  const last = records.at(-1);
  const lastOffsetDelta = batch.lastOffsetDelta ??
    (last === undefined ? 0 : last.offsetDelta ?? records.length - 1);
  const attributes = codec | (batch.isAppendTime === true ? 8 : 0) |
    (batch.isTransactional === true ? 16 : 0) | (batch.isControl === true ? 32 : 0);
  const checked = Buffer.concat([
    int16(attributes),
    int32(lastOffsetDelta),
    int64(firstTimestamp),
    int64(batch.maxTimestamp ?? firstTimestamp),
    int64(producerId),
    int16(0),
    int32(0),
    int32(batch.count ?? records.length),
    packed,
  ]);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32c(checked) >>> 0);
  return Buffer.concat([
    int64(BigInt(baseOffset)),
    int32(4 + 1 + 4 + checked.length),
    int32(0),
    Buffer.from([2]),
    crc,
    checked,
  ]);
}

/** The marker of a transaction's end. */
export function endMarker(
  baseOffset: number,
  producerId: bigint,
  type: "abort" | "commit",
): Buffer {
  const key = Buffer.concat([int16(0), int16(type === "abort" ? 0 : 1)]);
  const value = Buffer.concat([int16(0), int32(0)]);
  const records = [{ key, value }];
  return encodeBatch({ baseOffset, records, producerId, isTransactional: true, isControl: true });
}

export function encodeRecord(record: TestRecord, place: number): Buffer {
  const { value, key = null, headers = [], offsetDelta = place, timestampDelta = 0 } = record;
  const body = Buffer.concat([
    Buffer.from([0]),
    zigzag(BigInt(timestampDelta)),
    zigzag(BigInt(offsetDelta)),
    part(key),
    part(value),
    zigzag(BigInt(headers.length)),
    ...headers.flatMap(([name, text]) => [part(Buffer.from(name)), part(text)]),
  ]);
  return Buffer.concat([zigzag(BigInt(body.length)), body]);
}

/** A message of format 0 or 1; with `packing` the messages are packed in one. */
export interface OldMessage {
  offset: number;
  value: Uint8Array | null;
  key?: Uint8Array | null;
  timestamp?: bigint;
  /** @default 0 */
  codec?: number;
  isAppendTime?: boolean;
}

export function encodeOldMessage(magic: 0 | 1, message: OldMessage): Buffer {
  const { offset, value, key = null, timestamp = 1000n, codec = 0 } = message;
  const old = (bytes: Uint8Array | null) =>
    bytes === null ? int32(-1) : Buffer.concat([int32(bytes.length), bytes]);
  const checked = Buffer.concat([
    Buffer.from([magic, codec | (message.isAppendTime === true ? 8 : 0)]),
    magic === 0 ? Buffer.alloc(0) : int64(timestamp),
    old(key),
    old(value),
  ]);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(checked));
  return Buffer.concat([int64(BigInt(offset)), int32(4 + checked.length), crc, checked]);
}

/** Messages packed in one: of format 1 their offsets are counted from the first. */
export function encodeOldSet(
  magic: 0 | 1,
  messages: readonly OldMessage[],
  packing: Exclude<PackingName, "zstd">,
): Buffer {
  const [codec, pack] = PACKINGS[packing];
  const base = magic === 0 ? 0 : messages[0]!.offset;
  const within = Buffer.concat(
    messages.map((one) => encodeOldMessage(magic, { ...one, offset: one.offset - base })),
  );
  const { offset } = messages.at(-1)!;
  return encodeOldMessage(magic, { offset, codec, value: pack(within) });
}

/** As the answer to a fetch has them, of one partition of one topic. */
export function encodeAnswer(version: number, answer: {
  topic: string;
  partition: number;
  errorCode?: number;
  highWatermark: number;
  aborted?: readonly { producerId: bigint; firstOffset: number }[];
  bytes: Uint8Array;
}): Buffer {
  const { topic, partition, errorCode = 0, highWatermark, aborted, bytes } = answer;
  return Buffer.concat([
    int32(7),
    ...(version >= 7 ? [int16(0), int32(99)] : []),
    int32(1),
    int16(Buffer.byteLength(topic)),
    Buffer.from(topic),
    int32(1),
    int32(partition),
    int16(errorCode),
    int64(BigInt(highWatermark)),
    int64(BigInt(highWatermark)),
    ...(version >= 5 ? [int64(0n)] : []),
    int32(aborted?.length ?? -1),
    ...(aborted ?? []).flatMap(({ producerId, firstOffset }) => [
      int64(producerId),
      int64(BigInt(firstOffset)),
    ]),
    ...(version >= 11 ? [int32(-1)] : []),
    int32(bytes.length),
    bytes,
  ]);
}

/** A number as records have it, of 64 bits at most. */
export function zigzag(value: bigint): Buffer {
  let left = BigInt.asUintN(64, value << 1n ^ value >> 63n);
  const bytes: number[] = [];
  for (; left >= 0x80n; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(left)]);
}

function part(bytes: Uint8Array | null): Buffer {
  return bytes === null ? zigzag(-1n) : Buffer.concat([zigzag(BigInt(bytes.length)), bytes]);
}

/** snappy in Java's framing: blocks of 32 KiB. */
function xerial(bytes: Buffer): Buffer {
  const blocks: Uint8Array[] = [Buffer.from("82534e41505059000000000100000001", "hex")];
  for (let at = 0; at < bytes.length; at += 32 * 1024) {
    const block = snappyCompress(bytes.subarray(at, at + 32 * 1024));
    blocks.push(int32(block.length), block);
  }
  return Buffer.concat(blocks);
}
