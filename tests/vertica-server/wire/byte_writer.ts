/** A growing buffer of messages to the client. Integers are big-endian, text is UTF-8. */

const encoder = new TextEncoder();

export class ByteWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  #start = 0;

  /** Bytes written since the last {@link take}. */
  get length(): number {
    return this.#length;
  }

  /** Begins a message; {@link end} writes its length. */
  begin(code: string): this {
    this.byte(code.charCodeAt(0));
    this.#start = this.#length;
    return this.int32(0);
  }

  end(): void {
    this.#view.setInt32(this.#start, this.#length - this.#start);
  }

  byte(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  int16(value: number): this {
    this.#reserve(2);
    this.#view.setInt16(this.#length, value);
    this.#length += 2;
    return this;
  }

  int32(value: number): this {
    this.#reserve(4);
    this.#view.setInt32(this.#length, value | 0);
    this.#length += 4;
    return this;
  }

  uint64(value: bigint): this {
    this.#reserve(8);
    this.#view.setBigUint64(this.#length, value);
    this.#length += 8;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** Text and a NUL. */
  cstring(value: string): this {
    this.text(value);
    return this.byte(0);
  }

  /** Text alone. */
  text(value: string): this {
    this.#reserve(value.length * 3);
    this.#length += encoder.encodeInto(value, this.#bytes.subarray(this.#length)).written;
    return this;
  }

  /** An int32 length and the text; -1 for null. */
  value(value: string | null): this {
    if (value === null) return this.int32(-1);
    const at = this.#length;
    this.int32(0).text(value);
    this.#view.setInt32(at, this.#length - at - 4);
    return this;
  }

  /** Drops what was written. */
  clear(): void {
    this.#length = 0;
  }

  /** Takes out what was written. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
