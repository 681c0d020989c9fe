/** A line beyond the limit: hashed and counted as it passes, never held (contract, section 1). */
import { createHash } from "node:crypto";
import type { Oversized } from "./source.ts";

const HEAD_BYTES = 64 * 1024;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const CARRIAGE_RETURN = Uint8Array.of(CR);

/** True if there is nothing but JSON's white space. */
export function isBlank(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte !== SPACE && byte !== TAB && byte !== LF && byte !== CR) return false;
  }
  return true;
}

/** What is kept of a message that is held now but is too large to be kept. */
export function oversizedOf(message: Uint8Array): Oversized {
  const line = new LongLine();
  line.push(message);
  return line.finish(false);
}

/** The state of one line beyond the limit. */
export class LongLine {
  #hash = createHash("sha256");
  #head = new Uint8Array(HEAD_BYTES);
  #length = 0;
  #blank = true;
  /** The last byte so far is a CR, which may turn out to belong to the line's end. */
  #heldBack = false;

  /** True while there was nothing but white space. */
  get blank(): boolean {
    return this.#blank;
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (this.#blank) this.#blank = isBlank(bytes);
    if (this.#heldBack) this.#take(CARRIAGE_RETURN);
    this.#heldBack = bytes[bytes.length - 1] === CR;
    this.#take(this.#heldBack ? bytes.subarray(0, -1) : bytes);
  }

  /** @param terminated an LF follows, so that one CR before it is not part of the message */
  finish(terminated: boolean): Oversized {
    if (this.#heldBack && !terminated) this.#take(CARRIAGE_RETURN);
    const head = this.#head.subarray(0, Math.min(this.#length, HEAD_BYTES));
    return { head, length: this.#length, sha256: this.#hash.digest("hex") };
  }

  #take(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    if (this.#length < HEAD_BYTES) {
      this.#head.set(bytes.subarray(0, HEAD_BYTES - this.#length), this.#length);
    }
    this.#length += bytes.length;
  }
}
