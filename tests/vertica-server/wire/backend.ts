/**
 * What the server says (vertica-python, vertica/messages/backend_messages; vertica-nodejs,
 * v-protocol/dist/parser.js). Each function appends one message.
 */
import type { Column, Row, VerticaError } from "../engine.ts";
import { hasBinary, toBinary } from "./binary_values.ts";
import type { ByteWriter } from "./byte_writer.ts";

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

/** In which form a client wants its results. */
export interface ResultForm {
  /** Values in binary form, where they have one. */
  binary: boolean;
  /** Descriptions that could tell of fields in fields, of which there are none here. */
  complexTypes: boolean;
}

export function rowDescription(
  out: ByteWriter,
  columns: readonly Column[],
  { binary, complexTypes }: ResultForm,
): void {
  out.begin("T").int16(columns.length);
  // The pool of user-defined types, of which there are none.
  if (columns.length > 0) out.int32(0);
  columns.forEach((column, i) => {
    const { name, oid, size, modifier } = column;
    // Table 0: an expression, so no schema and no table are named.
    out.cstring(name).uint64(0n).int16(i + 1);
    // The column that this one is a field of: none.
    if (complexTypes) out.int16(0);
    out.byte(0).int32(oid).int16(size).int16(NULLABLE);
    out.int16(0).int32(modifier).int16(binary && hasBinary(column) ? 1 : 0);
  });
  out.end();
}

const NULLABLE = 1;

/** @param binary the columns, where values are to be in binary form */
export function dataRow(out: ByteWriter, values: Row, binary?: readonly Column[]): void {
  out.begin("D").int16(values.length);
  values.forEach((value, i) => {
    const bytes = value === null || binary === undefined ? undefined : toBinary(value, binary[i]!);
    if (bytes === undefined) out.value(value);
    else out.int32(bytes.length).bytes(bytes);
  });
  out.end();
}

export function commandComplete(out: ByteWriter, tag: string): void {
  out.begin("C").cstring(tag).end();
}

/** Messages without a body: EmptyQueryResponse, ParseComplete, and so on. */
export function plain(out: ByteWriter, code: string): void {
  out.begin(code).end();
}

/** The types of a statement's parameters, by their oids. */
export function parameterDescription(out: ByteWriter, oids: readonly number[]): void {
  out.begin("t").int16(oids.length);
  if (oids.length > 0) out.int32(0);
  for (const oid of oids) out.byte(0).int32(oid).int32(-1).int16(0);
  out.end();
}

/** Which command a prepared statement is. The COPY that an INSERT could be instead is never offered. */
export function commandDescription(out: ByteWriter, tag: string): void {
  out.begin("m").cstring(tag).int16(0).cstring("").end();
}

/** An error, in the fields that Vertica fills. */
export function errorResponse(out: ByteWriter, error: VerticaError): void {
  const { severity = "ERROR", detail, hint, position } = error.more;
  out.begin("E");
  const field = (letter: string, value: string | undefined) => {
    if (value !== undefined) out.byte(letter.charCodeAt(0)).cstring(value);
  };
  field("S", severity);
  field("C", error.sqlState);
  field("M", error.message);
  field("D", detail);
  field("H", hint);
  field("P", position?.toString());
  field("V", String(error.vendorCode));
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
