/** xxHash32 with seed 0, of bytes that come in pieces: the checksum of lz4's frames (xxhash.com). */

const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;
const STRIPE = 16;

/** Of the bytes `from` to `to`, as an unsigned number of 32 bits. */
export function xxhash32(bytes: Uint8Array, from: number, to: number): number {
  const hash = new XxHash32();
  hash.update(bytes, from, to);
  return hash.digest();
}

export class XxHash32 {
  readonly #lanes = Int32Array.of(PRIME_1 + PRIME_2, PRIME_2, 0, -PRIME_1);
  /** What does not fill a stripe yet. */
  readonly #rest = new Uint8Array(STRIPE);
  #restLength = 0;
  #length = 0;

  update(bytes: Uint8Array, from: number, to: number): void {
    this.#length += to - from;
    let at = from;
    if (this.#restLength > 0) {
      while (at < to && this.#restLength < STRIPE) this.#rest[this.#restLength++] = bytes[at++]!;
      if (this.#restLength < STRIPE) return;
      this.#mix(this.#rest, 0, STRIPE);
      this.#restLength = 0;
    }
    const whole = to - (to - at) % STRIPE;
    this.#mix(bytes, at, whole);
    for (at = whole; at < to; at++) this.#rest[this.#restLength++] = bytes[at]!;
  }

  /** Unsigned, of 32 bits. */
  digest(): number {
    const [a, b, c, d] = this.#lanes as unknown as [number, number, number, number];
    let hash = this.#length >= STRIPE
      ? rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)
      : PRIME_5;
    hash = hash + this.#length | 0;
    const rest = this.#rest;
    let at = 0;
    for (; at + 4 <= this.#restLength; at += 4) {
      hash = hash + Math.imul(wordAt(rest, at), PRIME_3) | 0;
      hash = Math.imul(rotate(hash, 17), PRIME_4);
    }
    for (; at < this.#restLength; at++) {
      hash = hash + Math.imul(rest[at]!, PRIME_5) | 0;
      hash = Math.imul(rotate(hash, 11), PRIME_1);
    }
    hash = Math.imul(hash ^ hash >>> 15, PRIME_2);
    hash = Math.imul(hash ^ hash >>> 13, PRIME_3);
    return (hash ^ hash >>> 16) >>> 0;
  }

  #mix(bytes: Uint8Array, from: number, to: number): void {
    const lanes = this.#lanes;
    let [a, b, c, d] = lanes as unknown as [number, number, number, number];
    for (let at = from; at < to; at += STRIPE) {
      a = round(a, wordAt(bytes, at));
      b = round(b, wordAt(bytes, at + 4));
      c = round(c, wordAt(bytes, at + 8));
      d = round(d, wordAt(bytes, at + 12));
    }
    lanes[0] = a;
    lanes[1] = b;
    lanes[2] = c;
    lanes[3] = d;
  }
}

function round(lane: number, word: number): number {
  return Math.imul(rotate(lane + Math.imul(word, PRIME_2) | 0, 13), PRIME_1);
}

function rotate(word: number, bits: number): number {
  return word << bits | word >>> 32 - bits;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24;
}
