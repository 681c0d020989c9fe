/**
 * Rows in the binary format of PostgreSQL's COPY (documentation of COPY, "Binary Format"), in one
 * growing buffer. Against the text format it spares the server the reading of times, numbers and
 * UUIDs, and us all escaping: landing takes three quarters of the time (`bench/land.ts`).
 */
import { bytePool } from "../../runtime/byte_pool.ts";
import type { Moment } from "../../events/values.ts";

/** The signature, no flags, and no header extension. */
const HEADER = new Uint8Array([
  ...new TextEncoder().encode("PGCOPY\n"),
  0xff,
  0x0d,
  0x0a,
  0,
  ...new Uint8Array(8),
]);
const TRAILER = new Uint8Array([0xff, 0xff]);
const NOTHING = new Uint8Array();

/** Up to this many bytes a loop beats the call that copies natively. */
const SHORT = 48;
/** Seconds from 0001-01-01, where a moment counts from, to 2000-01-01, where PostgreSQL does. */
const EPOCH_SECONDS = 730_119 * 86_400;
const TWO_TO_16 = 0x10000;
const TWO_TO_32 = 0x100000000;
/** Integers of up to this many digits are exact in a double. */
const EXACT_DIGITS = 15;
/** Digits of the base in which a numeric is sent (src/backend/utils/adt/numeric.c, `NBASE`). */
const NUMERIC_BASE = 10_000n;

export class RowBuffer {
  /** Of the pool; empty before the first row. */
  #bytes = NOTHING;
  #view = new DataView(NOTHING.buffer);
  #length = 0;
  readonly #firstSize: number;
  #released = false;
  /** Somebody was handed a view. */
  #shown = false;
  /** Where each row ends. */
  readonly #ends: number[] = [];
  /** Of which message each row came: its index in the batch. */
  readonly #messages: number[] = [];

  /** @param size bytes to begin with: growing costs a copy each time */
  constructor(size = 4096) {
    this.#firstSize = size;
  }

  /** Bytes in use. */
  get length(): number {
    return this.#length;
  }

  get rows(): number {
    return this.#ends.length;
  }

  /**
   * The rows from `from` up to `to`, as COPY takes them, in pieces that follow each other. They are
   * views, good until {@link release}.
   */
  pieces(from = 0, to = this.rows): Uint8Array[] {
    if (this.#released) throw new Error("Rows were used after their release");
    this.#shown = true;
    const start = from === 0 ? 0 : this.#ends[from - 1];
    const end = to === 0 ? 0 : this.#ends[to - 1];
    return [HEADER, this.#bytes.subarray(start, end), TRAILER];
  }

  messageOf(row: number): number {
    return this.#messages[row]!;
  }

  /** Begins a row; its values may not need more bytes than this in all. */
  beginRow(values: number, bytes: number): void {
    this.#reserve(bytes + 2);
    this.#view.setInt16(this.#length, values);
    this.#length += 2;
  }

  /** Ends a row that came of the given message. */
  endRow(message: number): void {
    this.#ends.push(this.#length);
    this.#messages.push(message);
  }

  /**
   * Gives the memory to other rows. For the owner, once, when no COPY that was ever given these rows can
   * read them any more: it was committed, and none before it failed. Using the rows afterwards throws.
   */
  release(): void {
    if (this.#released) throw new Error("Rows were released twice");
    this.#released = true;
    if (this.#bytes.length > 0) bytePool.give(this.#bytes);
    this.#bytes = NOTHING;
    this.#view = new DataView(NOTHING.buffer);
  }

  null(): void {
    this.#size(-1);
  }

  /** A text or bytea: its bytes as they are. */
  bytes(bytes: Uint8Array, from = 0, to = bytes.length): void {
    this.#size(to - from);
    const out = this.#bytes;
    let at = this.#length;
    if (to - from > SHORT) out.set(bytes.subarray(from, to), at);
    else for (let i = from; i < to; i++) out[at++] = bytes[i]!;
    this.#length += to - from;
  }

  /** A UUID's 16 bytes. */
  uuid(bytes: Uint8Array): void {
    this.#size(16);
    const out = this.#bytes;
    const at = this.#length;
    for (let i = 0; i < 16; i++) out[at + i] = bytes[i]!;
    this.#length += 16;
  }

  /** A smallint of at most 3 digits, in decimal. */
  int2(bytes: Uint8Array, from: number, to: number): void {
    this.#size(2);
    this.#view.setInt16(this.#length, digitsOf(bytes, from, to));
    this.#length += 2;
  }

  int4(value: number): void {
    this.#size(4);
    this.#view.setInt32(this.#length, value);
    this.#length += 4;
  }

  /** A bigint that is exact as a number. */
  int8(value: number): void {
    this.#size(8);
    this.#long(Math.floor(value / TWO_TO_32), value % TWO_TO_32);
  }

  /** A bigint in decimal, of all 64 bits. */
  decimal(bytes: Uint8Array, from: number, to: number): void {
    this.#size(8);
    const isNegative = bytes[from] === 0x2d;
    const first = isNegative ? from + 1 : from;
    if (to - first > EXACT_DIGITS) {
      this.#view.setBigInt64(this.#length, BigInt(asciiOf(bytes, from, to)));
      this.#length += 8;
      return;
    }
    const digits = digitsOf(bytes, first, to);
    const value = isNegative ? -digits : digits;
    const high = Math.floor(value / TWO_TO_32);
    this.#long(high, value - high * TWO_TO_32);
  }

  /** A timestamp: see {@link writeTimestamp}. */
  timestamp(moment: Moment): void {
    this.#size(8);
    writeTimestamp(this.#view, this.#length, moment);
    this.#length += 8;
  }

  boolean(value: boolean): void {
    this.#size(1);
    this.#bytes[this.#length++] = value ? 1 : 0;
  }

  /**
   * Says of each row, in the boolean that ends it, whether it is of a time at or after the given one.
   *
   * @param at where the row's timestamp lies, in bytes from the row's beginning
   */
  markFrom(moment: Moment, at: number): void {
    if (this.#shown) throw new Error("Rows were changed after they were shown");
    const limit = new DataView(new ArrayBuffer(8));
    writeTimestamp(limit, 0, moment);
    const limitHigh = limit.getInt32(0);
    const limitLow = limit.getUint32(4);
    let start = 0;
    for (const end of this.#ends) {
      const high = this.#view.getInt32(start + at);
      const isFrom = high > limitHigh ||
        (high === limitHigh && this.#view.getUint32(start + at + 4) >= limitLow);
      this.#bytes[end - 1] = isFrom ? 1 : 0;
      start = end;
    }
  }

  /** A positive numeric with 6 decimals (numeric.c, `numeric_send`). */
  numeric(millionths: bigint): void {
    // Six decimals are one and a half groups of the base: two groups hold eight.
    const groups: number[] = [];
    for (let rest = millionths * 100n; rest > 0n; rest /= NUMERIC_BASE) {
      groups.unshift(Number(rest % NUMERIC_BASE));
    }
    this.#size(8 + 2 * groups.length);
    for (const value of [groups.length, groups.length - 3, 0, 6, ...groups]) {
      this.#view.setInt16(this.#length, value);
      this.#length += 2;
    }
  }

  #size(bytes: number): void {
    this.#view.setInt32(this.#length, bytes);
    this.#length += 4;
  }

  #long(high: number, low: number): void {
    this.#view.setInt32(this.#length, high);
    this.#view.setUint32(this.#length + 4, low);
    this.#length += 8;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    const before = this.#bytes;
    if (needed <= before.length) return;
    if (this.#released) throw new Error("Rows were used after their release");
    this.#bytes = bytePool.take(Math.max(needed, this.#firstSize, before.length * 2));
    this.#bytes.set(before.subarray(0, this.#length));
    this.#view = new DataView(this.#bytes.buffer);
    if (before.length > 0 && !this.#shown) bytePool.give(before);
  }
}

/** Microseconds from 2000-01-01, in 64 bits, which a double does not hold. */
function writeTimestamp(view: DataView, at: number, { seconds, micros }: Moment): void {
  const since = seconds - EPOCH_SECONDS;
  const sinceHigh = Math.floor(since / TWO_TO_16);
  const low = (since - sinceHigh * TWO_TO_16) * 1_000_000 + micros;
  // The value is upper * 2^16 and 16 bits more.
  const upper = sinceHigh * 1_000_000 + Math.floor(low / TWO_TO_16);
  const high = Math.floor(upper / TWO_TO_16);
  view.setInt32(at, high);
  view.setUint32(at + 4, (upper - high * TWO_TO_16) * TWO_TO_16 + low % TWO_TO_16);
}

function digitsOf(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + bytes[at]! - 0x30;
  return value;
}

function asciiOf(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}
