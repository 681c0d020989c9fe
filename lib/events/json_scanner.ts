/**
 * One pass over the bytes of a JSON text (RFC 8259): proves the grammar, and notes where the members
 * lie that finpipe looks at. Nothing is parsed that is not asked for, and no object is made.
 *
 * JSON.parse would leave the payload's span, depth, repeated keys and numbers beyond 2^53 to be found
 * by a second pass. Reading, judging and encoding a message takes 1.6 times what reading it and
 * JSON.parse alone take (`bench/decode.ts`).
 */

import { hexDigit } from "./json_text.ts";
import { KeyTable } from "./key_table.ts";

/** What stands at a member; `ABSENT` where the key did not occur. */
export const Kind = {
  ABSENT: 0,
  NULL: 1,
  BOOLEAN: 2,
  /** A number without fraction and exponent. */
  INTEGER: 3,
  /** Any other number. */
  DECIMAL: 4,
  /** A string without escapes: its bytes are its characters. */
  STRING: 5,
  /** A string with at least one escape. */
  ESCAPED: 6,
  OBJECT: 7,
  ARRAY: 8,
} as const;

/** More objects and arrays open at once than this are too deep (contract, section 1). */
export const MAX_DEPTH = 100;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/** Bytes inside a string at which its scan has to stop and look: 1, all others 0. */
export const STRING_STOP = new Uint8Array(256).map((_, byte) =>
  byte < 0x20 || byte >= 0x80 || byte === QUOTE || byte === BACKSLASH ? 1 : 0
);

/** What may follow a backslash, but for `u`. */
const SIMPLE_ESCAPES = new Set([...'"\\/bfnrt'].map((character) => character.charCodeAt(0)));

const LITERALS = [
  { bytes: new TextEncoder().encode("null"), kind: Kind.NULL },
  { bytes: new TextEncoder().encode("true"), kind: Kind.BOOLEAN },
  { bytes: new TextEncoder().encode("false"), kind: Kind.BOOLEAN },
];

/**
 * Scans texts one after the other; the fields describe the last one. Members are known by a slot:
 * `outer` keys of the top-level object first, then `inner` keys of the object under one of them.
 */
export class JsonScanner {
  /** Where each member's value begins, by slot. */
  readonly starts: Int32Array;
  /** Where it ends; for a string both are inside the quotes. */
  readonly ends: Int32Array;
  /** What it is; see {@link Kind}. */
  readonly kinds: Uint8Array;
  /** The kind of the top-level value. */
  rootKind: number = Kind.ABSENT;
  /** More than {@link MAX_DEPTH} containers were open at once. */
  tooDeep = false;
  /** A string or key holds U+0000 or a lone surrogate, written as an escape. */
  badText = false;
  /** A byte above 0x7f occurs in a string: whether it is UTF-8 is for the caller to prove. */
  hasHighBytes = false;

  readonly #outer: KeyTable;
  readonly #inner: KeyTable;
  readonly #parent: number;
  #bytes: Uint8Array = new Uint8Array();
  #end = 0;
  /** 1 for an open object, 0 for an open array. */
  #stack: Uint8Array = new Uint8Array(256);
  #escaped = false;

  /** @param parent the outer key whose object's members have the inner slots */
  constructor(outer: readonly string[], inner: readonly string[], parent: string) {
    this.#outer = new KeyTable(outer, 0);
    this.#inner = new KeyTable(inner, outer.length);
    this.#parent = outer.indexOf(parent);
    const slots = outer.length + inner.length;
    this.starts = new Int32Array(slots);
    this.ends = new Int32Array(slots);
    this.kinds = new Uint8Array(slots);
  }

  /** Scans `bytes[start, end)`; false where it is no JSON text. */
  scan(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#end = end;
    this.kinds.fill(Kind.ABSENT);
    this.rootKind = Kind.ABSENT;
    this.tooDeep = this.badText = this.hasHighBytes = false;
    const after = this.#scanValues(this.#skipSpace(start));
    return after >= 0 && this.#skipSpace(after) === end;
  }

  /** Scans the value at `at` with all that is nested in it; returns where it ends, -1 if invalid. */
  #scanValues(at: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let stack: Uint8Array = this.#stack;
    let depth = 0;
    /** Slot of the member whose value comes next, -1 where nobody asks. */
    let slot = -1;
    let insideParent = false;

    for (;;) {
      if (at >= end) return -1;
      const first = bytes[at]!;
      let kind: number;
      let from = at;
      let to: number;
      if (first === QUOTE) {
        this.#escaped = false;
        from = at + 1;
        at = this.#scanString(from);
        if (at < 0) return -1;
        to = at - 1;
        kind = this.#escaped ? Kind.ESCAPED : Kind.STRING;
      } else if (first === OPEN_OBJECT || first === OPEN_ARRAY) {
        const isObject = first === OPEN_OBJECT;
        kind = isObject ? Kind.OBJECT : Kind.ARRAY;
        this.#note(slot, kind, from, from);
        if (depth === 0) this.rootKind = kind;
        if (slot === this.#parent && depth === 1) insideParent = isObject;
        if (depth === stack.length) stack = this.#growStack();
        stack[depth++] = isObject ? 1 : 0;
        if (depth > MAX_DEPTH) this.tooDeep = true;
        at = this.#skipSpace(at + 1);
        if (at >= end) return -1;
        if (bytes[at] !== (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
          if (!isObject) {
            slot = -1;
            continue;
          }
          at = this.#scanKey(at, depth, insideParent);
          if (at < 0) return -1;
          slot = this.#slot;
          continue;
        }
        // Empty: the closing bracket is taken by the loop below.
        slot = -1;
        to = at;
      } else {
        kind = this.#scanScalar(at);
        if (kind === Kind.ABSENT) return -1;
        at = to = this.#after;
      }
      if (kind < Kind.OBJECT) {
        this.#note(slot, kind, from, to);
        if (depth === 0) this.rootKind = kind;
      }

      // A value ended: close what ends with it, up to a comma or the end of the text.
      for (;;) {
        if (depth === 0) return at;
        at = this.#skipSpace(at);
        if (at >= end) return -1;
        const next = bytes[at]!;
        const inObject = stack[depth - 1] === 1;
        if (next === COMMA) {
          at = this.#skipSpace(at + 1);
          slot = -1;
          if (inObject) {
            at = this.#scanKey(at, depth, insideParent);
            if (at < 0) return -1;
            slot = this.#slot;
          }
          break;
        }
        if (next !== (inObject ? CLOSE_OBJECT : CLOSE_ARRAY)) return -1;
        at++;
        depth--;
        if (depth === 1 && insideParent) {
          insideParent = false;
          this.ends[this.#parent] = at;
        }
      }
    }
  }

  /** Notes a member's value. The parent given again forgets the members of the one before. */
  #note(slot: number, kind: number, from: number, to: number): void {
    if (slot < 0) return;
    if (slot === this.#parent) this.kinds.fill(Kind.ABSENT, this.#inner.firstSlot);
    this.kinds[slot] = kind;
    this.starts[slot] = from;
    this.ends[slot] = to;
  }

  #slot = -1;
  #after = 0;

  /** Scans a key and its colon; the slot goes to `#slot`. Returns where the value begins, or -1. */
  #scanKey(at: number, depth: number, insideParent: boolean): number {
    const bytes = this.#bytes;
    if (at >= this.#end || bytes[at] !== QUOTE) return -1;
    this.#escaped = false;
    const from = at + 1;
    at = this.#scanString(from);
    if (at < 0) return -1;
    const to = at - 1;
    this.#slot = -1;
    if (depth === 1) this.#slot = this.#outer.find(bytes, from, to, this.#escaped);
    else if (depth === 2 && insideParent) {
      this.#slot = this.#inner.find(bytes, from, to, this.#escaped);
    }
    at = this.#skipSpace(at);
    if (at >= this.#end || bytes[at] !== COLON) return -1;
    return this.#skipSpace(at + 1);
  }

  /** Scans a string from after its opening quote; returns where its closing quote ends, or -1. */
  #scanString(at: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    for (;;) {
      while (at < end && STRING_STOP[bytes[at]!] === 0) at++;
      if (at >= end) return -1;
      const byte = bytes[at]!;
      if (byte === QUOTE) return at + 1;
      if (byte >= 0x80) {
        this.hasHighBytes = true;
        at++;
      } else if (byte === BACKSLASH) {
        at = this.#scanEscape(at + 1);
        if (at < 0) return -1;
      } else return -1;
    }
  }

  /** Scans what follows a backslash; a surrogate pair is taken as one. */
  #scanEscape(at: number): number {
    this.#escaped = true;
    const bytes = this.#bytes;
    if (at >= this.#end) return -1;
    if (SIMPLE_ESCAPES.has(bytes[at]!)) return at + 1;
    const unit = this.#codeUnit(at);
    if (unit < 0) return -1;
    at += 5;
    if (unit === 0) this.badText = true;
    if (unit < 0xd800 || unit > 0xdfff) return at;
    const low = bytes[at] === BACKSLASH && at < this.#end ? this.#codeUnit(at + 1) : -1;
    if (unit < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) return at + 6;
    this.badText = true;
    return at;
  }

  /** The value of `uXXXX` at `at`, or -1. */
  #codeUnit(at: number): number {
    const bytes = this.#bytes;
    if (at + 5 > this.#end || bytes[at] !== 0x75) return -1;
    let unit = 0;
    for (let i = at + 1; i < at + 5; i++) {
      const digit = hexDigit(bytes[i]!);
      if (digit < 0) return -1;
      unit = unit * 16 + digit;
    }
    return unit;
  }

  /** Scans a number or literal; its end goes to `#after`. Returns its kind, ABSENT if invalid. */
  #scanScalar(at: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    const first = bytes[at]!;
    if (first !== MINUS && (first < ZERO || first > NINE)) return this.#scanLiteral(at);
    if (first === MINUS) at++;
    if (at >= end) return Kind.ABSENT;
    if (bytes[at] === ZERO) at++;
    else {
      const digits = at;
      at = this.#skipDigits(at);
      if (at === digits) return Kind.ABSENT;
    }
    let kind: number = Kind.INTEGER;
    if (at < end && bytes[at] === 0x2e) {
      const digits = ++at;
      at = this.#skipDigits(at);
      if (at === digits) return Kind.ABSENT;
      kind = Kind.DECIMAL;
    }
    if (at < end && (bytes[at] === 0x65 || bytes[at] === 0x45)) {
      at++;
      if (at < end && (bytes[at] === 0x2b || bytes[at] === MINUS)) at++;
      const digits = at;
      at = this.#skipDigits(at);
      if (at === digits) return Kind.ABSENT;
      kind = Kind.DECIMAL;
    }
    this.#after = at;
    return kind;
  }

  #scanLiteral(at: number): number {
    const bytes = this.#bytes;
    for (const literal of LITERALS) {
      const length = literal.bytes.length;
      if (at + length <= this.#end && literal.bytes.every((byte, i) => bytes[at + i] === byte)) {
        this.#after = at + length;
        return literal.kind;
      }
    }
    return Kind.ABSENT;
  }

  #skipDigits(at: number): number {
    const bytes = this.#bytes;
    while (at < this.#end && bytes[at]! >= ZERO && bytes[at]! <= NINE) at++;
    return at;
  }

  #skipSpace(at: number): number {
    const bytes = this.#bytes;
    while (at < this.#end) {
      const byte = bytes[at]!;
      if (byte === 0x20) at++;
      else if (byte === 0x0a || byte === 0x0d || byte === 0x09) {
        at++;
      } else break;
    }
    return at;
  }

  #growStack(): Uint8Array {
    const grown = new Uint8Array(this.#stack.length * 4);
    grown.set(this.#stack);
    return this.#stack = grown;
  }
}
