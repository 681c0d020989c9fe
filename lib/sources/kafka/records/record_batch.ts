/**
 * A batch of records as brokers keep and send it (Kafka documentation, "Record Batch"): message format
 * 2, and of formats 0 and 1 what tells them and their borders.
 */
import { CorruptRecords } from "./corrupt.ts";
import { crc32c } from "./crc32c.ts";
import { type Codec, CODECS } from "./unpack.ts";

/** Where fields lie that all formats have in the same place. */
const LENGTH_AT = 8;
const MAGIC_AT = 16;
/** Bytes before those that the field "length" counts. */
const LENGTH_END = 12;
/** Bytes up to and with the format's number. */
const LEAST_BYTES = 17;

/** Where the fields of format 2 lie. */
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const FIRST_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const COUNT_AT = 57;
/** Where the records of format 2 begin. */
export const HEADER_BYTES = 61;

/** Bits of the attributes. */
const CODEC_BITS = 7;
const IS_APPEND_TIME = 8;
const IS_TRANSACTIONAL = 16;
const IS_CONTROL = 32;

/** Borders of a batch in the bytes of an answer. */
export interface BatchBorders {
  start: number;
  end: number;
  /** The number of its message format. */
  magic: number;
  /** The offset in its header: of format 2 that of its first record, else that of its last. */
  offset: number;
}

/** What the header of a batch of format 2 says. */
export interface BatchHeader {
  /** Records have their offsets as differences from it. */
  baseOffset: number;
  lastOffset: number;
  /** Undefined where its records are not compressed. */
  codec: Codec | undefined;
  /** Kafka's time that those of records are differences to, in epoch milliseconds. */
  firstTimestamp: number;
  /** The time of all its records, where the broker's is taken for the producer's. */
  appendTime: number | undefined;
  /** Undefined where it is not part of a transaction. */
  transaction: bigint | undefined;
  /** It holds a marker of a transaction's end, no messages. */
  isControl: boolean;
  /** Records. */
  count: number;
  /** The records, compressed or not. */
  records: Uint8Array;
}

/**
 * The whole batches, in order: brokers cut off the last one at the size that was asked for.
 *
 * @throws CorruptRecords for one that has no length, after those before it
 */
export function* wholeBatches(bytes: Uint8Array): Generator<BatchBorders, void, void> {
  const view = viewOf(bytes);
  for (let start = 0; start + LEAST_BYTES <= bytes.length;) {
    const length = view.getInt32(start + LENGTH_AT);
    if (length < LEAST_BYTES - LENGTH_END) {
      throw new CorruptRecords(`it says that it is ${length} bytes long`);
    }
    const end = start + LENGTH_END + length;
    if (end > bytes.length) return;
    const magic = view.getInt8(start + MAGIC_AT);
    yield { start, end, magic, offset: Number(view.getBigInt64(start)) };
    start = end;
  }
}

/**
 * Reads and checks the header of a batch of format 2, and with it the checksum of all but its first
 * fields, which the broker sets.
 *
 * @throws CorruptRecords
 */
export function readHeader(bytes: Uint8Array, { start, end, offset }: BatchBorders): BatchHeader {
  if (end - start < HEADER_BYTES) {
    throw new CorruptRecords(`it is ${end - start} bytes long, less than its header`);
  }
  const view = viewOf(bytes);
  const told = view.getUint32(start + CRC_AT);
  const found = crc32c(bytes, start + ATTRIBUTES_AT, end);
  if (told !== found) {
    throw new CorruptRecords(`its CRC-32C is ${hex(found)} and should be ${hex(told)}`);
  }
  const attributes = view.getInt16(start + ATTRIBUTES_AT);
  const number = attributes & CODEC_BITS;
  const codec = CODECS[number];
  if (number !== 0 && codec === undefined) {
    throw new CorruptRecords(`it names codec ${number}, which does not exist`);
  }
  const lastOffsetDelta = view.getInt32(start + LAST_OFFSET_DELTA_AT);
  const count = view.getInt32(start + COUNT_AT);
  if (lastOffsetDelta < 0 || count < 0 || count > lastOffsetDelta + 1 || offset < 0) {
    throw new CorruptRecords(
      `it says that it has ${count} records in the offsets ${offset} to ${offset} + ${lastOffsetDelta}`,
    );
  }
  return {
    baseOffset: offset,
    lastOffset: offset + lastOffsetDelta,
    codec,
    firstTimestamp: Number(view.getBigInt64(start + FIRST_TIMESTAMP_AT)),
    appendTime: (attributes & IS_APPEND_TIME) === 0
      ? undefined
      : Number(view.getBigInt64(start + MAX_TIMESTAMP_AT)),
    transaction: (attributes & IS_TRANSACTIONAL) === 0
      ? undefined
      : view.getBigInt64(start + PRODUCER_ID_AT),
    isControl: (attributes & IS_CONTROL) !== 0,
    count,
    records: bytes.subarray(start + HEADER_BYTES, end),
  };
}

/** The last offset of a batch by its own word, which may be damaged. */
export function lastOffsetOf(bytes: Uint8Array, { start, magic, offset }: BatchBorders): number {
  if (magic !== 2) return offset;
  const at = start + LAST_OFFSET_DELTA_AT;
  return at + 4 > bytes.length ? offset : offset + viewOf(bytes).getInt32(at);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function hex(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}
