/** The port to locks: who holds what a session of staging waits for. */

/** Somebody who holds a lock, as far as we may know. */
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
  /** Changes with whatever it does: the same text later means that it stood still. */
  mark: string;
}

/** Locks of staging. */
export interface StagingLocks {
  /** The number of this session; undefined where there is one alone, as on the embedded engine. */
  readonly process: string | undefined;

  /** Who holds what these sessions wait for; the one at the end of a chain comes last. */
  holders(processes: readonly string[]): Promise<LockHolder[]>;

  /** Ends a session that still stands as it was found; false where it does not, or we may not. */
  end(holder: LockHolder): Promise<boolean>;
}
