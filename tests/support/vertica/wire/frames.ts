/**
 * Cuts a client's bytes into messages. Pure: bytes in, messages out, however the network cut them.
 *
 * A message is a byte of code, then an int32 length that counts itself, then the body; those that
 * open a connection have no code byte (vertica-python, vertica/messages/message.py).
 */

export interface Frame {
  /** The message's letter; empty for one that opens a connection. */
  code: string;
  /** Valid until bytes are pushed again only where they are not kept. */
  body: Uint8Array;
}

/** What no driver sends: a message above this, bytes. */
const LONGEST = 256 * 1024 * 1024;

/** The bytes are no message: the connection cannot be used any more. */
export class BrokenFraming extends Error {
  override name = "BrokenFraming";
}

export class FrameReader {
  #chunks: Uint8Array[] = [];
  #size = 0;

  /** Bytes that belong to no message taken yet. */
  get size(): number {
    return this.#size;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /**
   * Takes the next message, or undefined until all of it is there.
   *
   * @param coded whether it has a code byte
   * @throws BrokenFraming where the length is none
   */
  next(coded: boolean): Frame | undefined {
    const header = coded ? 5 : 4;
    if (this.#size < header) return undefined;
    const start = this.#peek(header);
    const view = new DataView(start.buffer, start.byteOffset);
    const length = view.getInt32(header - 4);
    if (length < 4 || length > LONGEST) {
      throw new BrokenFraming(`A message cannot have ${length} bytes`);
    }
    const total = header - 4 + length;
    if (this.#size < total) return undefined;
    const bytes = this.#peek(total);
    const code = coded ? String.fromCharCode(bytes[0]!) : "";
    const frame = { code, body: bytes.subarray(header, total) };
    const rest = bytes.subarray(total);
    this.#chunks.shift();
    if (rest.length > 0) this.#chunks.unshift(rest);
    this.#size -= total;
    return frame;
  }

  /** The first chunk, made at least this long. */
  #peek(length: number): Uint8Array {
    const first = this.#chunks[0]!;
    if (first.length >= length) return first;
    let count = 0;
    let size = 0;
    while (size < length) size += this.#chunks[count++]!.length;
    const joined = new Uint8Array(size);
    let at = 0;
    for (const chunk of this.#chunks.splice(0, count)) {
      joined.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks.unshift(joined);
    return joined;
  }
}
