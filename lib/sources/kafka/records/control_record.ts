/** The marker of a transaction's end: a record whose key says which (Kafka documentation, "Control Batches"). */
import { CorruptRecords } from "./corrupt.ts";
import { Cursor, LONGEST_NUMBER } from "./cursor.ts";
import type { BatchHeader } from "./record_batch.ts";
import { unpackAtOnce } from "./unpack.ts";

/** Type of the key of an aborted transaction's marker; that of a committed one is 1. */
const ABORT = 0;
/** Bytes of the key: its version and its type, of 2 bytes each. */
const KEY_BYTES = 4;
/** Bytes that a batch of one small record unpacks to at most; brokers do not pack it at all. */
const MOST_UNPACKED = 64 * 1024;

/**
 * True for the marker of an aborted transaction. Compaction may leave a batch without a record, which
 * marks nothing.
 *
 * @throws CorruptRecords
 */
export function isAbortMarker({ codec, records, count }: BatchHeader): boolean {
  if (count === 0) return false;
  const bytes = codec === undefined ? records : unpackAtOnce(codec, records, MOST_UNPACKED);
  if (bytes === undefined) throw new CorruptRecords("its control record is too long");
  const cursor = new Cursor(bytes);
  // The record's length and attributes, then the differences of its time and offset.
  cursor.number();
  cursor.skip(1);
  cursor.number(LONGEST_NUMBER);
  cursor.number();
  const keyLength = cursor.number();
  const { at } = cursor;
  cursor.skip(keyLength);
  if (keyLength < KEY_BYTES) {
    throw new CorruptRecords(`its control record has a key of ${keyLength} bytes`);
  }
  return (bytes[at + 2]! << 8 | bytes[at + 3]!) === ABORT;
}
