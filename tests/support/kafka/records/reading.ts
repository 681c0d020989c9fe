/** What is read of an answer to a fetch, for tests. */
import { createHash } from "node:crypto";
import { CorruptBatch } from "../../../../lib/sources/topic/corrupt_batch.ts";
import {
  type FetchedRecords,
  readFetched,
  type RecordSink,
} from "../../../../lib/sources/kafka/records/read_fetched.ts";

/** A message as it was read. */
export interface ReadMessage {
  offset: number;
  /** Of a value that came in pieces as well. */
  value: Uint8Array | null;
  timestamp: number;
}

/** What was read of an answer. */
export interface Reading {
  messages: ReadMessage[];
  next: number;
  /** Why it could not be read to its end. */
  corrupt?: CorruptBatch;
}

/** Reads the batches from an offset on, as a feed does that has room for all. */
export async function readBatches(
  batches: Uint8Array | readonly Uint8Array[],
  options: Partial<Omit<FetchedRecords, "bytes">> & { from?: number; hashOnly?: boolean } = {},
): Promise<Reading> {
  const { from = 0, aborted = [], highWatermark = Infinity, hashOnly = false } = options;
  const bytes = batches instanceof Uint8Array ? batches : concat(batches);
  const sink = new RecordingSink(from, hashOnly);
  try {
    await readFetched({ bytes, aborted, highWatermark }, sink);
  } catch (error) {
    if (!(error instanceof CorruptBatch)) throw error;
    return { messages: sink.messages, next: sink.next, corrupt: error };
  }
  return { messages: sink.messages, next: sink.next };
}

/** Keeps what it is given; is full before every second message, so that waiting is tried as well. */
class RecordingSink implements RecordSink {
  readonly messages: ReadMessage[] = [];
  next: number;
  #asked = false;
  readonly #hashOnly: boolean;
  #pieces: Uint8Array[] | undefined;
  #hash = createHash("sha256");

  constructor(from: number, hashOnly: boolean) {
    this.next = from;
    this.#hashOnly = hashOnly;
  }

  get isFull(): boolean {
    return this.messages.length % 2 === 1 && !this.#asked;
  }

  async room(): Promise<boolean> {
    await Promise.resolve();
    return this.#asked = true;
  }

  add(bytes: Uint8Array, from: number, to: number, offset: number, timestamp: number): void {
    this.#take(bytes.slice(from, to), offset, timestamp);
  }

  addNull(offset: number, timestamp: number): void {
    this.#take(null, offset, timestamp);
  }

  settle(): void {}

  begin(): void {
    this.#pieces = [];
    this.#hash = createHash("sha256");
  }

  piece(bytes: Uint8Array, from: number, to: number): void {
    if (this.#hashOnly) this.#hash.update(bytes.subarray(from, to));
    else this.#pieces!.push(bytes.slice(from, to));
  }

  finish(offset: number, timestamp: number): void {
    const value = this.#hashOnly ? new Uint8Array(this.#hash.digest()) : concat(this.#pieces!);
    this.#take(value, offset, timestamp);
  }

  passed(next: number): void {
    this.next = next;
  }

  #take(value: Uint8Array | null, offset: number, timestamp: number): void {
    this.messages.push({ offset, value, timestamp });
    this.next = offset + 1;
    this.#asked = false;
  }
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
