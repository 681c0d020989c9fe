/** Reads the fields of a client's message in order. */
import { BrokenFraming } from "./frames.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  int16(): number {
    return this.#view.getInt16(this.#take(2));
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** Text up to a NUL, which is read too. */
  cstring(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) throw new BrokenFraming("A text has no end");
    const text = decoder.decode(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return text;
  }

  /** A value with its int32 length before it; null for -1. */
  value(): string | null {
    const length = this.int32();
    return length < 0 ? null : decoder.decode(this.bytes(length));
  }

  #take(length: number): number {
    if (length < 0 || length > this.left) throw new BrokenFraming("A message ends too early");
    const start = this.#at;
    this.#at += length;
    return start;
  }
}
