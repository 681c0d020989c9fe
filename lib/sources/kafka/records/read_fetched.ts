/**
 * What a broker answered to a fetch of a partition, read into a sink: the messages of whole batches, in
 * order, without those of aborted transactions and without markers.
 *
 * A batch is checked as a whole before the first of its messages is given out, also one that is so
 * large that it is unpacked twice for that: of a damaged one nothing is landed.
 */
import { CorruptBatch } from "../../topic/corrupt_batch.ts";
import { type AbortedTransaction, AbortedTransactions } from "./aborted.ts";
import { isAbortMarker } from "./control_record.ts";
import { BeyondWatermark, CorruptRecords } from "./corrupt.ts";
import { Cursor } from "./cursor.ts";
import { readMessages } from "./message_set.ts";
import {
  type BatchBorders,
  type BatchHeader,
  lastOffsetOf,
  readHeader,
  wholeBatches,
} from "./record_batch.ts";
import { RecordReader } from "./record_reader.ts";
import { unpackAtOnce, unpackInPieces } from "./unpack.ts";
import { NOWHERE, type ValueSink } from "./value_sink.ts";

/** Bytes that a batch unpacks to which is unpacked at once. */
const MOST_AT_ONCE = 4 * 1024 * 1024;
/** The number of the format that brokers have written since Kafka 0.11. */
const FORMAT_2 = 2;

/** The records of a partition in a broker's answer. */
export interface FetchedRecords {
  /** Batches; of the last one perhaps only the beginning. */
  bytes: Uint8Array;
  /** Aborted transactions of which something may be among them. */
  aborted: readonly AbortedTransaction[];
  /** One beyond the last offset that the partition can hold now. */
  highWatermark: number;
}

/** Takes messages from an offset on. */
export interface RecordSink extends ValueSink {
  /** The offset that is read next. */
  readonly next: number;
  /** All before the offset is read. */
  passed(next: number): void;
}

/**
 * Reads all from `sink.next` on, which is the offset that was fetched; false where the sink wanted no
 * more.
 *
 * @throws CorruptBatch when the batches before it were read
 */
export async function readFetched(fetched: FetchedRecords, sink: RecordSink): Promise<boolean> {
  const reading = new Reading(fetched, sink);
  try {
    return await reading.run();
  } catch (error) {
    if (!(error instanceof CorruptRecords)) throw error;
    throw new CorruptBatch(sink.next, reading.guessNext(), error.message, error);
  }
}

/** An answer while it is read. */
class Reading {
  readonly #fetched: FetchedRecords;
  readonly #sink: RecordSink;
  readonly #aborted: AbortedTransactions;
  /** The batch that is read, and the one after it. */
  #batch: BatchBorders | undefined;
  #next: BatchBorders | undefined;
  /** What is wrong with the one after that. */
  #damage: CorruptRecords | undefined;

  constructor(fetched: FetchedRecords, sink: RecordSink) {
    this.#fetched = fetched;
    this.#sink = sink;
    this.#aborted = new AbortedTransactions(fetched.aborted);
  }

  async run(): Promise<boolean> {
    const { bytes } = this.#fetched;
    const batches = wholeBatches(bytes);
    this.#lookAhead(batches);
    // A broker sends only whole batches, except for the last one of several.
    if (this.#next === undefined && bytes.length > 0) {
      throw this.#damage ?? new CorruptRecords("it is longer than the bytes that were sent");
    }
    while (this.#next !== undefined) {
      this.#batch = this.#next;
      this.#lookAhead(batches);
      const isRead = this.#batch.magic === FORMAT_2
        ? await this.#readBatch(this.#batch)
        : await this.#readOld(this.#batch);
      if (!isRead) return false;
    }
    if (this.#damage !== undefined) throw this.#damage;
    return true;
  }

  /** A batch that has no borders is met when the one before it was read. */
  #lookAhead(batches: Iterator<BatchBorders>): void {
    try {
      const { done, value } = batches.next();
      this.#next = done === true ? undefined : value;
    } catch (error) {
      if (!(error instanceof CorruptRecords)) throw error;
      this.#next = undefined;
      this.#damage = error;
    }
  }

  /** The offset at which to continue after a batch that cannot be trusted. */
  guessNext(): number {
    const { bytes, highWatermark } = this.#fetched;
    const { next } = this.#sink;
    const guesses = this.#batch === undefined
      ? []
      : [this.#next?.offset, lastOffsetOf(bytes, this.#batch) + 1];
    return guesses.find((guess) => guess !== undefined && guess > next && guess <= highWatermark) ??
      next + 1;
  }

  async #readBatch(borders: BatchBorders): Promise<boolean> {
    const header = readHeader(this.#fetched.bytes, borders);
    const { lastOffset, transaction, isControl } = header;
    this.#checkOrder(lastOffset);
    this.#aborted.beginUpTo(lastOffset);
    if (isControl) {
      if (transaction !== undefined && isAbortMarker(header)) this.#aborted.end(transaction);
    } else if (transaction === undefined || !this.#aborted.has(transaction)) {
      if (!await readRecords(header, this.#sink)) return false;
    }
    this.#sink.passed(lastOffset + 1);
    return true;
  }

  async #readOld(borders: BatchBorders): Promise<boolean> {
    if (borders.magic !== 0 && borders.magic !== 1) {
      throw new CorruptRecords(`it is of message format ${borders.magic}, which does not exist`);
    }
    this.#checkOrder(borders.offset);
    const { next } = this.#sink;
    if (!await readMessages(this.#fetched.bytes, borders, this.#sink, next)) return false;
    this.#sink.passed(borders.offset + 1);
    return true;
  }

  /** A batch's first offset has no checksum, so it has to fit the batches around it. */
  #checkOrder(last: number): void {
    const { highWatermark } = this.#fetched;
    if (last < this.#sink.next) {
      throw new CorruptRecords(`it ends at ${last}, before the offset that was asked for`);
    }
    if (last >= highWatermark) {
      throw new BeyondWatermark(`it ends at ${last}, and the partition at ${highWatermark - 1}`);
    }
    if (this.#next !== undefined && this.#next.offset <= last) {
      throw new CorruptRecords(
        `it ends at ${last}, and the next one begins at ${this.#next.offset}`,
      );
    }
  }
}

async function readRecords(header: BatchHeader, sink: RecordSink): Promise<boolean> {
  const { codec, records } = header;
  const whole = codec === undefined ? records : unpackAtOnce(codec, records, MOST_AT_ONCE);
  if (whole !== undefined) {
    await new RecordReader(header, new Cursor(whole), NOWHERE, 0).read();
    return await new RecordReader(header, new Cursor(whole), sink, sink.next).read();
  }
  await readInPieces(header, NOWHERE, 0);
  return await readInPieces(header, sink, sink.next);
}

/** Unpacks as it reads. */
async function readInPieces(header: BatchHeader, sink: ValueSink, first: number): Promise<boolean> {
  const pieces = unpackInPieces(header.codec!, header.records);
  try {
    const cursor = new Cursor(new Uint8Array(), pieces);
    return await new RecordReader(header, cursor, sink, first).read();
  } finally {
    await pieces.return();
  }
}
