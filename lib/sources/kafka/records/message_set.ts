/**
 * Messages of formats 0 and 1 (Kafka documentation of 0.10, "Messages"), which topics may hold that
 * were written before Kafka 0.11: one message, or packed in one message a set of them.
 */
import { crc32 } from "node:zlib";
import { CorruptRecords } from "./corrupt.ts";
import { type BatchBorders, wholeBatches } from "./record_batch.ts";
import { CODECS, unpackAtOnce } from "./unpack.ts";
import type { ValueSink } from "./value_sink.ts";

/** Where the fields lie. */
const CRC_AT = 12;
const MAGIC_AT = 16;
const ATTRIBUTES_AT = 17;
/** Of format 1; format 0 has the key there. */
const TIMESTAMP_AT = 18;

const CODEC_BITS = 7;
const IS_APPEND_TIME = 8;
/** The length of a null key or value. */
const IS_NULL = -1;
/** Kafka's time of messages that have none. */
const NO_TIME = -1;

/** Bytes that a packed set unpacks to at most: these are unpacked as a whole, unlike those of format 2. */
const MOST_UNPACKED = 32 * 1024 * 1024;

/** A message in the bytes of its set. */
interface Message {
  offset: number;
  timestamp: number;
  /** Its time is the broker's, also that of what is packed in it. */
  isAppendTime: boolean;
  codec: number;
  /** Undefined where it is null. */
  value: Uint8Array | undefined;
}

/**
 * Reads the message, or those that are packed in it; false where the sink wants no more.
 *
 * @param first the offset of the first message that is wanted
 * @throws CorruptRecords before anything was taken
 */
export async function readMessages(
  bytes: Uint8Array,
  borders: BatchBorders,
  sink: ValueSink,
  first: number,
): Promise<boolean> {
  const outer = readMessage(bytes, borders);
  for (const message of outer.codec === 0 ? [outer] : unpack(outer, borders.magic)) {
    const { offset, timestamp, value } = message;
    if (offset < first) continue;
    while (sink.isFull) if (!await sink.room()) return false;
    if (value === undefined) sink.addNull(offset, timestamp);
    else {
      sink.add(value, 0, value.length, offset, timestamp);
      sink.settle();
    }
  }
  return true;
}

/** The messages that are packed in another one, in order. */
function unpack(outer: Message, magic: number): Message[] {
  const codec = CODECS[outer.codec];
  if (codec === undefined) {
    throw new CorruptRecords(`it names codec ${outer.codec}, which does not exist`);
  }
  if (outer.value === undefined) throw new CorruptRecords("it is compressed and has no value");
  const options = { anyHeaderChecksum: magic === 0 };
  const bytes = unpackAtOnce(codec, outer.value, MOST_UNPACKED, options);
  if (bytes === undefined) {
    throw new CorruptRecords(
      `it is of message format ${magic} and unpacks to more than ${MOST_UNPACKED} bytes, which ` +
        "finpipe does not read",
    );
  }
  const messages: Message[] = [];
  let end = 0;
  for (const borders of wholeBatches(bytes)) {
    const message = readMessage(bytes, borders);
    if (message.codec !== 0) {
      throw new CorruptRecords("a message inside it is compressed again");
    }
    if (outer.isAppendTime) message.timestamp = outer.timestamp;
    messages.push(message);
    end = borders.end;
  }
  const last = messages.at(-1);
  if (last === undefined || end < bytes.length) {
    throw new CorruptRecords("the messages within it are cut off");
  }
  // Of format 1 the offsets within are counted from the first; the outer one is the last one's.
  const base = magic === 0 ? 0 : outer.offset - last.offset;
  let before = -1;
  for (const message of messages) {
    message.offset += base;
    if (message.offset <= before || message.offset > outer.offset) {
      throw new CorruptRecords(`a message has the offset ${message.offset} after ${before}`);
    }
    before = message.offset;
  }
  return messages;
}

function readMessage(bytes: Uint8Array, { start, end, magic, offset }: BatchBorders): Message {
  if (magic !== 0 && magic !== 1) {
    throw new CorruptRecords(`a message of format ${magic} is within one of format 0 or 1`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
  let at = magic === 0 ? TIMESTAMP_AT : TIMESTAMP_AT + 8;
  const part = () => {
    if (at + 4 > view.byteLength) throw new CorruptRecords("a message is cut off");
    const length = view.getInt32(at);
    at += 4;
    if (length === IS_NULL) return undefined;
    if (length < 0 || length > view.byteLength - at) {
      throw new CorruptRecords(`a part of a message says that it is ${length} bytes long`);
    }
    at += length;
    return bytes.subarray(start + at - length, start + at);
  };
  if (view.byteLength < at) throw new CorruptRecords("a message is cut off");
  const told = view.getUint32(CRC_AT);
  const found = crc32(bytes.subarray(start + MAGIC_AT, end));
  if (told !== found) {
    throw new CorruptRecords(
      `its CRC-32 is ${found.toString(16)} and should be ${told.toString(16)}`,
    );
  }
  const attributes = view.getInt8(ATTRIBUTES_AT);
  part();
  const value = part();
  if (at !== view.byteLength) throw new CorruptRecords("a message is longer than its contents");
  return {
    offset,
    timestamp: magic === 0 ? NO_TIME : Number(view.getBigInt64(TIMESTAMP_AT)),
    isAppendTime: magic === 1 && (attributes & IS_APPEND_TIME) !== 0,
    codec: attributes & CODEC_BITS,
    value,
  };
}
