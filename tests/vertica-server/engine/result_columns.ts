/** The columns of a result in Vertica's terms. */
import type pg from "pg";
import type { Column } from "../engine.ts";
import type { Backend, TextResult } from "./backend.ts";
import { unknown } from "./errors.ts";
import { typeFrom } from "./tables.ts";
import { describeType, typeOfResult } from "./types.ts";

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
