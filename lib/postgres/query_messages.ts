/**
 * A statement with values in messages of the protocol, for an engine that has no driver for them, and the
 * rows of its answer (PostgreSQL documentation, "Message Flow: Extended Query").
 */
import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import { parse, serialize } from "pg-protocol";
import type { SqlRow, SqlValue } from "./session.ts";

/** The messages that rows are in, as pg-protocol reads them. */
interface RowDescription {
  name: "rowDescription";
  fields: { name: string }[];
}
interface DataRow {
  name: "dataRow";
  fields: (string | null)[];
}

/** Parse, Bind, Describe, Execute and Sync, in one buffer; each value is a text. */
export function extendedQuery(sql: string, values: readonly SqlValue[]): Uint8Array {
  return Buffer.concat([
    serialize.parse({ text: sql }),
    serialize.bind({ values: values.map(textOf) }),
    serialize.describe({ type: "P" }),
    serialize.execute(),
    serialize.sync(),
  ]);
}

function textOf(value: SqlValue): string | null {
  if (value === null) return null;
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString("hex")}` : String(value);
}

/**
 * The rows, each value as the text that the engine sent, to the byte.
 *
 * @throws DatabaseError, as the engine has it
 */
export async function rowsOf(answer: Uint8Array): Promise<SqlRow[]> {
  const rows: SqlRow[] = [];
  let names: string[] = [];
  let failure: unknown;
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  await parse(Readable.from([bytes]), (message) => {
    if (message.name === "error") failure ??= message;
    else if (isDescription(message)) names = message.fields.map(({ name }) => name);
    else if (isRow(message)) {
      rows.push(Object.fromEntries(message.fields.map((value, at) => [names[at]!, value])));
    }
  });
  if (failure !== undefined) throw failure;
  return rows;
}

function isDescription(message: { name: string }): message is RowDescription {
  return message.name === "rowDescription";
}

function isRow(message: { name: string }): message is DataRow {
  return message.name === "dataRow";
}
