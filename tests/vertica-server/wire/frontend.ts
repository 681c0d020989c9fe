/**
 * What clients say, read from the bodies of their messages (vertica-python, vertica/messages/
 * frontend_messages; vertica-nodejs, v-protocol/dist/serializer.js).
 */
import { ByteReader } from "./byte_reader.ts";
import { BrokenFraming } from "./frames.ts";

/** The int32 that a message without a code begins with says what it is. */
export const SSL_REQUEST = 80877103;
export const CANCEL_REQUEST = 80877102;
export const LOAD_BALANCE_REQUEST = 80936960;

/** What a connection is opened with. */
export type Opening =
  | { kind: "ssl" }
  | { kind: "load balance" }
  | { kind: "cancel"; process: number; key: number }
  | { kind: "startup"; parameters: Map<string, string>; protocol: number };

export function readOpening(body: Uint8Array): Opening {
  const reader = new ByteReader(body);
  const code = reader.int32();
  if (code === SSL_REQUEST) return { kind: "ssl" };
  if (code === LOAD_BALANCE_REQUEST) return { kind: "load balance" };
  if (code === CANCEL_REQUEST) {
    return { kind: "cancel", process: reader.int32(), key: reader.int32() };
  }
  const parameters = new Map<string, string>();
  let protocol = code;
  while (reader.left > 0) {
    const name = reader.cstring();
    if (name === "") break;
    // The one value that is no text: the version that the client really asks for.
    if (name === "protocol_version") {
      protocol = reader.int32();
      reader.byte();
    } else {
      parameters.set(name, reader.cstring());
    }
  }
  return { kind: "startup", parameters, protocol };
}

export interface Parse {
  name: string;
  sql: string;
}

export function readParse(body: Uint8Array): Parse {
  const reader = new ByteReader(body);
  return { name: reader.cstring(), sql: reader.cstring() };
}

export interface Bind {
  portal: string;
  statement: string;
  values: (string | null)[];
}

/**
 * Vertica's Bind has all the types before all the values. The formats of results that stand behind
 * them are those that the client asked for at start-up, for all its results.
 *
 * @throws BrokenFraming also for binary parameters, which no driver is known to send
 */
export function readBind(body: Uint8Array): Bind {
  const reader = new ByteReader(body);
  const portal = reader.cstring();
  const statement = reader.cstring();
  for (let left = reader.int16(); left > 0; left--) {
    if (reader.int16() !== 0) throw new BrokenFraming("Binary parameters are not supported");
  }
  const count = reader.int16();
  for (let i = 0; i < count; i++) reader.int32();
  const values: (string | null)[] = [];
  for (let i = 0; i < count; i++) values.push(reader.value());
  return { portal, statement, values };
}

/** Describe and Close: `S` or `P`, and a name. */
export interface Target {
  kind: "S" | "P";
  name: string;
}

export function readTarget(body: Uint8Array): Target {
  const reader = new ByteReader(body);
  const kind = String.fromCharCode(reader.byte()) === "S" ? "S" : "P";
  return { kind, name: reader.cstring() };
}

export function readText(body: Uint8Array): string {
  return new ByteReader(body).cstring();
}

/** The text of a client's CopyError, which also names a place in its own source. */
export function readCopyError(body: Uint8Array): string {
  const reader = new ByteReader(body);
  reader.cstring();
  reader.int32();
  reader.cstring();
  return reader.cstring();
}

/** How many files of its own the client has verified: none for STDIN. */
export function readVerifiedFiles(body: Uint8Array, protocol: number): number {
  const reader = new ByteReader(body);
  // vertica-python, frontend_messages/verified_files.py: the count grew to an int32 with 3.15.
  return protocol >= PROTOCOL_3_15 && reader.left >= 4 ? reader.int32() : reader.int16();
}

const PROTOCOL_3_15 = (3 << 16) | 15;
