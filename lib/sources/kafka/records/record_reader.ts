/**
 * The records of a batch of format 2 (Kafka documentation, "Record"), out of its unpacked bytes, which
 * are there as a whole or come in pieces. A record that is too long to be held is read from piece to
 * piece.
 */
import { CorruptRecords } from "./corrupt.ts";
import { type Cursor, cutOff, LONGEST_NUMBER } from "./cursor.ts";
import type { BatchHeader } from "./record_batch.ts";
import type { ValueSink } from "./value_sink.ts";

/** Bytes of a record up to which it is put together where it lies in several pieces. */
const MOST_GATHERED = 256 * 1024;
/** The length of a null key or value. */
const IS_NULL = -1;

export class RecordReader {
  readonly #header: BatchHeader;
  readonly #cursor: Cursor;
  readonly #sink: ValueSink;
  /** Records below it are passed over. */
  readonly #first: number;
  /** Records that are read. */
  #count = 0;
  /** The last one's offset and time. */
  #offset: number;
  #timestamp = 0;

  /** @param first the offset of the first record that is wanted: a fetch may begin inside of a batch */
  constructor(header: BatchHeader, cursor: Cursor, sink: ValueSink, first: number) {
    this.#header = header;
    this.#cursor = cursor;
    this.#sink = sink;
    this.#first = first;
    this.#offset = header.baseOffset - 1;
  }

  /**
   * Reads all records; false where the sink wants no more.
   *
   * @throws CorruptRecords
   */
  async read(): Promise<boolean> {
    while (this.#count < this.#header.count) {
      if (this.#sink.isFull) {
        if (!await this.#sink.room()) return false;
      } else if (!this.#readWhole()) {
        if (this.#lengthAhead() > MOST_GATHERED) await this.#readLong();
        else if (!await this.#cursor.gather()) throw cutOff();
      }
    }
    const cursor = this.#cursor;
    while (cursor.at === cursor.end) if (!await cursor.gather()) return true;
    throw new CorruptRecords(`it holds more records than its header says, ${this.#count}`);
  }

  /** Reads records for as long as they are there as a whole, or until the sink is full. */
  #readWhole(): boolean {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    const available = bytes.length;
    const { count } = this.#header;
    const before = this.#count;
    while (this.#count < count && !this.#sink.isFull) {
      const start = cursor.at;
      if (!cursor.hasNumber() && !endsNumber(bytes, start)) break;
      const length = this.#recordLength();
      if (length > available - cursor.at) {
        cursor.at = start;
        break;
      }
      const end = cursor.end = cursor.at + length;
      this.#readAhead();
      const keyLength = cursor.number();
      if (keyLength !== IS_NULL) cursor.skip(keyLength);
      const valueLength = cursor.number();
      const from = cursor.at;
      if (valueLength !== IS_NULL) cursor.skip(valueLength);
      const to = cursor.at;
      for (let headers = this.#headerCount(); headers > 0; headers--) {
        cursor.skip(cursor.number());
        const headerLength = cursor.number();
        if (headerLength !== IS_NULL) cursor.skip(headerLength);
      }
      if (cursor.at !== end) throw tooLong();
      cursor.end = available;
      this.#count++;
      if (this.#offset < this.#first) continue;
      if (valueLength === IS_NULL) this.#sink.addNull(this.#offset, this.#timestamp);
      else this.#sink.add(bytes, from, to, this.#offset, this.#timestamp);
    }
    this.#sink.settle();
    return this.#count > before;
  }

  /** Reads a record whose parts may lie in several pieces. */
  async #readLong(): Promise<void> {
    const cursor = this.#cursor;
    const end = this.#recordLength() + cursor.position;
    while (cursor.end - cursor.at < 3 * LONGEST_NUMBER && await cursor.gather());
    this.#readAhead();
    await cursor.numberAhead();
    const keyLength = cursor.number();
    if (keyLength !== IS_NULL) await cursor.skipAcross(keyLength);
    const isWanted = this.#offset >= this.#first;
    await cursor.numberAhead();
    const valueLength = cursor.number();
    if (valueLength > end - cursor.position) throw cutOff();
    if (valueLength === IS_NULL) {
      if (isWanted) this.#sink.addNull(this.#offset, this.#timestamp);
    } else if (!isWanted) await cursor.skipAcross(valueLength);
    else {
      this.#sink.begin(Math.max(0, valueLength));
      await cursor.skipAcross(valueLength, (bytes, from, to) => this.#sink.piece(bytes, from, to));
      this.#sink.finish(this.#offset, this.#timestamp);
    }
    await cursor.numberAhead();
    // There may be millions of them: waited for where a piece ends, not for each.
    for (let headers = this.#headerCount(); headers > 0; headers--) {
      if (!cursor.hasNumber()) await cursor.numberAhead();
      const keyLength = cursor.number();
      if (!cursor.holds(keyLength)) await cursor.skipAcross(keyLength);
      else cursor.skip(keyLength);
      if (!cursor.hasNumber()) await cursor.numberAhead();
      const headerLength = cursor.number();
      if (headerLength === IS_NULL) continue;
      if (!cursor.holds(headerLength)) await cursor.skipAcross(headerLength);
      else cursor.skip(headerLength);
      if (cursor.position > end) throw cutOff();
    }
    if (cursor.position !== end) throw tooLong();
    this.#count++;
  }

  /** What comes before the key. */
  #readAhead(): void {
    const { baseOffset, lastOffset, firstTimestamp, appendTime } = this.#header;
    const cursor = this.#cursor;
    // Attributes, of which there are none.
    cursor.skip(1);
    const timestampDelta = cursor.number(LONGEST_NUMBER);
    this.#timestamp = appendTime ?? firstTimestamp + timestampDelta;
    const offset = baseOffset + cursor.number();
    if (offset <= this.#offset || offset > lastOffset) {
      throw new CorruptRecords(`a record has the offset ${offset} after ${this.#offset}`);
    }
    this.#offset = offset;
  }

  /** The length of the next record, which is passed; all of the number is there. */
  #recordLength(): number {
    const length = this.#cursor.number();
    if (length < 0) throw new CorruptRecords(`a record says that it is ${length} bytes long`);
    return length;
  }

  /** The length of the next record, or 0 where that is not there. */
  #lengthAhead(): number {
    const cursor = this.#cursor;
    const { at } = cursor;
    if (!cursor.hasNumber() && !endsNumber(cursor.bytes, at)) return 0;
    const length = this.#recordLength();
    cursor.at = at;
    return length;
  }

  #headerCount(): number {
    const count = this.#cursor.number();
    if (count < 0) throw new CorruptRecords(`a record says that it has ${count} headers`);
    return count;
  }
}

/** True where the number that begins there is there as a whole. */
function endsNumber(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (bytes[at]! < 0x80) return true;
  return false;
}

function tooLong(): CorruptRecords {
  return new CorruptRecords("a record is longer than its contents");
}
