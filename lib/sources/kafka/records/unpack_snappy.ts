/**
 * snappy (github.com/google/snappy, format_description.txt), in the two forms that producers write: one
 * raw block (librdkafka and most others), or the framing of the xerial library (Java), in which blocks
 * follow each other after a header.
 */
import { CorruptRecords } from "./corrupt.ts";
import { SlidingOutput } from "./sliding_output.ts";

/**
 * How the framing begins; then come its version and the oldest one that is compatible, of 4 bytes
 * each. No raw block begins so: read as one, its first element would copy what is not there yet.
 */
const XERIAL_MAGIC = Uint8Array.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER = XERIAL_MAGIC.length + 8;

/** A raw block's most compact element, a copy of 64 bytes, takes 3. */
const HIGHEST_RATIO = 64 / 3;

/** Bytes that come out at once of a block that holds more. */
const PIECE = 1024 * 1024;
/** Bytes up to which a loop is faster than a view. */
const SHORT = 40;

/** @throws CorruptRecords */
export function* unpackSnappy(packed: Uint8Array): Generator<Uint8Array, void, void> {
  if (!XERIAL_MAGIC.every((byte, at) => packed[at] === byte)) return yield* unpackBlock(packed);
  if (packed.length < XERIAL_HEADER) throw cut("its header");
  for (let at = XERIAL_HEADER; at < packed.length;) {
    const start = at + 4;
    if (start > packed.length) throw cut("the length of a block");
    const end = start + (packed[at]! * 2 ** 24 + (packed[at + 1]! << 16) +
      (packed[at + 2]! << 8) + packed[at + 3]!);
    if (end > packed.length) throw cut("its last block");
    yield* unpackBlock(packed.subarray(start, end));
    at = end;
  }
}

function* unpackBlock(block: Uint8Array): Generator<Uint8Array, void, void> {
  const { length, end } = lengthOf(block);
  if (length > block.length * HIGHEST_RATIO) {
    throw corrupt(`${block.length} bytes say that they hold ${length}`);
  }
  const output = new SlidingOutput(Math.min(length, PIECE));
  const elements = new Elements(block, end);
  while (!elements.isDone) {
    elements.unpack(output, length - output.length);
    yield output.take();
    output.slide();
  }
  if (output.length !== length) throw corrupt("it holds less than it says");
}

/** The elements of a raw block, unpacked until the output is full. */
class Elements {
  readonly #block: Uint8Array;
  #at: number;
  /** Bytes of the element in hand that are not unpacked yet: of a literal, or of a copy. */
  #literal = 0;
  #copy = 0;
  /** How far the copy lies back. */
  #distance = 0;

  constructor(block: Uint8Array, at: number) {
    this.#block = block;
    this.#at = at;
  }

  get isDone(): boolean {
    return this.#at === this.#block.length && this.#literal === 0 && this.#copy === 0;
  }

  /** @param most bytes that may come out yet */
  unpack(output: SlidingOutput, most: number): void {
    const block = this.#block;
    const end = block.length;
    const to = output.bytes;
    const last = output.fill + most;
    const full = to.length;
    let at = this.#at;
    let fill = output.fill;
    let literal = this.#literal;
    let copy = this.#copy;
    let distance = this.#distance;
    for (;;) {
      if (literal > 0) {
        const taken = Math.min(literal, full - fill);
        if (taken > SHORT) {
          to.set(block.subarray(at, at + taken), fill);
          fill += taken;
          at += taken;
        } else for (const stop = at + taken; at < stop;) to[fill++] = block[at++]!;
        literal -= taken;
        if (literal > 0) break;
      } else if (copy > 0) {
        const taken = Math.min(copy, full - fill);
        for (const stop = fill + taken; fill < stop; fill++) to[fill] = to[fill - distance]!;
        copy -= taken;
        if (copy > 0) break;
      }
      if (at === end) break;
      const tag = block[at++]!;
      const kind = tag & 3;
      if (kind === 0) {
        literal = tag >>> 2;
        if (literal >= 60) {
          const bytes = literal - 59;
          literal = 0;
          if (bytes > end - at) throw cut("a literal");
          for (let i = 0; i < bytes; i++) literal += block[at++]! * 2 ** (8 * i);
        }
        literal++;
        if (literal > end - at) throw cut("a literal");
        if (literal > last - fill) throw tooMuch();
        continue;
      }
      if (kind === 1) {
        copy = (tag >>> 2 & 7) + 4;
        if (at >= end) throw cut("a copy");
        distance = (tag >>> 5) * 256 + block[at++]!;
      } else {
        copy = (tag >>> 2) + 1;
        const bytes = kind === 2 ? 2 : 4;
        if (bytes > end - at) throw cut("a copy");
        distance = block[at]! + block[at + 1]! * 256;
        if (kind === 3) distance += block[at + 2]! * 2 ** 16 + block[at + 3]! * 2 ** 24;
        at += bytes;
      }
      if (distance === 0 || distance > fill) throw corrupt(`a copy lies ${distance} bytes back`);
      if (copy > last - fill) throw tooMuch();
    }
    this.#at = at;
    output.fill = fill;
    this.#literal = literal;
    this.#copy = copy;
    this.#distance = distance;
  }
}

/** The block begins with the length of its content, in 7 bits a byte, lowest first. */
function lengthOf(block: Uint8Array): { length: number; end: number } {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    if (at >= block.length) throw cut("its length");
    const next = block[at]!;
    length += (next & 0x7f) * 2 ** (7 * at);
    if (next < 0x80) return { length, end: at + 1 };
  }
  throw corrupt("its length has no end");
}

function tooMuch(): CorruptRecords {
  return corrupt("it holds more than it says");
}

function cut(what: string): CorruptRecords {
  return corrupt(`${what} is cut off`);
}

function corrupt(reason: string): CorruptRecords {
  return new CorruptRecords(`its snappy data is corrupt: ${reason}`);
}
