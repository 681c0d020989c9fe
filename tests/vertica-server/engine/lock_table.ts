/** LOCK TABLE (Vertica documentation of that name). */
import type { Answer } from "../engine.ts";
import type { LockMode } from "./locks.ts";
import type { Name, Reader } from "./reader.ts";
import type { Session } from "./session.ts";
import { findTable } from "./tables.ts";
import { requireRight } from "./rights.ts";

const MODES: readonly [words: string[], mode: LockMode][] = [
  [["share"], "S"],
  [["insert", "validate"], "IV"],
  [["insert"], "I"],
  [["share", "insert"], "SI"],
  [["exclusive"], "X"],
  [["owner"], "O"],
];

export async function lockTable(session: Session, reader: Reader): Promise<Answer> {
  reader.expect("lock");
  reader.accept("table");
  const names: Name[] = [reader.name()];
  while (reader.accept(",")) names.push(reader.name());
  reader.expect("in");
  const found = MODES.find(([words]) => reader.is(...words, "mode"));
  if (found === undefined) {
    if (reader.is("usage") || reader.is("not")) throw reader.unknown("this lock mode");
    throw reader.error();
  }
  const [words, mode] = found;
  reader.expect(...words, "mode");
  const isNowait = reader.accept("nowait");
  reader.end();
  await session.inTransaction(async () => {
    for (const name of names) {
      const table = await findTable(session.backend, name);
      await requireRight(session, table, `lock ${mode}`);
      await session.lock(table, mode, isNowait ? 0 : undefined);
    }
  });
  return { kind: "done", tag: "LOCK TABLE" };
}
