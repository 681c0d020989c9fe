/** SELECT, and the meta-functions that may stand alone in one. */
import type pg from "pg";
import type { Answer, Column, Row } from "../engine.ts";
import type { Backend, TextResult } from "./backend.ts";
import { isMetaFunction, runMetaFunction } from "./meta_functions.ts";
import { isOrdered, withNullOrder } from "./null_order.ts";
import type { Reader } from "./reader.ts";
import { rewrite } from "./rewrite.ts";
import { rowsAnswer, type Session } from "./session.ts";
import type { Parameters } from "./statements.ts";
import { typeFrom } from "./tables.ts";
import { describeType, typeOfResult } from "./types.ts";
import { unknown } from "./errors.ts";

/** System tables of what is in this process, not in PostgreSQL. */
const LIVE = new Set(["sessions", "locks", "current_session"]);

export async function select(
  session: Session,
  reader: Reader,
  parameters: Parameters,
): Promise<Answer> {
  if (isMetaFunction(reader)) return await runMetaFunction(session, reader, parameters);
  const statement = rewrite(reader.sql, parameters);
  if (reader.tokens.some(({ value }) => LIVE.has(value.toLowerCase()))) {
    await session.engine.publish();
  }
  return await session.inTransaction(async () => {
    const { backend } = session;
    const ordered = isOrdered(statement)
      ? withNullOrder(statement, await columnsOfQuery(backend, statement))
      : statement;
    const result = await backend.query(ordered);
    return rowsAnswer("SELECT", await columnsOfResult(backend, result), rowsOf(result));
  });
}

/** What a query for PostgreSQL would give; it is not run. */
export async function columnsOfQuery(backend: Backend, sql: string): Promise<Column[]> {
  await backend.query(`DECLARE v_described NO SCROLL CURSOR FOR ${sql}`);
  const result = await backend.query("FETCH 0 FROM v_described");
  await backend.query("CLOSE v_described");
  return await columnsOfResult(backend, result);
}

/** As Vertica describes them: a table's column by its own type, other values by PostgreSQL's. */
export async function columnsOfResult(
  backend: Backend,
  { fields }: Pick<TextResult, "fields">,
): Promise<Column[]> {
  const known = await typesOfTables(backend, fields);
  return fields.map((field) => {
    const type = known.get(`${field.tableID}.${field.columnID}`) ??
      typeOfResult(field.dataTypeID, field.dataTypeModifier);
    if (type === undefined) throw unknown(`the type of the result's column ${field.name}`);
    return describeType(field.name, type);
  });
}

async function typesOfTables(backend: Backend, fields: readonly pg.FieldDef[]) {
  const tables = [...new Set(fields.map(({ tableID }) => tableID).filter((oid) => oid !== 0))];
  if (tables.length === 0) return new Map<string, never>();
  const { rows } = await backend.query(
    `SELECT table_oid, attnum, type, length, "precision", scale
     FROM v_engine_catalog.columns WHERE table_oid = ANY ($1::oid[])`,
    [tables],
  );
  return new Map(rows.map(([table, column, type, length, precision, scale]) => [
    `${table}.${column}`,
    typeFrom(type!, length!, precision!, scale!),
  ]));
}

/** PostgreSQL's text is Vertica's but for binary values. */
function rowsOf({ fields, rows }: TextResult): Row[] {
  const binary = fields.flatMap(({ dataTypeID }, index) => dataTypeID === 17 ? [index] : []);
  if (binary.length === 0) return rows;
  return rows.map((row) =>
    row.map((value, index) => value !== null && binary.includes(index) ? octal(value) : value)
  );
}

/** `\x41ff` as `A\377`. */
function octal(hex: string): string {
  return hex.slice(2).replaceAll(/../g, (pair) => {
    const byte = parseInt(pair, 16);
    if (byte === 0x5c) return "\\\\";
    if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
    return `\\${byte.toString(8).padStart(3, "0")}`;
  });
}
