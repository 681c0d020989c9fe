/**
 * A 64-bit hash of a version: (object_type, object_id, sent_dttm, payload). With the sent time, which
 * the window compares beside it, two versions that differ are taken for one with a probability
 * below 2^-64 times the versions sent at that very moment.
 *
 * Multiply-rotate lanes as in MurmurHash3, with multipliers drawn anew in each process: a sender
 * cannot search for a message that hides another. Hashes are never stored.
 */
import type { Moment } from "./values.ts";
import { viewOf } from "./view_of.ts";

/** Hashes versions one after the other; `low` and `high` are of the last one. */
export class VersionHasher {
  /** 32 bits each, as signed integers. */
  low = 0;
  high = 0;
  readonly #secrets: Int32Array;

  /** @param random fills an array with random numbers @default crypto.getRandomValues */
  constructor(random: (array: Int32Array) => void = (array) => crypto.getRandomValues(array)) {
    this.#secrets = new Int32Array(6);
    random(this.#secrets);
    // A multiplier must be odd, or bits are lost.
    for (let i = 0; i < 4; i++) this.#secrets[i]! |= 1;
  }

  /** Begins a version with all of it but the payload. `id` is a UUID of 36 characters, any case. */
  begin(type: number, id: Uint8Array, from: number, sent: Moment): void {
    this.low = this.#secrets[4]! ^ type;
    this.high = this.#secrets[5]! ^ type;
    this.#mix(sent.seconds | 0);
    this.#mix((sent.seconds / 0x100000000) | 0);
    this.#mix(sent.micros);
    // Lower case: 0x20 changes no digit and no hyphen.
    const view = viewOf(id);
    const first = id.byteOffset + from;
    for (let at = first; at < first + 36; at += 4) {
      this.#mix(view.getInt32(at, true) | 0x20202020);
    }
  }

  /** Ends it with the payload's characters, `bytes[from, to)`. */
  end(bytes: Uint8Array, from: number, to: number): void {
    const [first, second, third, fourth] = this.#secrets as unknown as [
      number,
      number,
      number,
      number,
    ];
    let low = this.low;
    let high = this.high;
    const view = viewOf(bytes);
    const base = bytes.byteOffset;
    let at = from;
    for (; at + 4 <= to; at += 4) {
      const value = view.getInt32(base + at, true);
      low = Math.imul(rotate(low ^ Math.imul(value, first), 13), second);
      high = Math.imul(rotate(high ^ Math.imul(value, third), 17), fourth);
    }
    this.low = low;
    this.high = high;
    let rest = 0;
    for (; at < to; at++) rest = (rest << 8) | bytes[at]!;
    this.#mix(rest);
    this.#mix(to - from);
    this.low = finish(this.low ^ this.high);
    this.high = finish(this.high + Math.imul(this.low, first));
  }

  #mix(value: number): void {
    const secrets = this.#secrets;
    this.low = Math.imul(rotate(this.low ^ Math.imul(value, secrets[0]!), 13), secrets[1]!);
    this.high = Math.imul(rotate(this.high ^ Math.imul(value, secrets[2]!), 17), secrets[3]!);
  }
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** The finalizer of MurmurHash3 (Austin Appleby, public domain): each bit depends on all. */
function finish(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
