/**
 * What the server says (vertica-python, vertica/messages/backend_messages; vertica-nodejs,
 * v-protocol/dist/parser.js). Each function appends one message.
 */
import type { ByteWriter } from "./byte_writer.ts";

/** A column of a result. */
export interface Field {
  name: string;
  /** The table that it comes from; undefined for an expression. */
  table?: { oid: bigint; schema: string; name: string; column: number };
  /** Vertica's type oid. */
  type: number;
  /** Bytes; -1 where they vary. */
  size: number;
  /** -1 where the type has none. */
  modifier: number;
  nullable: boolean;
}

/** Asks for the password: 0 says that all is well. */
export function authentication(out: ByteWriter, code: number, rest?: Uint8Array): void {
  out.begin("R").int32(code);
  if (rest !== undefined) out.bytes(rest);
  out.end();
}

export function parameterStatus(out: ByteWriter, name: string, value: string): void {
  out.begin("S").cstring(name).cstring(value).end();
}

export function backendKey(out: ByteWriter, process: number, key: number): void {
  out.begin("K").int32(process).int32(key).end();
}

/** `I` outside a transaction, `T` inside one. */
export function readyForQuery(out: ByteWriter, status: "I" | "T" | "E"): void {
  out.begin("Z").byte(status.charCodeAt(0)).end();
}

export function rowDescription(
  out: ByteWriter,
  fields: readonly Field[],
  complexTypes: boolean,
): void {
  out.begin("T").int16(fields.length);
  // The pool of user-defined types, of which there are none.
  if (fields.length > 0) out.int32(0);
  for (const field of fields) {
    out.cstring(field.name).uint64(field.table?.oid ?? 0n);
    if (field.table !== undefined) out.cstring(field.table.schema).cstring(field.table.name);
    out.int16(field.table?.column ?? 0);
    // The parent of a nested field, for clients that asked for complex types alone.
    if (complexTypes) out.int16(0);
    out.byte(0).int32(field.type).int16(field.size).int16(field.nullable ? 1 : 0);
    out.int16(0).int32(field.modifier).int16(0);
  }
  out.end();
}

export function dataRow(out: ByteWriter, values: readonly (string | null)[]): void {
  out.begin("D").int16(values.length);
  for (const value of values) out.value(value);
  out.end();
}

export function commandComplete(out: ByteWriter, tag: string): void {
  out.begin("C").cstring(tag).end();
}

/** Messages without a body: EmptyQueryResponse, ParseComplete, and so on. */
export function plain(out: ByteWriter, code: string): void {
  out.begin(code).end();
}

/** The types of a statement's parameters, by their oids and modifiers. */
export function parameterDescription(
  out: ByteWriter,
  parameters: readonly { type: number; modifier: number }[],
): void {
  out.begin("t").int16(parameters.length);
  if (parameters.length > 0) out.int32(0);
  for (const { type, modifier } of parameters) {
    out.byte(0).int32(type).int32(modifier).int16(0);
  }
  out.end();
}

/** Which command a prepared statement is. The COPY that an INSERT could be instead is never offered. */
export function commandDescription(out: ByteWriter, tag: string): void {
  out.begin("m").cstring(tag).int16(0).cstring("").end();
}

/** Fields of an error or notice, by their letters. */
export function errorResponse(
  out: ByteWriter,
  fields: Readonly<Record<string, string>>,
  code: "E" | "N" = "E",
): void {
  out.begin(code);
  for (const [letter, value] of Object.entries(fields)) out.byte(letter.charCodeAt(0)).cstring(value);
  out.byte(0).end();
}

/** Which files COPY LOCAL is about: none means STDIN. */
export function verifyFiles(out: ByteWriter): void {
  out.begin("F").int16(0).cstring("").cstring("").end();
}

export function copyInResponse(out: ByteWriter): void {
  out.begin("G").byte(0).int16(0).end();
}

/**
 * Bytes for a file at the client; without a name they are the rejected rows' numbers, the only
 * little-endian integers of the protocol.
 */
export function writeRejectedRows(out: ByteWriter, rows: readonly bigint[]): void {
  const bytes = new Uint8Array(rows.length * 8);
  const view = new DataView(bytes.buffer);
  rows.forEach((row, i) => view.setBigUint64(i * 8, row, true));
  out.begin("O").cstring("").int32(bytes.length).bytes(bytes).end();
}
