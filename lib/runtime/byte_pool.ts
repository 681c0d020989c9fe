/**
 * Byte arrays that are used again, for what is as large as a batch and lives as long as one.
 *
 * A fresh array of megabytes costs its zeroes, the page faults behind them, and the garbage
 * collection that its size brings on: a tenth of the time of landing a topic.
 *
 * The danger is an array that is written anew while somebody still reads it: wrong rows in silence. So
 * an array is given back once, by its one owner, when all who were ever handed a view of it are
 * known to have ended well. Where that is not known (an attempt that failed, whose bytes may still lie
 * in a socket) it is not given back but left to the garbage collector, which does know.
 */

/** Free bytes that are kept for the next. */
const MOST_FREE_BYTES = 32 * 1024 * 1024;
/** What is smaller is made as large. */
const LEAST_BYTES = 16 * 1024;
/** An array of more than so many times what is needed is left for who needs it. */
const MOST_TIMES = 4;

export class BytePool {
  /** Those given back last at the end. */
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  readonly #most: number;
  #freeBytes = 0;

  /** @param most free bytes that are kept @default 32 MiB */
  constructor(most = MOST_FREE_BYTES) {
    this.#most = most;
  }

  /** Bytes that nobody uses now. */
  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** An array of at least so many bytes, a whole buffer of its own. It holds anything. */
  take(least: number): Uint8Array<ArrayBuffer> {
    const size = roundedUp(least);
    let best = -1;
    for (let i = 0; i < this.#free.length; i++) {
      const { length } = this.#free[i]!;
      if (length < size || length > MOST_TIMES * size) continue;
      if (best < 0 || length <= this.#free[best]!.length) best = i;
    }
    if (best < 0) return new Uint8Array(size);
    const [bytes] = this.#free.splice(best, 1) as [Uint8Array<ArrayBuffer>];
    this.#freeBytes -= bytes.length;
    return bytes;
  }

  /**
   * Gives back what was taken, which nobody may read or write any more. Beyond the limit those that
   * lie unused for longest are let go.
   *
   * @throws Error for what is free already: two would write to it
   */
  give(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#free.includes(bytes)) throw new Error("A buffer was given back twice");
    this.#free.push(bytes);
    this.#freeBytes += bytes.length;
    while (this.#freeBytes > this.#most) this.#freeBytes -= this.#free.shift()!.length;
  }
}

/** By up to an eighth, so that needs that are nearly equal fit each other's arrays. */
function roundedUp(least: number): number {
  if (least <= LEAST_BYTES) return LEAST_BYTES;
  const step = 2 ** (Math.floor(Math.log2(least)) - 3);
  return Math.ceil(least / step) * step;
}

/** The process's own: what one partition has given back serves another. */
export const bytePool = new BytePool();
