/**
 * Cuts a client's bytes into messages. Pure: bytes in, messages out, however the network cut them.
 *
 * A message is a byte of code, then an int32 length that counts itself, then the body; those that
 * open a connection have no code byte (vertica-python, vertica/messages/message.py).
 */

export interface Frame {
  /** The message's letter; empty for one that opens a connection. */
  code: string;
  /** A view of the bytes that were pushed. */
  body: Uint8Array;
  /** False for a further piece of the CopyData message before. */
  first: boolean;
  /** False where more pieces of this CopyData message follow. */
  last: boolean;
}

/** The one message that comes in pieces: its bytes are data, with no meaning in where they are cut. */
const COPY_DATA = "d";

/** What no driver sends: a message above this, bytes. CopyData is never held, and may be of any size. */
const LONGEST = 256 * 1024 * 1024;

/** The bytes are no message: the connection cannot be used any more. */
export class BrokenFraming extends Error {
  override name = "BrokenFraming";
}

export class FrameReader {
  #chunks: Uint8Array[] = [];
  #size = 0;
  /** Bytes of the CopyData message that is being handed out which have not come yet. */
  #copyLeft = 0;

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
   * Takes the next message, or undefined until all of it is there. CopyData is handed out in pieces,
   * as they come.
   *
   * @param coded whether it has a code byte
   * @throws BrokenFraming where the length is none
   */
  next(coded: boolean): Frame | undefined {
    if (this.#copyLeft > 0) return this.#copyPiece(false);
    const header = coded ? 5 : 4;
    if (this.#size < header) return undefined;
    const start = this.#peek(header);
    const code = coded ? String.fromCharCode(start[0]!) : "";
    const length = new DataView(start.buffer, start.byteOffset).getInt32(header - 4);
    if (length < 4 || (length > LONGEST && code !== COPY_DATA)) {
      throw new BrokenFraming(`A message cannot have ${length} bytes`);
    }
    if (code === COPY_DATA) {
      this.#drop(header);
      this.#copyLeft = length - 4;
      return this.#copyPiece(true);
    }
    const total = header - 4 + length;
    if (this.#size < total) return undefined;
    const body = this.#peek(total).subarray(header, total);
    this.#drop(total);
    return { code, body, first: true, last: true };
  }

  /** As much of a CopyData message as has come in one chunk; its beginning may be empty. */
  #copyPiece(first: boolean): Frame | undefined {
    const [chunk = new Uint8Array(0)] = this.#chunks;
    if (chunk.length === 0 && !first) return undefined;
    const body = chunk.subarray(0, this.#copyLeft);
    this.#drop(body.length);
    this.#copyLeft -= body.length;
    return { code: COPY_DATA, body, first, last: this.#copyLeft === 0 };
  }

  /** Forgets bytes of the first chunk. */
  #drop(count: number): void {
    this.#size -= count;
    const [first] = this.#chunks;
    if (first === undefined) return;
    if (first.length > count) this.#chunks[0] = first.subarray(count);
    else this.#chunks.shift();
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
