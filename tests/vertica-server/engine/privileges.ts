/**
 * GET_PRIVILEGES_DESCRIPTION (Vertica documentation, "Privileges and access functions"): what the user
 * may do with an object, as far as nothing else keeps it from him.
 */
import { noRelation, noSchema, unknown } from "./errors.ts";
import type { Argument } from "./meta_functions.ts";
import type { Session } from "./session.ts";

const DATABASE = `
  SELECT 'CREATE' WHERE has_database_privilege(current_database(), 'CREATE')
  UNION ALL SELECT 'TEMP' WHERE has_database_privilege(current_database(), 'TEMP')`;

const SCHEMA = `
  SELECT privilege FROM (VALUES ('CREATE'), ('USAGE')) AS known (privilege)
  WHERE has_schema_privilege($1, privilege)
  UNION SELECT upper(right_name) FROM v_engine_catalog.schema_rights
  WHERE schema_name = $1 AND (role = 'PUBLIC' OR pg_has_role(role, 'USAGE'))
  ORDER BY 1`;

const TABLE = `
  SELECT privilege
  FROM (VALUES ('DELETE'), ('INSERT'), ('REFERENCES'), ('SELECT'), ('TRUNCATE'), ('UPDATE'))
    AS known (privilege)
  WHERE has_schema_privilege($1, 'USAGE') AND has_table_privilege($2::oid, privilege)`;

export async function describePrivileges(
  session: Session,
  [kind, name]: readonly Argument[],
): Promise<string> {
  const { backend, engine } = session;
  const list = async (sql: string, values: string[] = []) => {
    // Whether it is there is no secret; what may be done with it is asked as the user.
    const { rows } = await backend.guarded(() => backend.query(sql, values));
    return rows.map(([privilege]) => privilege).join(", ");
  };
  const [first = "", second = ""] = (name ?? "").toLowerCase().split(".");
  if (kind === "database") return await list(DATABASE);
  if (kind === "schema") {
    const found = await engine.query("SELECT FROM pg_namespace WHERE nspname = $1", [first]);
    if (found.length === 0) throw noSchema(first);
    return await list(SCHEMA, [first]);
  }
  if (kind !== "table") throw unknown(`GET_PRIVILEGES_DESCRIPTION of a ${kind}`);
  const [table] = await engine.query(
    `SELECT c.oid FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname = $2`,
    [first, second],
  );
  if (table === undefined) throw noRelation(`${first}.${second}`);
  return await list(TABLE, [first, String(table.oid)]);
}
