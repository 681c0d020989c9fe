/**
 * What vertica-nodejs 1.1.4 (`v-protocol`, `parser.js`) reads over in a server's messages: Vertica's
 * own number of an error (field V of ErrorResponse), and how a login is asked for (the code of an
 * Authentication message): what it does not know it takes for a login that has passed.
 *
 * A message is a byte, a length of four bytes that counts itself, and the rest (vertica-python,
 * `messages/message.py`). The fields of an error are a byte and a text each, to a zero byte
 * (`backend_messages/error_response.py`).
 */

const HEADER_BYTES = 5;
const ERROR = "E".charCodeAt(0);
const AUTHENTICATION = "R".charCodeAt(0);
const VENDOR_CODE = "V".charCodeAt(0);

/** No error and no login is as long: of what is, nothing is kept. */
const LONGEST_KEPT = 1024 * 1024;

/** How a login is asked for, or answered. */
export interface AuthenticationMessage {
  /** As in `backend_messages/authentication.py` of vertica-python: 0 is that it has passed. */
  code: number;
  /** Of the message, as its length says. */
  length: number;
}

/** Reads along with the driver. Memory: one error. */
export class ServerMessages {
  /** Numbers of the errors that came and were not asked for yet, undefined for one without. */
  readonly #vendorCodes: (number | undefined)[] = [];
  readonly #onAuthentication: (message: AuthenticationMessage) => void;
  readonly #header = new Uint8Array(HEADER_BYTES);
  #headerBytes = 0;
  /** Bytes of the message at hand that are still to come. */
  #left = 0;
  #body: Uint8Array | undefined;

  constructor(onAuthentication: (message: AuthenticationMessage) => void) {
    this.#onAuthentication = onAuthentication;
  }

  /** The number of the next error: as many are asked for as came. */
  nextVendorCode(): number | undefined {
    return this.#vendorCodes.shift();
  }

  /** Takes what the server has sent, cut anywhere. */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#headerBytes < HEADER_BYTES) {
        this.#header[this.#headerBytes++] = bytes[at++]!;
        if (this.#headerBytes === HEADER_BYTES) this.#begin();
      } else {
        const part = bytes.subarray(at, at + this.#left);
        this.#body?.set(part, this.#body.length - this.#left);
        at += part.length;
        this.#left -= part.length;
      }
      if (this.#headerBytes === HEADER_BYTES && this.#left === 0) this.#end();
    }
  }

  #begin(): void {
    this.#left = Math.max(0, lengthIn(this.#header) - 4);
    const [code] = this.#header;
    const isKept = (code === ERROR || code === AUTHENTICATION) && this.#left <= LONGEST_KEPT;
    this.#body = isKept ? new Uint8Array(this.#left) : undefined;
  }

  #end(): void {
    const [code] = this.#header;
    const body = this.#body;
    this.#headerBytes = 0;
    this.#body = undefined;
    if (code === ERROR) this.#vendorCodes.push(body && vendorCodeIn(body));
    if (code === AUTHENTICATION && body !== undefined && body.length >= 4) {
      const length = lengthIn(this.#header);
      this.#onAuthentication({ code: new DataView(body.buffer).getInt32(0), length });
    }
  }
}

function lengthIn(header: Uint8Array): number {
  return new DataView(header.buffer).getInt32(1);
}

function vendorCodeIn(body: Uint8Array): number | undefined {
  let at = 0;
  while (at < body.length && body[at] !== 0) {
    const end = body.indexOf(0, at + 1);
    if (end < 0) return undefined;
    if (body[at] === VENDOR_CODE) {
      const text = new TextDecoder().decode(body.subarray(at + 1, end));
      return /^\d+$/.test(text) ? Number(text) : undefined;
    }
    at = end + 1;
  }
  return undefined;
}
