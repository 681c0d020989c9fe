/** A {@link MessageBatch} in arrays of the pool. */
import { bytePool } from "../runtime/byte_pool.ts";
import type { MessageBatch, Oversized } from "./source.ts";

/** Bytes of the index for each message: a position, a start and an end. */
export const INDEX_BYTES = 8 + 4 + 4;

const NO_BORDERS = new Int32Array();
const NO_POSITIONS = new Float64Array();

/** What the source knows about a batch beside its messages. */
export type BatchBorder = Pick<MessageBatch, "next" | "digest" | "unterminated">;

/** The borders of messages, in one array of the pool. */
export class MessageIndex {
  /** Messages that there is room for. */
  readonly room: number;
  readonly positions: Float64Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly #memory: Uint8Array<ArrayBuffer>;

  /** @param least messages */
  constructor(least: number) {
    const memory = this.#memory = bytePool.take(least * INDEX_BYTES);
    this.room = Math.floor(memory.length / INDEX_BYTES);
    this.positions = new Float64Array(memory.buffer, 0, this.room);
    this.starts = new Int32Array(memory.buffer, 8 * this.room, this.room);
    this.ends = new Int32Array(memory.buffer, 12 * this.room, this.room);
  }

  /** With room for so many; this one is given back. */
  grown(least: number): MessageIndex {
    const larger = new MessageIndex(least);
    larger.positions.set(this.positions);
    larger.starts.set(this.starts);
    larger.ends.set(this.ends);
    this.release();
    return larger;
  }

  release(): void {
    bytePool.give(this.#memory);
  }
}

/** What a batch holds, which is its own from now on. */
export interface BatchContent {
  memory: Uint8Array<ArrayBuffer>;
  /** Bytes of `memory` that are the batch's. */
  length: number;
  /** Undefined where there are no messages. */
  index: MessageIndex | undefined;
  count: number;
  oversized: ReadonlyMap<number, Oversized>;
}

interface Views extends Pick<BatchContent, "memory" | "index"> {
  bytes: Uint8Array;
  starts: Int32Array;
  ends: Int32Array;
  positions: Float64Array;
}

export class SealedBatch implements MessageBatch {
  readonly count: number;
  readonly oversized: ReadonlyMap<number, Oversized>;
  readonly next: number;
  readonly digest: string | null;
  readonly unterminated: boolean;
  /** Undefined once it is released. */
  #views: Views | undefined;

  constructor(content: BatchContent, { next, digest, unterminated }: BatchBorder) {
    const { memory, length, index, count } = content;
    this.#views = {
      memory,
      index,
      bytes: memory.subarray(0, length),
      starts: index?.starts.subarray(0, count) ?? NO_BORDERS,
      ends: index?.ends.subarray(0, count) ?? NO_BORDERS,
      positions: index?.positions.subarray(0, count) ?? NO_POSITIONS,
    };
    this.count = count;
    this.oversized = content.oversized;
    this.next = next;
    this.digest = digest;
    this.unterminated = unterminated;
  }

  get bytes(): Uint8Array {
    return this.#held().bytes;
  }

  get starts(): Int32Array {
    return this.#held().starts;
  }

  get ends(): Int32Array {
    return this.#held().ends;
  }

  get positions(): Float64Array {
    return this.#held().positions;
  }

  release(): void {
    const { memory, index } = this.#held();
    this.#views = undefined;
    if (memory.length > 0) bytePool.give(memory);
    index?.release();
  }

  /** What was given back may be another batch's by now: reading it must not go unnoticed. */
  #held(): Views {
    if (this.#views === undefined) throw new Error("A batch was used after its release");
    return this.#views;
  }
}
