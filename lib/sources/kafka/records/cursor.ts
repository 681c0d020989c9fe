/** A place in bytes that are there as a whole or come in pieces; reads numbers as Kafka's records have them. */
import { CorruptRecords } from "./corrupt.ts";

/** Pieces of bytes, each good until the next one is asked for. */
export type Pieces = AsyncIterator<Uint8Array, void, void>;

/** Bytes of the longest number. */
export const LONGEST_NUMBER = 10;

const NO_PIECES: Pieces = { next: () => Promise.resolve({ done: true, value: undefined }) };

export class Cursor {
  /** What is there. */
  bytes: Uint8Array;
  at = 0;
  /** What is read may not reach beyond it: the end of what is there, or of what is in hand. */
  end: number;
  readonly #pieces: Pieces;
  /** Bytes before those that are there. */
  #before = 0;

  /**
   * @param bytes all, or the first piece
   * @param pieces what follows it
   */
  constructor(bytes: Uint8Array, pieces: Pieces = NO_PIECES) {
    this.bytes = bytes;
    this.end = bytes.length;
    this.#pieces = pieces;
  }

  /** Counted from the beginning of all pieces. */
  get position(): number {
    return this.#before + this.at;
  }

  /**
   * A zigzag number of 7 bits a byte, lowest first. One of 64 bits may be rounded.
   *
   * @throws CorruptRecords
   */
  number(mostBytes = 5): number {
    const { bytes, end } = this;
    if (this.at >= end) throw cutOff();
    const first = bytes[this.at++]!;
    if (first < 0x80) return first >>> 1 ^ -(first & 1);
    let value = first & 0x7f;
    let scale = 128;
    for (let i = 1; i < mostBytes; i++) {
      if (this.at >= end) throw cutOff();
      const next = bytes[this.at++]!;
      value += (next & 0x7f) * scale;
      if (next < 0x80) return (first & 1) === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
    throw new CorruptRecords("a number in its records has no end");
  }

  /** @throws CorruptRecords */
  skip(length: number): void {
    if (length < 0) throw new CorruptRecords(`a part of a record is ${length} bytes long`);
    if (length > this.end - this.at) throw cutOff();
    this.at += length;
  }

  /** True where so many bytes are there. */
  holds(length: number): boolean {
    return length <= this.end - this.at;
  }

  /** True where a number, if there is one, is there as a whole. */
  hasNumber(): boolean {
    return this.end - this.at >= LONGEST_NUMBER;
  }

  /** Puts the next piece behind what is left; false where there is none. */
  async gather(): Promise<boolean> {
    // A copy: what is there is gone when the next piece comes.
    const rest = this.bytes.slice(this.at);
    const { done, value } = await this.#pieces.next();
    this.#before += this.at;
    this.at = 0;
    if (done === true) this.bytes = rest;
    else if (rest.length === 0) this.bytes = value;
    else {
      this.bytes = new Uint8Array(rest.length + value.length);
      this.bytes.set(rest);
      this.bytes.set(value, rest.length);
    }
    this.end = this.bytes.length;
    return done !== true;
  }

  /** Has the next number there as a whole, if there is one. */
  async numberAhead(): Promise<void> {
    while (!this.hasNumber() && await this.gather());
  }

  /**
   * Passes over bytes that may lie in several pieces.
   *
   * @param each is handed them, from piece to piece
   */
  async skipAcross(
    length: number,
    each: (bytes: Uint8Array, from: number, to: number) => void = () => {},
  ): Promise<void> {
    if (length < 0) this.skip(length);
    for (let left = length; left > 0;) {
      const from = this.at;
      this.at += Math.min(left, this.end - from);
      left -= this.at - from;
      each(this.bytes, from, this.at);
      if (left > 0 && !await this.gather()) throw cutOff();
    }
  }
}

/** What there is ends before what it holds. */
export function cutOff(): CorruptRecords {
  return new CorruptRecords("its records are cut off");
}
