/** The port to locks: finds out who holds the lock that a session of staging waits for. */

/** A session that holds a lock, as far as finpipe may see it. */
export interface LockHolder {
  /** How messages name it, as in `process 4711 of PostgreSQL (psql, role ada)`. */
  name: string;
  /** Its name, what it does and since when. */
  description: string;
  /** The session's number there. */
  process: string;
  /** It is a session of finpipe. */
  isFinpipe: boolean;
  /** It waits for its client, in a transaction or in the middle of a batch's rows. */
  waitsForClient: boolean;
  /** Milliseconds for which it did nothing; undefined where only its mark tells. */
  idleFor: number | undefined;
  /**
   * Changes with everything that the session does: an equal text later means that it did nothing.
   */
  mark: string;
}

/** Locks of staging. */
export interface StagingLocks {
  /** The number of this session; undefined where there is only one, as on the embedded engine. */
  readonly process: string | undefined;

  /**
   * Who holds the locks that these sessions wait for; the one that blocks all others comes last.
   */
  holders(processes: readonly string[]): Promise<LockHolder[]>;

  /**
   * Ends a session if it has done nothing since it was found; false if it has, or finpipe may not.
   */
  end(holder: LockHolder): Promise<boolean>;
}
