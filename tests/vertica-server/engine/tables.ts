/** Tables as the catalog keeps them, and what a name means in a session. */
import type { Backend } from "./backend.ts";
import { noRelation } from "./errors.ts";
import { type Name, quoted, shown } from "./reader.ts";
import type { TypeName, VerticaType } from "./types.ts";

export interface TableColumn {
  name: string;
  type: VerticaType;
  isNullable: boolean;
}

export interface Table {
  oid: string;
  schema: string;
  name: string;
  isTemporary: boolean;
  /** Whether keys are checked, which asks for a lock of its own. */
  hasEnabledKeys: boolean;
}

/** The schema of names without one; temporary tables are found without it. */
export const DEFAULT_SCHEMA = "public";

/** A table, by its name in a statement. @throws VerticaError 42V01 where there is none */
export async function findTable(backend: Backend, name: Name): Promise<Table> {
  const found = await lookUp(backend, name);
  if (found === undefined) throw noRelation(shown(name));
  return found;
}

/** The same; undefined where there is none. */
export async function lookUp(backend: Backend, name: Name): Promise<Table | undefined> {
  const { rows } = await backend.query(
    `SELECT c.oid, n.nspname, c.relname, c.relpersistence = 't', EXISTS (
       SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisunique
     )
     FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.oid = to_regclass($1) AND c.relkind = 'r' AND n.nspname NOT LIKE 'v\\_engine%'`,
    [name.schema === "v_temp_schema" ? quoted({ ...name, schema: "pg_temp" }) : quoted(name)],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const [oid, schema, relation, isTemporary, hasEnabledKeys] = row as string[];
  return {
    oid: oid!,
    schema: schema!,
    name: relation!,
    isTemporary: isTemporary === "t",
    hasEnabledKeys: hasEnabledKeys === "t",
  };
}

/** Quoted, for PostgreSQL. */
export function sqlName({ schema, name }: Table): string {
  return quoted({ schema, name });
}

export async function columnsOf(backend: Backend, table: Table): Promise<TableColumn[]> {
  const { rows } = await backend.query(
    `SELECT a.attname, v.type, v.length, v."precision", v.scale, NOT a.attnotnull
     FROM pg_attribute AS a
     JOIN v_engine_catalog.columns AS v ON v.table_oid = a.attrelid AND v.attnum = a.attnum
     WHERE a.attrelid = $1 AND NOT a.attisdropped ORDER BY a.attnum`,
    [table.oid],
  );
  return rows.map(([name, type, length, precision, scale, isNullable]) => ({
    name: name!,
    type: typeFrom(type!, length!, precision!, scale!),
    isNullable: isNullable === "t",
  }));
}

/** A type from the columns of the catalog. */
export function typeFrom(
  name: string,
  length: string | null,
  precision: string | null,
  scale: string | null,
): VerticaType {
  return {
    name: name as TypeName,
    ...(length === null ? {} : { length: Number(length) }),
    ...(precision === null ? {} : { precision: Number(precision), scale: Number(scale) }),
  };
}
