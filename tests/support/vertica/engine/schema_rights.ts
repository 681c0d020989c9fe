/**
 * Rights on a schema that its tables inherit (Vertica documentation, "Inherited privileges"): SELECT
 * and others given on a schema hold for the tables made in it, where the schema says so.
 */
import { literal, quoted, quotedWord } from "./reader.ts";
import type { Session } from "./session.ts";
import type { Table } from "./tables.ts";

/** Of a table that was just made. */
export async function applySchemaRights(session: Session, table: Table): Promise<void> {
  const { backend } = session;
  const { rows } = await backend.query(
    `SELECT r.right_name, r.role FROM v_engine_catalog.schema_rights AS r
     JOIN v_engine_catalog.schemas AS s ON s.name = r.schema_name
     WHERE r.schema_name = ${literal(table.schema)} AND s.includes_privileges`,
  );
  if (rows.length === 0) return;
  await backend.asAdmin(async () => {
    for (const [right, role] of rows) {
      await backend.query(`GRANT ${right} ON ${quoted(table)} TO ${quotedWord(role!)}`);
    }
  });
}
