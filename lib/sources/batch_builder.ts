/** A {@link MessageBatch} while it grows, in arrays of the pool. While it is empty it holds none. */
import { bytePool } from "../runtime/byte_pool.ts";
import { type BatchBorder, MessageIndex, SealedBatch } from "./sealed_batch.ts";
import type { MessageBatch, Oversized } from "./source.ts";

export type { BatchBorder } from "./sealed_batch.ts";

const FIRST_BYTES = 16 * 1024;
const FIRST_MESSAGES = 1024;
const NOTHING = new Uint8Array();

/**
 * Collects messages. Bytes are appended first, and what part of them is a message is said after:
 * so a line in progress lies behind the messages already added, and moves on with {@link seal}.
 */
export class BatchBuilder {
  /** Empty where nothing is held. */
  #bytes = NOTHING;
  #fill = 0;
  #count = 0;
  /** Undefined where nothing is held. */
  #index: MessageIndex | undefined;
  #oversized = new Map<number, Oversized>();
  #headBytes = 0;
  /** Batches of one source are alike: what the next one is likely to need. */
  #expectedBytes = FIRST_BYTES;
  #expectedMessages = FIRST_MESSAGES;

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

  /** The appended bytes from `from` on; a view that is good until the next append or seal. */
  view(from: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(from, this.#fill);
  }

  append(bytes: Uint8Array): void {
    const needed = this.#fill + bytes.length;
    if (needed > this.#bytes.length) this.#grow(needed);
    this.#bytes.set(bytes, this.#fill);
    this.#fill = needed;
  }

  /** Takes back the bytes appended from `fill` on. */
  truncate(fill: number): void {
    this.#fill = fill;
  }

  /** Adds the message in the bytes `start` to `end`, which may be appended right after. */
  add(start: number, end: number, position: number): void {
    const at = this.#count++;
    let index = this.#index ??= new MessageIndex(this.#expectedMessages);
    if (at === index.room) index = this.#index = index.grown(2 * at);
    index.starts[at] = start;
    index.ends[at] = end;
    index.positions[at] = position;
  }

  addOversized(message: Oversized, position: number): void {
    this.#oversized.set(this.#count, message);
    this.#headBytes += message.head.length;
    this.add(this.#fill, this.#fill, position);
  }

  /**
   * Gives the batch away with the bytes before `end`, and begins the next one with the bytes behind
   * it. Nothing is shared between the two, and the batch is whose it is given to: its memory comes
   * back to the pool by {@link MessageBatch.release} alone.
   */
  seal(end: number, border: BatchBorder): MessageBatch {
    const count = this.#count;
    const tail = this.view(end);
    const content = {
      memory: this.#bytes,
      length: end,
      index: this.#index,
      count,
      oversized: this.#oversized,
    };
    // An eighth more than this one seldom has to grow.
    this.#expectedBytes = Math.max(FIRST_BYTES, end + (end >> 3));
    this.#expectedMessages = Math.max(FIRST_MESSAGES, count + (count >> 3));
    this.#bytes = NOTHING;
    this.#index = undefined;
    this.#fill = this.#count = this.#headBytes = 0;
    this.#oversized = new Map();
    if (tail.length > 0) this.append(tail);
    return new SealedBatch(content, border);
  }

  /** Makes room for so many bytes in all. What was appended is kept, views of it are not. */
  #grow(needed: number): void {
    const before = this.#bytes;
    this.#bytes = bytePool.take(Math.max(needed, this.#expectedBytes, before.length * 2));
    this.#bytes.set(before.subarray(0, this.#fill));
    if (before.length > 0) bytePool.give(before);
  }
}
