/** Rows for PostgreSQL's COPY in text format: tabs between values, `\N` for NULL, LF after a row. */
import type { Slot } from "./slot.ts";

const BACKSLASH = 0x5c;

export class CopyText {
  #bytes = new Uint8Array(256 * 1024);
  /** Bytes written since the last {@link take}. */
  length = 0;

  /** Appends a value and what stands before the next one. */
  value(slot: Slot, isLast: boolean): void {
    const size = slot.isNull ? 2 : slot.end - slot.start;
    this.#reserve(2 * size + 1);
    if (slot.isNull) {
      this.#bytes[this.length++] = BACKSLASH;
      this.#bytes[this.length++] = 0x4e;
    } else {
      this.#escaped(slot.bytes, slot.start, slot.end);
    }
    this.#bytes[this.length++] = isLast ? 0x0a : 0x09;
  }

  /** Takes out what was written. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }

  #escaped(bytes: Uint8Array, start: number, end: number): void {
    const to = this.#bytes;
    let at = this.length;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      if (byte === 0x09) {
        to[at++] = BACKSLASH;
        to[at++] = 0x74;
      } else if (byte === 0x0a) {
        to[at++] = BACKSLASH;
        to[at++] = 0x6e;
      } else if (byte === 0x0d) {
        to[at++] = BACKSLASH;
        to[at++] = 0x72;
      } else {
        if (byte === BACKSLASH) to[at++] = BACKSLASH;
        to[at++] = byte;
      }
    }
    this.length = at;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + more));
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }
}
