/**
 * One load of a dataset at a time, and one build of the core.
 *
 * The lock is an exclusive (X) one on a small table of finpipe's own, held by a transaction of a second
 * session. Vertica documentation, "LOCK TABLE" and "Lock modes": X goes with no other X, NOWAIT fails
 * at once, and what ends the transaction (COMMIT, ROLLBACK, the end of the session, the client's death)
 * frees it. Not in the load's own session, as DDL commits its transaction and so may the swap; not a
 * row that says "locked", as a killed load would leave it behind.
 */
import coreLock from "../../../sql/warehouse/vertica/core_lock.sql" with { type: "text" };
import loadLock from "../../../sql/warehouse/vertica/load_lock.sql" with { type: "text" };
import lockHeld from "../../../sql/warehouse/vertica/load_lock_held.sql" with { type: "text" };
import { FinpipeError, isKind } from "../../runtime/errors.ts";
import { Identifier, type SqlTemplate, type SqlValues, templatesOf } from "../../sql/template.ts";
import type { Subject } from "../variables.ts";
import { isOfClass } from "./connection/failure.ts";
import type { VerticaScope } from "./scope.ts";

const CORE_LOCK = templatesOf(coreLock);
const LOCK = templatesOf(loadLock);
const LOCK_HELD = templatesOf(lockHeld);

/** Proof of the lock. */
export interface HeldLock {
  /**
   * Asks whether the session that holds the lock is still alive: the server may close a session
   * that is idle for long.
   *
   * @throws FinpipeError of kind `unreachable`: the work starts again
   */
  check(): Promise<void>;
}

/**
 * Runs work that changes days of a dataset, while no other session does.
 *
 * @throws FinpipeError of kind `locked` where another session loads the dataset
 */
export function withLoadLock<T>(
  scope: VerticaScope,
  { dataset }: Subject,
  work: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const taken = {
    statements: LOCK,
    values: { lock_table: new Identifier(`${dataset}_lock`) },
    what: dataset,
    running: `load of ${dataset}`,
  };
  return withLock(scope, taken, work);
}

/**
 * Runs work that builds a day of the core, while no other session does: waits for one that does, as long
 * as the server waits for a lock.
 *
 * @throws FinpipeError of kind `locked` where that is too long
 */
export function withCoreLock<T>(
  scope: VerticaScope,
  work: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const taken = {
    statements: CORE_LOCK,
    values: {},
    what: "the core",
    running: "build of the core",
  };
  return withLock(scope, taken, work);
}

interface Taken {
  statements: readonly SqlTemplate[];
  values: SqlValues;
  /** As messages name it. */
  what: string;
  /** What somebody else does while he holds it. */
  running: string;
}

async function withLock<T>(
  scope: VerticaScope,
  { statements, values, what, running }: Taken,
  work: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  const session = await scope.connect();
  const holder = scope.in(session);
  let failure: unknown;
  try {
    try {
      await holder.run(statements, values);
    } catch (error) {
      throw isOfClass(error, "lock") ? locked(running, error) : error;
    }
    return await work({
      async check() {
        try {
          await holder.run(LOCK_HELD);
        } catch (error) {
          throw new FinpipeError(
            "unreachable",
            `Lost the lock on ${what}: the session that held it is gone`,
            {
              hint: "If nobody ended it, raise IDLESESSIONTIMEOUT of finpipe's user",
              cause: error,
            },
          );
        }
      },
    });
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    // The end of a session takes its time on the server, and the next load must not meet the lock. What
    // one connection has met this one may have met too: then nothing is waited for.
    const isAsked = !session.isBroken && !isKind(failure, "unreachable");
    if (isAsked) await session.query("ROLLBACK").catch(() => {});
    await session.end(failure);
  }
}

function locked(running: string, cause: unknown): FinpipeError {
  return new FinpipeError("locked", `Another ${running} is running`, {
    hint: "Try again when it is done: v_monitor.sessions shows it by its label, finpipe:...",
    // A server that has not noticed yet that we were lost holds our own lock for us.
    passes: "after a break",
    cause,
  });
}
