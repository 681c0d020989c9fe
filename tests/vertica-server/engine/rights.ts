/** Rights that PostgreSQL does not check by itself, as the statement is not its own. */
import { VerticaError } from "../engine.ts";
import type { Session } from "./session.ts";
import { sqlName, type Table } from "./tables.ts";

/** What a statement wants (each statement's own page; of a lock, LOCK TABLE, "Privileges"). */
const RIGHTS = {
  "lock S": "SELECT",
  "lock I": "INSERT",
  "lock IV": "SELECT, INSERT",
  "lock SI": "SELECT, INSERT",
  "lock X": "UPDATE, DELETE",
  "lock O": "SELECT, INSERT, UPDATE, DELETE, REFERENCES, TRUNCATE",
  truncate: "TRUNCATE",
  partitions: "TRUNCATE, INSERT, SELECT",
  copy: "INSERT",
};

/** @throws VerticaError 42501 for who is no owner and has not the rights either */
export async function requireRight(
  session: Session,
  table: Table,
  what: keyof typeof RIGHTS,
): Promise<void> {
  const rights = RIGHTS[what].split(", ");
  const checks = rights.map((right) => `has_table_privilege($1::oid, '${right}')`);
  const { rows } = await session.backend.query(
    `SELECT ${checks.join(" AND ")} FROM (SELECT $1::oid) AS one`,
    [table.oid],
  );
  if (rows[0]?.[0] === "t") return;
  throw new VerticaError("42501", 4367, `Permission denied for relation ${table.name}`);
}

/** @throws VerticaError 42501 for who may not look into a schema whose function he calls */
export async function requireUsage(session: Session, schema: string): Promise<void> {
  const { rows } = await session.backend.query("SELECT has_schema_privilege($1, 'USAGE')", [
    schema,
  ]);
  if (rows[0]?.[0] === "t") return;
  throw new VerticaError(
    "42501",
    3580,
    `Insufficient privilege: USAGE on SCHEMA '${schema}' not granted for current user`,
  );
}

/** @throws VerticaError 42501 for who is no owner */
export async function requireOwner(session: Session, table: Table): Promise<void> {
  const { rows } = await session.backend.query(
    "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = $1",
    [table.oid],
  );
  if (rows[0]?.[0] === "t") return;
  throw new VerticaError("42501", 4000, `Must be owner of relation ${sqlName(table)}`);
}
