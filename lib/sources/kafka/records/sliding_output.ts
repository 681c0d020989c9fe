/**
 * What lz4 and snappy unpack: given out in pieces, with as much of it kept as copies may lie back.
 *
 * The loops that fill it have its fields in variables of their own: a call for each of their short
 * copies costs more than the copy.
 */

/** Bytes that a copy may lie back: what packs in these formats looks back no further. */
const HISTORY = 64 * 1024;

export class SlidingOutput {
  readonly bytes: Uint8Array;
  /** Where the next byte goes. */
  fill = 0;
  /** Bytes that were unpacked before those in the buffer. */
  #before = 0;
  /** Where what was not given out yet begins. */
  #given = 0;

  /** @param piece bytes that can be taken at once, which are all where there are no more */
  constructor(piece: number) {
    this.bytes = new Uint8Array(HISTORY + piece);
  }

  /** Bytes unpacked so far. */
  get length(): number {
    return this.#before + this.fill;
  }

  /** What was not given out yet; good until the next call of anything. */
  take(): Uint8Array {
    const piece = this.bytes.subarray(this.#given, this.fill);
    this.#given = this.fill;
    return piece;
  }

  /** Makes room for a whole piece, once the last one is no longer needed. */
  slide(): void {
    if (this.fill <= HISTORY) return;
    const from = this.fill - HISTORY;
    this.bytes.copyWithin(0, from, this.fill);
    this.#before += from;
    this.fill = this.#given = HISTORY;
  }
}
