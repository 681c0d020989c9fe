/**
 * What a client of Vertica's sends, cut into messages: each is a byte of code and a length that counts
 * itself and the body; the first of a connection has no code (vertica-python,
 * `vertica_python/vertica/messages/message.py`). Of clear text only.
 */
import { Buffer } from "node:buffer";
import type { Cutter } from "../network/watched_proxy.ts";

/** Cuts what one connection sends; each piece is a whole message. */
export function messageCutter(): Cutter {
  let rest = Buffer.alloc(0);
  let codeBytes = 0;
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    const messages: Uint8Array[] = [];
    while (rest.length >= codeBytes + 4) {
      const length = codeBytes + rest.readUInt32BE(codeBytes);
      if (rest.length < length) break;
      messages.push(rest.subarray(0, length));
      rest = rest.subarray(length);
      codeBytes = 1;
    }
    return messages;
  };
}

/** The statement of a Query, its white space made one; undefined of another message. */
export function statementOf(message: Uint8Array): string | undefined {
  if (codeOf(message) !== "Q") return undefined;
  return Buffer.from(message.subarray(5, -1)).toString().replace(/\s+/g, " ").trim();
}

/** `Q`, `d`, `j`, ... of any message but a connection's first. */
export function codeOf(message: Uint8Array): string {
  return String.fromCharCode(message[0]!);
}
