/** Rights that PostgreSQL does not check by itself, as the statement is not its own. */
import { VerticaError } from "../engine.ts";
import type { Session } from "./session.ts";
import { sqlName, type Table } from "./tables.ts";

/** What a statement wants, by the rights that any one of suffices (each statement's own page). */
const RIGHTS = {
  lock: "INSERT, UPDATE, DELETE, TRUNCATE",
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
  const together = what === "lock" ? " OR " : " AND ";
  const { rows } = await session.backend.query(
    `SELECT ${checks.join(together)} FROM (SELECT $1::oid) AS one`,
    [table.oid],
  );
  if (rows[0]?.[0] === "t") return;
  throw new VerticaError("42501", 4367, `Permission denied for relation ${table.name}`);
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
