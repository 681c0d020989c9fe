/**
 * A pool of byte arrays, for buffers that are as large as a batch and live as long as one.
 *
 * A fresh array of megabytes costs its zeroes, the page faults behind them, and the garbage
 * collection that its size brings on: a tenth of the time of landing a topic.
 *
 * The danger is an array that is reused while somebody still reads it: wrong rows, unnoticed. So an
 * array is returned once, by its one owner, when everybody who was ever handed a view of it is
 * known to have ended well. Where that is not known (an attempt that failed, whose bytes may still
 * lie in a socket) it is not returned, but left to the garbage collector, which does know.
 */

/** At most this many free bytes are kept. */
const MOST_FREE_BYTES = 32 * 1024 * 1024;
/** Smaller requests are rounded up to this. */
const LEAST_BYTES = 16 * 1024;
/** An array larger than this many times the request is left for larger requests. */
const MOST_TIMES = 4;

export class BytePool {
  /** Free arrays; the one returned last is at the end. */
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

  /** An array of at least this many bytes, with a buffer of its own. Its contents are undefined. */
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
   * Returns an array, which nobody may read or write from now on. Beyond the limit, those unused
   * for longest are dropped.
   *
   * @throws Error for an array that is free already: two owners would write to it
   */
  give(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#free.includes(bytes)) throw new Error("A buffer was returned twice");
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
