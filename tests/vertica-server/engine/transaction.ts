/** BEGIN, COMMIT, ROLLBACK and savepoints. */
import type { Answer } from "../engine.ts";
import { quotedWord, type Reader } from "./reader.ts";
import type { Session } from "./session.ts";

export async function begin(session: Session, reader: Reader): Promise<Answer> {
  reader.next();
  if (!reader.accept("transaction")) reader.accept("work");
  if (reader.accept("isolation", "level")) {
    if (!reader.accept("read", "committed")) throw reader.unknown("this isolation level");
  }
  reader.end();
  await session.begin();
  return { kind: "done", tag: "BEGIN" };
}

export async function commit(session: Session, reader: Reader): Promise<Answer> {
  reader.next();
  if (!reader.accept("transaction")) reader.accept("work");
  reader.end();
  await session.commit();
  return { kind: "done", tag: "COMMIT" };
}

export async function rollback(session: Session, reader: Reader): Promise<Answer> {
  reader.next();
  if (reader.accept("to")) {
    reader.accept("savepoint");
    return await point(session, reader, "ROLLBACK TO SAVEPOINT", "ROLLBACK");
  }
  if (!reader.accept("transaction")) reader.accept("work");
  reader.end();
  await session.rollback();
  return { kind: "done", tag: "ROLLBACK" };
}

export async function savepoint(session: Session, reader: Reader): Promise<Answer> {
  const verb = reader.next().value;
  if (verb === "savepoint") return await point(session, reader, "SAVEPOINT", "SAVEPOINT");
  reader.accept("savepoint");
  return await point(session, reader, "RELEASE SAVEPOINT", "RELEASE");
}

/** Locks stay to the end of the transaction, also those taken behind the savepoint. */
async function point(
  session: Session,
  reader: Reader,
  verb: string,
  tag: string,
): Promise<Answer> {
  const name = reader.identifier();
  reader.end();
  await session.backend.begin();
  await session.backend.query(`${verb} ${quotedWord(`user_${name}`)}`);
  return { kind: "done", tag };
}
