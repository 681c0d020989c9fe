/** SELECT, and the meta-functions that may stand alone in one. */
import type { Answer } from "../engine.ts";
import { readQuery } from "./cursor.ts";
import { isMetaFunction, runMetaFunction } from "./meta_functions.ts";
import { withNullOrder } from "./null_order.ts";
import type { Reader } from "./reader.ts";
import { named } from "./result_names.ts";
import { rewrite } from "./rewrite.ts";
import type { Session } from "./session.ts";
import type { Parameters } from "./statements.ts";

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
  const answer = await readQuery(
    session,
    statement,
    (columns) => withNullOrder(statement, columns),
  );
  return answer.kind === "rows" ? { ...answer, columns: named(reader, answer.columns) } : answer;
}
