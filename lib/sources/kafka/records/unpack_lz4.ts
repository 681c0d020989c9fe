/**
 * lz4 frames (github.com/lz4/lz4, doc/lz4_Frame_format.md and lz4_Block_format.md), with all checksums
 * that they may hold.
 *
 * Here rather than by a library: what unpacks a frame at once makes 1.7 GB of 400 KB that hold one
 * message of 400 MB, and lz4js gives wrong bytes for frames with block checksums.
 */
import { CorruptRecords } from "./corrupt.ts";
import { SlidingOutput } from "./sliding_output.ts";
import { XxHash32, xxhash32 } from "./xxhash32.ts";

const MAGIC = 0x184d2204;
/** Frames that a reader passes over: any of 16 magic numbers, a length, and as many bytes. */
const SKIPPABLE_MAGIC = 0x184d2a50;

/** Bits of the byte after the magic number. */
const HAS_DICTIONARY_ID = 0x01;
const HAS_CONTENT_CHECKSUM = 0x04;
const HAS_CONTENT_SIZE = 0x08;
const HAS_BLOCK_CHECKSUMS = 0x10;
const HAS_INDEPENDENT_BLOCKS = 0x20;
const VERSION = 0x40;
const VERSION_BITS = 0xc0;

/** Bit of a block's size which says that the block is not compressed. */
const IS_PLAIN = 0x8000_0000;
/** The shortest copy. */
const LEAST_COPY = 4;
/** Bytes up to which a loop is faster than a view, and than a call. */
const SHORT = 40;
const LONG = 64;

export interface Lz4Options {
  /**
   * Does not look at the header's checksum: Kafka's clients made it of the wrong bytes in message
   * format 0 (KAFKA-3160).
   *
   * @default false
   */
  anyHeaderChecksum?: boolean;
}

/** @throws CorruptRecords */
export function* unpackLz4(
  packed: Uint8Array,
  options: Lz4Options = {},
): Generator<Uint8Array, void, void> {
  const input = new Input(packed);
  do {
    const magic = input.word();
    if ((magic & 0xfffffff0) === SKIPPABLE_MAGIC) input.skip(input.word());
    else if (magic === MAGIC) yield* unpackFrame(input, options);
    else throw corrupt("it does not begin as a frame");
  } while (input.at < packed.length);
}

function* unpackFrame(
  input: Input,
  { anyHeaderChecksum = false }: Lz4Options,
): Generator<Uint8Array, void, void> {
  const { bytes } = input;
  const headerStart = input.at;
  const flags = input.byte();
  const has = (flag: number) => (flags & flag) !== 0;
  if ((flags & VERSION_BITS) !== VERSION) throw corrupt("its version is not known");
  if (has(HAS_DICTIONARY_ID)) throw corrupt("it needs a dictionary");
  const mostOfBlock = 2 ** (8 + 2 * (input.byte() >>> 4 & 7));
  if (mostOfBlock < 2 ** 16) throw corrupt("its blocks have no size");
  const contentSize = has(HAS_CONTENT_SIZE) ? input.word() + input.word() * 2 ** 32 : undefined;
  const headerEnd = input.at;
  const headerChecksum = xxhash32(bytes, headerStart, headerEnd) >>> 8 & 0xff;
  if (input.byte() !== headerChecksum && !anyHeaderChecksum) throw corrupt("its header is damaged");
  const hash = has(HAS_CONTENT_CHECKSUM) ? new XxHash32() : undefined;
  const output = new SlidingOutput(mostOfBlock);
  for (let size = input.word(); size !== 0; size = input.word()) {
    const start = input.at;
    input.skip(size % IS_PLAIN);
    const end = input.at;
    if (has(HAS_BLOCK_CHECKSUMS) && input.word() !== xxhash32(bytes, start, end)) {
      throw corrupt("a block's checksum is wrong");
    }
    output.slide();
    const most = output.fill + mostOfBlock;
    if (size >= IS_PLAIN) takePlain(bytes, start, end, output, most);
    // Where a frame's blocks depend on each other, a copy may lie in the one before.
    else unpackBlock(bytes, start, end, output, most, has(HAS_INDEPENDENT_BLOCKS));
    const piece = output.take();
    hash?.update(piece, 0, piece.length);
    yield piece;
  }
  if (hash !== undefined && input.word() !== hash.digest()) throw corrupt("its checksum is wrong");
  if (contentSize !== undefined && contentSize !== output.length) {
    throw corrupt(`it holds ${output.length} bytes and says ${contentSize}`);
  }
}

function takePlain(
  bytes: Uint8Array,
  start: number,
  end: number,
  output: SlidingOutput,
  most: number,
): void {
  if (end - start > most - output.fill) throw tooMuch();
  output.bytes.set(bytes.subarray(start, end), output.fill);
  output.fill += end - start;
}

/** @param most where the output has to end */
function unpackBlock(
  bytes: Uint8Array,
  start: number,
  end: number,
  output: SlidingOutput,
  most: number,
  isIndependent: boolean,
): void {
  const to = output.bytes;
  const origin = isIndependent ? output.fill : 0;
  let at = start;
  let fill = output.fill;
  for (;;) {
    if (at >= end) throw cutOff();
    const token = bytes[at++]!;
    let literal = token >>> 4;
    if (literal === 15) {
      let more;
      do {
        if (at >= end) throw cutOff();
        literal += more = bytes[at++]!;
      } while (more === 255);
    }
    if (literal > end - at) throw cutOff();
    if (literal > most - fill) throw tooMuch();
    if (literal > SHORT) {
      to.set(bytes.subarray(at, at + literal), fill);
      fill += literal;
      at += literal;
    } else for (const stop = at + literal; at < stop;) to[fill++] = bytes[at++]!;
    // The last sequence has only literals.
    if (at === end) break;
    if (at + 2 > end) throw cutOff();
    const distance = bytes[at]! | bytes[at + 1]! << 8;
    at += 2;
    if (distance === 0 || distance > fill - origin) throw corrupt("a copy begins before its block");
    let copy = token & 15;
    if (copy === 15) {
      let more;
      do {
        if (at >= end) throw cutOff();
        copy += more = bytes[at++]!;
      } while (more === 255);
    }
    copy += LEAST_COPY;
    if (copy > most - fill) throw tooMuch();
    if (copy > LONG && distance >= copy) {
      to.copyWithin(fill, fill - distance, fill - distance + copy);
      fill += copy;
    } else if (copy > LONG && distance === 1) {
      to.fill(to[fill - 1]!, fill, fill + copy);
      fill += copy;
    } else for (const stop = fill + copy; fill < stop; fill++) to[fill] = to[fill - distance]!;
  }
  output.fill = fill;
}

/** Little-endian numbers, one after the other. */
class Input {
  at = 0;

  constructor(readonly bytes: Uint8Array) {}

  skip(length: number): void {
    if (length > this.bytes.length - this.at) throw corrupt("it is cut off");
    this.at += length;
  }

  byte(): number {
    this.skip(1);
    return this.bytes[this.at - 1]!;
  }

  /** Unsigned, of 32 bits. */
  word(): number {
    this.skip(4);
    const { bytes, at } = this;
    return (bytes[at - 4]! | bytes[at - 3]! << 8 | bytes[at - 2]! << 16 | bytes[at - 1]! << 24) >>>
      0;
  }
}

function cutOff(): CorruptRecords {
  return corrupt("a block is cut off");
}

function tooMuch(): CorruptRecords {
  return corrupt("a block holds more than its frame allows");
}

function corrupt(reason: string): CorruptRecords {
  return new CorruptRecords(`its lz4 frame is corrupt: ${reason}`);
}
