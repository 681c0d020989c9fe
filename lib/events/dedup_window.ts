/**
 * The window of one source partition: the versions that were landed at or above its watermark
 * (contract, section 2). It admits a version once.
 *
 * At most {@link WINDOW_CAPACITY} versions are remembered; beyond that, those landed first are
 * forgotten. They are kept in packed arrays, 26 bytes each and 5.4 in the index: 64 MB when full.
 * Slots are given out in order of landing; an index finds a version, a heap finds the oldest by
 * sent time.
 */
import type { Moment } from "./values.ts";

/** Versions that one window remembers (contract, section 2). */
export const WINDOW_CAPACITY = 2_000_000;

/**
 * Slots at first; they double as needed. A process may have a thousand partitions, and makes a new
 * window for each whenever another process joins. Most of them stay small, and an empty one takes
 * 500 bytes.
 */
const FIRST_SLOTS = 16;
/** Index places for each slot: more is faster, and takes more memory. */
const INDEX_LOAD = 1.35;
/** Hash, sent time, position and place in the heap. */
const BYTES_PER_SLOT = 8 + 8 + 6 + 4;
/** Slots beyond the capacity, so that holes are closed in one go every so many versions. */
const SLACK = 1 / 64;

/** Admits versions; see {@link DedupWindow.admit}. */
export class DedupWindow {
  /** Versions forgotten since the window was made. */
  forgotten = 0;
  /** Position of the version forgotten last; -1 where none was. */
  lastForgotten = -1;

  readonly #capacity: number;
  #slots = 0;
  /** First slot that may not be given out again yet, and the next to give out: both only count up. */
  #head = 0;
  #next = 0;
  /** No slot before this one is live. */
  #first = 0;
  #live = 0;
  /** Forgotten slots that still stand in the heap, and so may not be given out again. */
  #stale = 0;
  #low = new Int32Array();
  #high = new Int32Array();
  /** Sent time, in two parts that compare like it: 4096 s, and microseconds within. */
  #timeHigh = new Uint32Array();
  #timeLow = new Uint32Array();
  /** Position in 48 bits. */
  #positionLow = new Uint32Array();
  #positionHigh = new Uint16Array();
  /** Slot + 1 by hash, open addressing with linear probing; 0 is free. */
  #index = new Uint32Array();
  /** Places for each hash: exact, as it only moves the binary point. */
  #homeScale = 0;
  /** A binary min-heap of slots by sent time. */
  #heap = new Uint32Array();
  #heapSize = 0;

  /** @param capacity versions remembered at most @default WINDOW_CAPACITY */
  constructor(capacity = WINDOW_CAPACITY) {
    this.#capacity = capacity;
    this.#resize(Math.min(FIRST_SLOTS, this.#mostSlots));
  }

  /** Memory of a window that holds {@link WINDOW_CAPACITY} versions. */
  static get bytesWhenFull(): number {
    const slots = slotsFor(WINDOW_CAPACITY);
    return slots * BYTES_PER_SLOT + 4 * indexPlaces(slots);
  }

  /** Versions remembered now. */
  get size(): number {
    return this.#live;
  }

  /** Drops the versions that were sent before the watermark. */
  advance(watermark: Moment): void {
    const high = timeHighOf(watermark);
    const low = timeLowOf(watermark);
    while (this.#heapSize > 0) {
      const oldest = this.#heap[0]!;
      const oldestHigh = this.#timeHigh[oldest]!;
      if (oldestHigh > high || (oldestHigh === high && this.#timeLow[oldest]! >= low)) return;
      this.#popHeap();
      if (this.#isLive(oldest)) this.#unlink(oldest);
      else this.#stale--;
    }
  }

  /**
   * True where the version is new: it is remembered then. False where it was seen.
   *
   * @param low half of the version's hash
   * @param high the other half
   * @param position greater than those of all versions before
   */
  admit(low: number, high: number, sent: Moment, position: number): boolean {
    const timeHigh = timeHighOf(sent);
    const timeLow = timeLowOf(sent);
    let place = this.#homeOf(low);
    for (;;) {
      const slot = this.#index[place]! - 1;
      if (slot < 0) break;
      if (
        this.#low[slot] === low && this.#high[slot] === high &&
        this.#timeLow[slot] === timeLow && this.#timeHigh[slot] === timeHigh
      ) return false;
      place = this.#after(place);
    }
    if (this.#live >= this.#capacity) this.#forgetFirst();
    if (this.#next - this.#head >= this.#slots) this.#makeRoom();
    const slot = this.#next++ % this.#slots;
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#timeHigh[slot] = timeHigh;
    this.#timeLow[slot] = timeLow;
    this.#positionLow[slot] = position;
    this.#positionHigh[slot] = position / 0x100000000;
    this.#link(slot);
    return true;
  }

  get #mostSlots(): number {
    return slotsFor(this.#capacity);
  }

  /**
   * Forgets the version that was landed first. Its place in the heap is left to the next
   * {@link #makeRoom}, as finding it would cost a pass over the heap.
   */
  #forgetFirst(): void {
    while (!this.#isLive(this.#first % this.#slots)) this.#first++;
    const slot = this.#first % this.#slots;
    this.lastForgotten = this.#positionHigh[slot]! * 0x100000000 + this.#positionLow[slot]!;
    this.forgotten++;
    this.#stale++;
    this.#unlink(slot);
  }

  /** Gives slots free that ended in order; else closes the holes, or doubles the slots. */
  #makeRoom(): void {
    while (this.#first < this.#next && !this.#isLive(this.#first % this.#slots)) this.#first++;
    if (this.#stale === 0) this.#head = this.#first;
    if (this.#next - this.#head < this.#slots) return;
    const crowded = this.#live > this.#slots / 2;
    this.#resize(crowded ? Math.min(this.#slots * 2, this.#mostSlots) : this.#slots);
  }

  /** Moves the live versions, in order of landing, to the front of arrays of the given size. */
  #resize(slots: number): void {
    const order = this.#liveSlots();
    const arrange = <T extends Uint32Array | Int32Array | Uint16Array>(from: T, to: T): T => {
      for (let i = 0; i < order.length; i++) to[i] = from[order[i]!]!;
      return to;
    };
    this.#low = arrange(this.#low, new Int32Array(slots));
    this.#high = arrange(this.#high, new Int32Array(slots));
    this.#timeHigh = arrange(this.#timeHigh, new Uint32Array(slots));
    this.#timeLow = arrange(this.#timeLow, new Uint32Array(slots));
    this.#positionLow = arrange(this.#positionLow, new Uint32Array(slots));
    this.#positionHigh = arrange(this.#positionHigh, new Uint16Array(slots));
    this.#heap = new Uint32Array(slots);
    this.#heapSize = 0;
    this.#index = new Uint32Array(indexPlaces(slots));
    this.#homeScale = this.#index.length / 0x100000000;
    this.#slots = slots;
    this.#head = this.#first = 0;
    this.#next = order.length;
    this.#live = this.#stale = 0;
    for (let slot = 0; slot < order.length; slot++) this.#link(slot);
  }

  #liveSlots(): Uint32Array {
    const order = new Uint32Array(this.#live);
    let count = 0;
    for (let at = this.#first; at < this.#next; at++) {
      const slot = at % this.#slots;
      if (this.#isLive(slot)) order[count++] = slot;
    }
    return order;
  }

  /** A slot in use has an index place; a hole was given this position. */
  #isLive(slot: number): boolean {
    return this.#positionHigh[slot] !== 0xffff;
  }

  /** Puts a filled slot into index and heap. */
  #link(slot: number): void {
    let place = this.#homeOf(this.#low[slot]!);
    while (this.#index[place] !== 0) place = this.#after(place);
    this.#index[place] = slot + 1;
    this.#live++;
    this.#heap[this.#heapSize] = slot;
    this.#siftUp(this.#heapSize++);
  }

  /** Takes a slot out of the index and leaves a hole; the heap is the caller's. */
  #unlink(slot: number): void {
    let place = this.#homeOf(this.#low[slot]!);
    while (this.#index[place] !== slot + 1) place = this.#after(place);
    // Knuth, TAOCP 6.4, algorithm R: moves back what would not be found past the gap.
    let gap = place;
    for (;;) {
      this.#index[gap] = 0;
      let at = gap;
      let home: number;
      do {
        at = this.#after(at);
        const other = this.#index[at]! - 1;
        if (other < 0) {
          this.#positionHigh[slot] = 0xffff;
          this.#live--;
          return;
        }
        home = this.#homeOf(this.#low[other]!);
      } while (gap <= at ? gap < home && home <= at : gap < home || home <= at);
      this.#index[gap] = this.#index[at]!;
      gap = at;
    }
  }

  #homeOf(low: number): number {
    // The hash as a fraction of all hashes: multiplying is a fifth of the time of a remainder.
    return Math.floor((low >>> 0) * this.#homeScale);
  }

  #after(place: number): number {
    return place + 1 === this.#index.length ? 0 : place + 1;
  }

  #popHeap(): void {
    const last = this.#heap[--this.#heapSize]!;
    if (this.#heapSize === 0) return;
    this.#heap[0] = last;
    this.#siftDown(0);
  }

  #siftUp(at: number): void {
    const heap = this.#heap;
    const slot = heap[at]!;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isBefore(slot, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = slot;
  }

  #siftDown(at: number): void {
    const heap = this.#heap;
    const size = this.#heapSize;
    const slot = heap[at]!;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#isBefore(heap[child]!, slot)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = slot;
  }

  #isBefore(a: number, b: number): boolean {
    const difference = this.#timeHigh[a]! - this.#timeHigh[b]!;
    return difference < 0 || (difference === 0 && this.#timeLow[a]! < this.#timeLow[b]!);
  }
}

function slotsFor(capacity: number): number {
  return Math.ceil(capacity * (1 + SLACK)) + 1;
}

function indexPlaces(slots: number): number {
  return Math.ceil(slots * INDEX_LOAD);
}

/** Units of 4096 seconds, so that the rest in microseconds fits 32 bits. */
function timeHighOf({ seconds }: Moment): number {
  return Math.floor(seconds / 4096);
}

function timeLowOf({ seconds, micros }: Moment): number {
  return (seconds % 4096) * 1_000_000 + micros;
}
