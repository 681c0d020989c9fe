/**
 * The port to where messages come from. A source partition is the unit of order: a partition of a
 * topic, a file, or one run's stdin (contract, section 2).
 */

/** How big a batch grows and how long it waits for more. */
export interface BatchLimits {
  /** Messages. */
  rows: number;
  /** Bytes of messages; a batch holds at least one message whatever its size. */
  bytes: number;
  /** Milliseconds that the first message of a batch waits for others. */
  linger: number;
  /** Messages above this many bytes are not held: see {@link Oversized}. */
  maxMessageBytes: number;
}

/** What is kept of a message that is too large to hold. */
export interface Oversized {
  /** Its first 64 KiB. */
  head: Uint8Array;
  /** Bytes of the whole. */
  length: number;
  /** Of the whole, in hexadecimal. */
  sha256: string;
}

/** Stands for the borders of a message that has no bytes: a null Kafka value. */
export const NULL_VALUE = -1;

/**
 * Messages of one source partition, in order. The messages lie in one buffer with their borders in
 * typed arrays, as an object a message would cost more than decoding it.
 */
export interface MessageBatch {
  /** Holds the messages, perhaps with other bytes between them. */
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Where message i begins in `bytes`. */
  readonly starts: Int32Array;
  /** Where it ends, without its line's end. */
  readonly ends: Int32Array;
  /** Its position: for a file the byte where the line begins, of a topic the offset. */
  readonly positions: Float64Array;
  /** Messages that were not held, by index; their borders in `bytes` are empty. */
  readonly oversized: ReadonlyMap<number, Oversized>;
  /** The position of the source after this batch. */
  readonly next: number;
  /** For a file: sha256 of all its bytes before `next`, by which it is known again. */
  readonly digest: string | null;
  /** The batch is one last line without LF, which may still be growing. */
  readonly unterminated: boolean;
  /**
   * Returns its memory to later batches. The owner calls it, once, when nobody reads the batch any
   * longer: reading it afterwards throws. The garbage collector takes a batch that is not released.
   */
  release(): void;
}

/** Batches of one source partition, in order; not asking for the next is the back pressure. */
export interface Source {
  /**
   * Ends when the source ends or `signal` is aborted. A read error is thrown after the whole lines
   * before it were given out.
   */
  batches(limits: BatchLimits, signal: AbortSignal): AsyncGenerator<MessageBatch, void, void>;
}
