/**
 * One load of a dataset at a time.
 *
 * The lock is an exclusive (X) one on a small table of finpipe's own, held by a transaction of a second
 * session. Vertica documentation, "LOCK TABLE" and "Lock modes": X goes with no other X, NOWAIT fails
 * at once, and what ends the transaction (COMMIT, ROLLBACK, the end of the session, the client's death)
 * frees it. Not in the load's own session, as DDL commits its transaction and so may the swap; not a
 * row that says "locked", as a killed load would leave it behind.
 */
import loadLock from "../../../../sql/warehouse/vertica/load_lock.sql" with { type: "text" };
import lockHeld from "../../../../sql/warehouse/vertica/load_lock_held.sql" with { type: "text" };
import { FinpipeError, isKind } from "../../../runtime/errors.ts";
import { Identifier, templatesOf } from "../../../sql/template.ts";
import type { Subject } from "../../variables.ts";
import { isOfClass } from "../connection/failure.ts";
import type { VerticaScope } from "../scope.ts";

const LOCK = templatesOf(loadLock);
const LOCK_HELD = templatesOf(lockHeld);

/** Proof of the lock. */
export interface LoadLock {
  /**
   * Asks whether the session that holds it still lives: whoever is idle for long may be closed.
   *
   * @throws FinpipeError of kind `unreachable`: the load is begun anew
   */
  check(): Promise<void>;
}

/**
 * Runs work that changes days of a dataset, alone.
 *
 * @throws FinpipeError of kind `locked` where another session loads the dataset
 */
export async function withLoadLock<T>(
  scope: VerticaScope,
  subject: Subject,
  work: (lock: LoadLock) => Promise<T>,
): Promise<T> {
  const session = await scope.connect();
  const holder = scope.in(session);
  let failure: unknown;
  try {
    try {
      await holder.run(LOCK, { lock_table: new Identifier(`${subject.dataset}_lock`) });
    } catch (error) {
      throw isOfClass(error, "lock") ? locked(subject, error) : error;
    }
    return await work({
      async check() {
        try {
          await holder.run(LOCK_HELD);
        } catch (error) {
          throw new FinpipeError(
            "unreachable",
            `Lost the lock on ${subject.dataset}: the session that held it is gone`,
            {
              hint: "Raise IDLESESSIONTIMEOUT of finpipe's user, if nobody ended it",
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

function locked({ dataset }: Subject, cause: unknown): FinpipeError {
  return new FinpipeError("locked", `Another load of ${dataset} is running`, {
    hint: "Try again when it is done: v_monitor.sessions shows it by its label, finpipe:...",
    // A server that has not noticed yet that we were lost holds our own lock for us.
    passes: "after a break",
    cause,
  });
}
