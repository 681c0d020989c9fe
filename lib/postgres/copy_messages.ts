/**
 * COPY in messages of the protocol, for an engine that has no driver for it (PostgreSQL documentation,
 * "Frontend/Backend Protocol").
 */

/** A Query message. */
export function queryMessage(sql: string): Uint8Array {
  const text = new TextEncoder().encode(sql + "\0");
  return message("Q", text);
}

/** COPY's statement, its data and its end, in one buffer. */
export function copyMessages(statement: string, pieces: readonly Uint8Array[]): Uint8Array {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const parts = [queryMessage(statement), header("d", length), ...pieces, header("c", 0)];
  const buffer = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    buffer.set(part, at);
    at += part.length;
  }
  return buffer;
}

function message(code: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(5 + body.length);
  bytes.set(header(code, body.length));
  bytes.set(body, 5);
  return bytes;
}

function header(code: string, bodyLength: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = code.charCodeAt(0);
  new DataView(bytes.buffer).setUint32(1, bodyLength + 4);
  return bytes;
}

/**
 * Takes the CopyData bodies out of the backend's bytes, which come in pieces cut anywhere, and the
 * ErrorResponse if there is one. Holds at most one message head.
 */
export class CopyOutReader {
  readonly #sink: (piece: Uint8Array) => void;
  readonly #head = new Uint8Array(5);
  #headBytes = 0;
  #bodyLeft = 0;
  #error: { code: string; message: string } | undefined;
  #errorBody: number[] = [];

  constructor(sink: (piece: Uint8Array) => void) {
    this.#sink = sink;
  }

  push(data: Uint8Array): void {
    let at = 0;
    while (at < data.length) {
      if (this.#headBytes < 5) {
        this.#head[this.#headBytes++] = data[at++]!;
        if (this.#headBytes === 5) {
          this.#bodyLeft = new DataView(this.#head.buffer).getUint32(1) - 4;
          if (this.#bodyLeft === 0) this.#headBytes = 0;
        }
        continue;
      }
      const end = Math.min(data.length, at + this.#bodyLeft);
      this.#take(data.subarray(at, end));
      this.#bodyLeft -= end - at;
      at = end;
      if (this.#bodyLeft === 0) this.#finish();
    }
  }

  /** Throws what the server reported, if anything. */
  end(): void {
    if (this.#error !== undefined) {
      throw Object.assign(new Error(this.#error.message), { code: this.#error.code });
    }
  }

  #take(body: Uint8Array): void {
    if (this.#head[0] === 0x64 /* d: CopyData */) this.#sink(body);
    else if (this.#head[0] === 0x45 /* E: ErrorResponse */) this.#errorBody.push(...body);
  }

  #finish(): void {
    if (this.#head[0] === 0x45) {
      const fields = new TextDecoder().decode(new Uint8Array(this.#errorBody)).split("\0");
      const field = (code: string) => fields.find((text) => text.startsWith(code))?.slice(1) ?? "";
      this.#error = { code: field("C"), message: field("M") };
      this.#errorBody = [];
    }
    this.#headBytes = 0;
  }
}
