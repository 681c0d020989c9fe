/** INSERT, UPDATE, DELETE, MERGE: each answers with one row, the count. */
import type { Answer } from "../engine.ts";
import type { LockMode } from "./locks.ts";
import type { Reader } from "./reader.ts";
import { rewrite } from "./rewrite.ts";
import { OUTPUT, rowsAnswer, type Session } from "./session.ts";
import type { Parameters } from "./statements.ts";
import { findTable, type Table } from "./tables.ts";

export async function changeRows(
  session: Session,
  reader: Reader,
  parameters: Parameters,
): Promise<Answer> {
  const verb = reader.next().value;
  if (verb !== "update") reader.next();
  const name = reader.name();
  // DELETE ... USING is PostgreSQL's; MERGE has a USING of its own.
  if (verb === "delete" && reader.is("using")) throw reader.error();
  if (verb === "insert" && reader.is("with", "label")) throw reader.unknown("labels");
  const statement = rewrite(reader.sql, parameters);
  const count = await session.inTransaction(async () => {
    const table = await findTable(session.backend, name);
    for (const mode of locksOf(verb, table)) await session.lock(table, mode);
    return (await session.backend.query(statement)).count;
  });
  // Of INSERT and of SELECT no tag comes with the answer, as drivers' own tests have seen.
  return rowsAnswer(verb === "insert" ? "" : verb.toUpperCase(), OUTPUT, [[String(count)]]);
}

/** Documentation, "Lock modes" and "Constraint enforcement and locking". */
function locksOf(verb: string, table: Table): LockMode[] {
  if (verb !== "insert") return ["X"];
  return table.hasEnabledKeys ? ["I", "IV"] : ["I"];
}
