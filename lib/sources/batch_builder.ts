/** A {@link MessageBatch} while it grows: one buffer and typed arrays that double when full. */
import type { MessageBatch, Oversized } from "./source.ts";

const FIRST_BYTES = 64 * 1024;
const FIRST_MESSAGES = 1024;

/** What the source knows about a batch beside its messages. */
export type BatchBorder = Pick<MessageBatch, "next" | "digest" | "unterminated">;

/**
 * Collects messages. Bytes are appended first, and what part of them is a message is said after:
 * so a line in progress lies behind the messages already added, and moves on with {@link seal}.
 */
export class BatchBuilder {
  #bytes = new Uint8Array(FIRST_BYTES);
  #fill = 0;
  #count = 0;
  #starts = new Int32Array(FIRST_MESSAGES);
  #ends = new Int32Array(FIRST_MESSAGES);
  #positions = new Float64Array(FIRST_MESSAGES);
  #oversized = new Map<number, Oversized>();
  #headBytes = 0;

  /** Messages. */
  get count(): number {
    return this.#count;
  }

  /** Where the next appended byte goes. */
  get fill(): number {
    return this.#fill;
  }

  /** Bytes that the batch holds outside its buffer: the heads of oversized messages. */
  get headBytes(): number {
    return this.#headBytes;
  }

  /** The appended bytes from `from` on; a view that the next append may leave behind. */
  view(from: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(from, this.#fill);
  }

  append(bytes: Uint8Array): void {
    const needed = this.#fill + bytes.length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.view(0));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#fill);
    this.#fill = needed;
  }

  /** Takes back the bytes appended from `fill` on. */
  truncate(fill: number): void {
    this.#fill = fill;
  }

  /** Adds the message in the bytes `start` to `end`, which may be appended right after. */
  add(start: number, end: number, position: number): void {
    const index = this.#count++;
    if (index === this.#starts.length) this.#growIndex();
    this.#starts[index] = start;
    this.#ends[index] = end;
    this.#positions[index] = position;
  }

  addOversized(message: Oversized, position: number): void {
    this.#oversized.set(this.#count, message);
    this.#headBytes += message.head.length;
    this.add(this.#fill, this.#fill, position);
  }

  /**
   * Gives the batch away with the bytes before `end`, and begins the next one with the bytes behind
   * it. Nothing is shared between the two.
   */
  seal(end: number, border: BatchBorder): MessageBatch {
    const count = this.#count;
    const batch = {
      bytes: this.#bytes.subarray(0, end),
      count,
      starts: this.#starts.subarray(0, count),
      ends: this.#ends.subarray(0, count),
      positions: this.#positions.subarray(0, count),
      oversized: this.#oversized,
      ...border,
    };
    const tail = this.view(end);
    // Batches of one source are alike: an eighth more than this one seldom has to grow.
    this.#bytes = new Uint8Array(Math.max(FIRST_BYTES, end + (end >> 3), tail.length));
    this.#bytes.set(tail);
    this.#fill = tail.length;
    const room = Math.max(FIRST_MESSAGES, count + (count >> 3));
    this.#starts = new Int32Array(room);
    this.#ends = new Int32Array(room);
    this.#positions = new Float64Array(room);
    this.#oversized = new Map();
    this.#headBytes = 0;
    this.#count = 0;
    return batch;
  }

  #growIndex(): void {
    const room = this.#starts.length * 2;
    const [starts, ends, positions] = [this.#starts, this.#ends, this.#positions];
    (this.#starts = new Int32Array(room)).set(starts);
    (this.#ends = new Int32Array(room)).set(ends);
    (this.#positions = new Float64Array(room)).set(positions);
  }
}
