/**
 * Rights on a schema that its tables inherit (Vertica documentation, "Inherited privileges"): SELECT
 * and others given on a schema hold for the tables in it that include them.
 */
import type { Backend, TextRow } from "./backend.ts";
import type { Inheritance } from "./create_table.ts";
import { quoted, quotedWord } from "./reader.ts";
import type { Session } from "./session.ts";
import type { Table } from "./tables.ts";

/** Of a table that was just made. @param inherits what its statement says; else its schema decides */
export async function inheritRights(
  { backend }: Session,
  table: Table,
  inherits: Inheritance,
): Promise<void> {
  const { rows } = await backend.query(
    `SELECT r.right_name, r.role FROM v_engine_catalog.schema_rights AS r WHERE r.schema_name = $1`,
    [table.schema],
  );
  await backend.asAdmin(async () => {
    const { count } = await backend.query(
      `UPDATE v_engine_catalog.tables SET inherits = true WHERE table_oid = $1 AND COALESCE($2, (
         SELECT includes_privileges FROM v_engine_catalog.schemas WHERE name = $3
       ))`,
      [table.oid, inherits ?? null, table.schema],
    );
    if (count === 0) return;
    for (const [right, role] of rows) {
      await backend.query(`GRANT ${right} ON ${quoted(table)} TO ${word(role!)}`);
    }
  });
}

/** Gives or takes a right on a schema, also on its tables that inherit. */
export async function changeSchemaRight(
  backend: Backend,
  { verb, schema, right, role }: {
    verb: "GRANT" | "REVOKE";
    schema: string;
    right: string;
    role: string;
  },
): Promise<void> {
  await backend.query(
    verb === "GRANT"
      ? "INSERT INTO v_engine_catalog.schema_rights VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
      : `DELETE FROM v_engine_catalog.schema_rights
         WHERE schema_name = $1 AND right_name = $2 AND role = $3`,
    [schema, right, role],
  );
  for (const [name] of await inheriting(backend, schema)) {
    const table = quoted({ schema, name: name! });
    const direction = verb === "GRANT" ? "TO" : "FROM";
    await backend.query(`${verb} ${right} ON ${table} ${direction} ${word(role)}`);
  }
}

async function inheriting(backend: Backend, schema: string): Promise<TextRow[]> {
  const { rows } = await backend.query(
    `SELECT c.relname FROM pg_class AS c
     JOIN pg_namespace AS n ON n.oid = c.relnamespace
     JOIN v_engine_catalog.tables AS t ON t.table_oid = c.oid
     WHERE n.nspname = $1 AND t.inherits`,
    [schema],
  );
  return rows;
}

function word(role: string): string {
  return role === "PUBLIC" ? role : quotedWord(role);
}
