/** Waiting for what gives no event: the state of a server, as another session sees it. */
import type { SqlSession } from "../../lib/postgres/session.ts";

/** Milliseconds after which a condition will not come true any more, also on a busy machine. */
const PATIENCE = 120_000;

/** Asks again and again, until the query gives a row. */
export async function untilRow(session: SqlSession, sql: string): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while ((await session.query(sql)).length === 0) {
    if (performance.now() > deadline) throw new Error(`There was never a row of: ${sql}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Asks again and again, until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!await isSo()) {
    if (performance.now() > deadline) throw new Error(`It never came to be: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Gives a row when a session waits for an advisory lock of the database. */
export const SOMEBODY_WAITS = `
  SELECT 1 FROM pg_locks
  WHERE locktype = 'advisory' AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** Gives a row when a session waits for a table of the database; others have tables of the same oid. */
export const TABLE_IS_WAITED_FOR = `
  SELECT 1 FROM pg_locks
  WHERE locktype = 'relation' AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** Makes the insert of a transaction wait, whose amount is this, for the advisory lock of that number. */
export const GATE = 777;

/** Has a row of {@link GATE} wait, in the middle of COPY, for as long as this session holds the lock. */
export async function closeGate(session: SqlSession): Promise<void> {
  await session.execute(`
    SELECT pg_advisory_lock(${GATE});
    CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_advisory_xact_lock_shared(${GATE}); RETURN NEW; END';
    CREATE TRIGGER gate BEFORE INSERT ON stg.transactions
      FOR EACH ROW WHEN (NEW.amount = ${GATE}) EXECUTE FUNCTION wait_at_gate()`);
}
