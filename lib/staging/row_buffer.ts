/** Rows in the text format of PostgreSQL's COPY, in one growing buffer: a string a row costs more. */

const BACKSLASH = 0x5c;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
/** Up to this many bytes a loop beats the call that copies natively. */
const SHORT = 48;
const HEX = new TextEncoder().encode("0123456789abcdef");

export class RowBuffer {
  #bytes: Uint8Array;
  #length = 0;
  /** Where each row ends. */
  readonly #ends: number[] = [];
  /** Of which message each row came: its index in the batch. */
  readonly #messages: number[] = [];

  /** @param size bytes to begin with: growing costs a copy each time */
  constructor(size = 4096) {
    this.#bytes = new Uint8Array(size);
  }

  /** Bytes in use. */
  get length(): number {
    return this.#length;
  }

  get rows(): number {
    return this.#ends.length;
  }

  /** The rows from `from` up to `to`. */
  slice(from = 0, to = this.rows): Uint8Array {
    return this.#bytes.subarray(
      from === 0 ? 0 : this.#ends[from - 1],
      to === 0 ? 0 : this.#ends[to - 1],
    );
  }

  messageOf(row: number): number {
    return this.#messages[row]!;
  }

  /** Makes room; the values of a row that follow may not need more bytes than this. */
  reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  /** A value whose bytes need no escape, and a tab. */
  plain(bytes: Uint8Array, from: number, to: number): void {
    const out = this.#bytes;
    let at = this.#length;
    if (to - from <= SHORT) { for (let i = from; i < to; i++) out[at++] = bytes[i]!; }
    else {
      out.set(bytes.subarray(from, to), at);
      at += to - from;
    }
    out[at++] = TAB;
    this.#length = at;
  }

  /** A UUID of any case in lower case, and a tab: 0x20 changes no digit and no hyphen. */
  uuid(bytes: Uint8Array, from: number): void {
    const out = this.#bytes;
    let at = this.#length;
    for (let i = from; i < from + 36; i++) out[at++] = bytes[i]! | 0x20;
    out[at++] = TAB;
    this.#length = at;
  }

  /** A value of any bytes, and a tab. Needs twice the room. */
  escaped(bytes: Uint8Array, from: number, to: number): void {
    const out = this.#bytes;
    let at = this.#length;
    for (let i = from; i < to; i++) {
      const byte = bytes[i]!;
      const letter = byte === BACKSLASH
        ? BACKSLASH
        : byte === TAB
        ? 0x74
        : byte === LF
        ? 0x6e
        : byte === CR
        ? 0x72
        : 0;
      if (letter !== 0) out[at++] = BACKSLASH;
      out[at++] = letter === 0 ? byte : letter;
    }
    out[at++] = TAB;
    this.#length = at;
  }

  /** ASCII text that needs no escape, and a tab. */
  ascii(text: string): void {
    const out = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i);
    out[at++] = TAB;
    this.#length = at;
  }

  /** A bytea in its hexadecimal form, and a tab. Needs twice the room and four bytes. */
  bytea(bytes: Uint8Array): void {
    this.ascii("\\\\x");
    const out = this.#bytes;
    let at = this.#length - 1;
    for (const byte of bytes) {
      out[at++] = HEX[byte >> 4]!;
      out[at++] = HEX[byte & 15]!;
    }
    out[at++] = TAB;
    this.#length = at;
  }

  /** NULL, and a tab. */
  null(): void {
    this.ascii("\\N");
  }

  /** Ends a row that came of the given message. */
  endRow(message: number): void {
    this.#bytes[this.#length - 1] = LF;
    this.#ends.push(this.#length);
    this.#messages.push(message);
  }
}
