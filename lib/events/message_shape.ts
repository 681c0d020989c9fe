/**
 * The layout that the messages of one producer have in common: the same keys in the same order, with
 * the same spaces. A message that agrees with it byte by byte, but for its values, is valid JSON as
 * surely as the one that the layout was learned from, and its members lie where they lay there: what
 * is left to look at are the values.
 *
 * A scan that knows nothing ({@link JsonScanner}) looks at each byte, finds the end of each key and
 * looks the key up. Comparing keys and punctuation, more than half of a message, four bytes at a time
 * makes decoding take two thirds of the time (`bench/decode.ts`).
 */
import { type JsonScanner, Kind, STRING_STOP } from "./json_scanner.ts";
import { viewOf } from "./view_of.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;

/** A message with more values, or more bytes between them, is not learned. */
const MOST_VALUES = 64;
const MOST_LITERAL_BYTES = 4096;

/** Values and what lies between them: run 0, value 0, run 1, value 1 ... the last run. */
export class MessageShape {
  /** The message that was learned. */
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Where each run begins and ends in it. */
  readonly #froms: Int32Array;
  readonly #tos: Int32Array;
  /** Of each value: whether it is a string (its quotes belong to the runs), else a number. */
  readonly #isString: Uint8Array;
  /** The slot that it is the last value of, or -1. */
  readonly #slots: Int32Array;
  /** Bytes that it is likely to have; 0 for a value that has to be looked through. */
  readonly #lengths: Int32Array;
  /** The scanner's kinds, where a value does not change them. */
  readonly #kinds: Uint8Array;
  /** The slot whose object's place is told, and the runs and bytes in them where it begins and ends. */
  readonly #object: { slot: number; run: number; byte: number; lastRun: number; lastByte: number };

  private constructor(
    bytes: Uint8Array,
    tokens: Tokens,
    kinds: Uint8Array,
    slots: Int32Array,
    lengths: Int32Array,
    object: { slot: number; start: number; end: number },
  ) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#froms = Int32Array.from(tokens.froms);
    this.#tos = Int32Array.from(tokens.tos);
    this.#isString = Uint8Array.from(tokens.isString);
    this.#kinds = kinds;
    this.#slots = slots;
    this.#lengths = lengths;
    const runOf = (byte: number) => tokens.tos.findIndex((to) => byte < to);
    const run = runOf(object.start);
    // The object ends behind its last byte, which is a bracket.
    const lastRun = runOf(object.end - 1);
    this.#object = {
      slot: object.slot,
      run,
      byte: object.start - tokens.froms[run]!,
      lastRun,
      lastByte: object.end - tokens.froms[lastRun]!,
    };
  }

  /**
   * Learns the layout of the message that the scanner has just found valid; undefined where it is not
   * worth it, or has strings that are more than their bytes.
   *
   * @param objectSlot the member, an object, whose place is told by {@link match}
   * @param checked whether whoever uses this looks at each byte of a slot's string: {@link match} need
   * not then
   */
  static learn(
    scanner: JsonScanner,
    bytes: Uint8Array,
    start: number,
    end: number,
    objectSlot: number,
    checked: (slot: number) => boolean,
  ): MessageShape | undefined {
    if (scanner.badText || scanner.tooDeep || scanner.hasHighBytes) return undefined;
    const copy = bytes.slice(start, end);
    const tokens = tokensOf(copy);
    if (tokens === undefined) return undefined;
    const count = tokens.isString.length;
    const slots = new Int32Array(count).fill(-1);
    const lengths = new Int32Array(count);
    const kinds = scanner.kinds.slice();
    for (let slot = 0; slot < kinds.length; slot++) {
      const kind = kinds[slot]!;
      if (kind !== Kind.STRING && kind !== Kind.INTEGER && kind !== Kind.DECIMAL) continue;
      const from = scanner.starts[slot]! - start;
      const value = tokens.tos.indexOf(from);
      if (value < 0 || value >= count) return undefined;
      slots[value] = slot;
      if (kind === Kind.STRING && checked(slot)) lengths[value] = tokens.froms[value + 1]! - from;
    }
    return new MessageShape(copy, tokens, kinds, slots, lengths, {
      slot: objectSlot,
      start: scanner.starts[objectSlot]! - start,
      end: scanner.ends[objectSlot]! - start,
    });
  }

  /**
   * Whether `bytes[start, end)` has this layout; the scanner's fields describe it then, as if it had
   * scanned it. But: a string that `checked` was said of may hold anything.
   */
  match(scanner: JsonScanner, bytes: Uint8Array, start: number, end: number): boolean {
    const { starts, ends, kinds } = scanner;
    const [learned, learnedView, froms, tos] = [this.#bytes, this.#view, this.#froms, this.#tos];
    const [isString, slots, lengths, object] = [
      this.#isString,
      this.#slots,
      this.#lengths,
      this.#object,
    ];
    const view = viewOf(bytes);
    const base = bytes.byteOffset;
    const lastRun = froms.length - 1;
    kinds.set(this.#kinds);
    let at = start;
    for (let run = 0;; run++) {
      const from = froms[run]!;
      const length = tos[run]! - from;
      if (at + length > end) return false;
      let i = 0;
      for (; i + 4 <= length; i += 4) {
        if (view.getInt32(base + at + i, true) !== learnedView.getInt32(from + i, true)) {
          return false;
        }
      }
      for (; i < length; i++) if (bytes[at + i] !== learned[from + i]) return false;
      if (run === object.run) starts[object.slot] = at + object.byte;
      if (run === object.lastRun) ends[object.slot] = at + object.lastByte;
      at += length;
      if (run === lastRun) break;
      const valueStart = at;
      let kind: number = Kind.STRING;
      if (isString[run] === 1) {
        const likely = at + lengths[run]!;
        if (likely > at && likely < end && bytes[likely] === QUOTE) at = likely;
        else while (at < end && STRING_STOP[bytes[at]!] === 0) at++;
        // The next run begins with the quote that has to follow.
      } else {
        if (bytes[at] === MINUS) at++;
        const first = at;
        at = afterDigits(bytes, at, end);
        if (at === first || (at - first > 1 && bytes[first] === ZERO)) return false;
        kind = Kind.INTEGER;
        if (at < end && bytes[at] === DOT) {
          const fraction = at + 1;
          at = afterDigits(bytes, fraction, end);
          if (at === fraction) return false;
          kind = Kind.DECIMAL;
        }
        // No run begins with what could go on with a number: an exponent is another layout.
      }
      const slot = slots[run]!;
      if (slot >= 0) {
        starts[slot] = valueStart;
        ends[slot] = at;
        kinds[slot] = kind;
      }
    }
    if (at !== end) return false;
    scanner.rootKind = Kind.OBJECT;
    scanner.tooDeep = scanner.badText = scanner.hasHighBytes = false;
    return true;
  }
}

/** Where runs begin and end, and which of the values between them are strings. */
interface Tokens {
  froms: number[];
  tos: number[];
  isString: number[];
}

/** Takes a valid text of plain characters apart. Undefined for what is too much, or has escapes. */
function tokensOf(bytes: Uint8Array): Tokens | undefined {
  const froms = [0];
  const tos: number[] = [];
  const isString: number[] = [];
  const value = (from: number, to: number, string: boolean) => {
    tos.push(from);
    froms.push(to);
    isString.push(string ? 1 : 0);
  };
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      const close = bytes.indexOf(QUOTE, at + 1);
      if (bytes.subarray(at, close).includes(BACKSLASH)) return undefined;
      let after = close + 1;
      while (after < bytes.length && bytes[after]! <= 0x20) after++;
      // In a valid text a string before a colon is a key, and any other is a value.
      if (bytes[after] !== COLON) value(at + 1, close, true);
      at = close + 1;
    } else if (byte === MINUS || isDigit(byte)) {
      let after = at + 1;
      while (after < bytes.length && isOfNumber(bytes[after]!)) after++;
      value(at, after, false);
      at = after;
    } else at++;
  }
  tos.push(bytes.length);
  const literal = tos.reduce((sum, to, run) => sum + to - froms[run]!, 0);
  const isTooMuch = isString.length > MOST_VALUES || literal > MOST_LITERAL_BYTES;
  return isTooMuch ? undefined : { froms, tos, isString };
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}

/** Digits, signs, a point, an `e` of any case. */
function isOfNumber(byte: number): boolean {
  return isDigit(byte) || byte === MINUS || byte === DOT || byte === 0x2b || (byte | 0x20) === 0x65;
}

function afterDigits(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && isDigit(bytes[at]!)) at++;
  return at;
}
