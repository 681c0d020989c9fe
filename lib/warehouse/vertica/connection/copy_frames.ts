/**
 * The bytes of a COPY as CopyData messages, in buffers that are used again. The driver's own
 * `sendCopyData` makes a buffer for each message and hands each to the socket by itself: with half a
 * megabyte of messages at once a COPY takes a third less time (bench/vertica_load.ts).
 */
import { Buffer } from "node:buffer";
import type { DriverConnection } from "./driver.ts";

/** Bytes of a message's content, as vertica-python's (`vertica_python/vertica/cursor.py`). */
const MESSAGE_BYTES = 128 * 1024;

/** Code and length of a message (protocol: Byte1('d'), Int32 with itself, content). */
const HEADER_BYTES = 5;
const COPY_DATA = "d".charCodeAt(0);

/** Bytes of content that the socket is given at once. */
const CONTENT_BYTES = 4 * MESSAGE_BYTES;

export class CopyFrames {
  readonly #stream: DriverConnection["stream"];
  /** Buffers for {@link CONTENT_BYTES} that the socket has taken. */
  readonly #free: Buffer[] = [];

  constructor(stream: DriverConnection["stream"]) {
    this.#stream = stream;
  }

  /** Sends a copy of the piece, which may be changed as soon as this returns. */
  send(piece: Uint8Array): void {
    for (let at = 0; at < piece.length; at += CONTENT_BYTES) {
      this.#write(piece.subarray(at, at + CONTENT_BYTES));
    }
  }

  #write(content: Uint8Array): void {
    const isFull = content.length === CONTENT_BYTES;
    const frame = (isFull ? this.#free.pop() : undefined) ?? Buffer.alloc(framedLength(content));
    let at = 0;
    for (let from = 0; from < content.length; from += MESSAGE_BYTES) {
      const message = content.subarray(from, from + MESSAGE_BYTES);
      at = frame.writeUInt8(COPY_DATA, at);
      at = frame.writeInt32BE(4 + message.length, at);
      frame.set(message, at);
      at += message.length;
    }
    this.#stream.write(frame, () => isFull && this.#free.push(frame));
  }
}

function framedLength({ length }: Uint8Array): number {
  return length + HEADER_BYTES * Math.ceil(length / MESSAGE_BYTES);
}
