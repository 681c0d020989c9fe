/**
 * The port to the ledger of backfills (contract, section 9): a journal of what was tried, and the lock
 * that makes one backfill at a time work on a database. It is a session's, and dies with it: whether a
 * process lives is read from its lock, not from a clock.
 */
import type { DateRange } from "../partitions/run_date.ts";

/** Of an attempt. What of them `running` means is said by the lock of its backfill. */
export const ATTEMPT_STATES = ["running", "done", "failed", "interrupted"] as const;
export type AttemptState = (typeof ATTEMPT_STATES)[number];

/** A backfill that begins. */
export interface NewBackfill {
  /** As it was typed; no secrets. */
  command: string;
  /** Run dates; undefined where none were asked for. */
  range: DateRange | undefined;
  host: string;
  pid: number;
  version: string;
  /** UTC. Together with host and process it is the backfill's name. */
  startedAt: Temporal.PlainDateTime;
}

/** An attempt at a step that begins. */
export interface NewAttempt {
  runDate: Temporal.PlainDate;
  partition: Temporal.PlainDate;
  step: string;
  /** 1 for the first try of the step of this date, 2 for its first retry. */
  number: number;
  /** What stands for the step, as an opaque text that is only compared; null for nothing. */
  stood: string | null;
}

/** How an attempt ended. */
export interface Outcome {
  state: "done" | "failed" | "interrupted";
  rows?: number | undefined;
  bytes?: number | undefined;
  exitCode?: number | undefined;
  /** As it was printed: no values of rows. */
  message?: string | undefined;
}

/** The last attempt at a step of a day. Times are UTC. */
export interface LastAttempt extends NewAttempt {
  id: number;
  backfillId: number;
  /** `running`: its process lives. One that died is `interrupted`, written down or not. */
  state: AttemptState;
  startedAt: Temporal.PlainDateTime;
  /** Null while it runs, and where its process died. */
  endedAt: Temporal.PlainDateTime | null;
  rows: number | null;
  bytes: number | null;
  version: string;
  host: string;
  pid: number;
  exitCode: number | null;
  message: string | null;
}

/** A session that holds the lock, and what is known of its backfill: all but the first may be null. */
export interface LedgerHolder {
  /** The number of the server's process. */
  process: string;
  id: number | null;
  host: string | null;
  pid: number | null;
  /** UTC. */
  startedAt: Temporal.PlainDateTime | null;
}

/** What reads the ledger. */
export interface AttemptsRepository {
  /** The last attempt of each step of the days of a range of partitions, in order of day and begin. */
  attempts(partitions: DateRange): Promise<LastAttempt[]>;
}

/**
 * What writes it, in one session. What changes something says `false` or `undefined`, and changes
 * nothing, where this session does not hold the lock of the backfill.
 */
export interface LedgerRepository extends AttemptsRepository {
  /** Takes the lock of the database; false where another session has it. */
  lock(): Promise<boolean>;

  /** Whether this very session holds the lock of the database: a pooler may have swapped it. */
  holdsLock(): Promise<boolean>;

  /** Gives the locks back. */
  unlock(backfill: number | undefined): Promise<void>;

  /** Who holds the lock of the database, if anybody. */
  holder(): Promise<LedgerHolder | undefined>;

  /** Ends sessions that hold the lock of a backfill; only for its own process, which has lost them. */
  endFormer(backfill: number): Promise<void>;

  /**
   * Writes down a backfill, and takes its lock; what processes that died left is noted as interrupted.
   * Only for who holds the lock of the database. May be repeated.
   *
   * @returns its number; not locked where a session that this process lost still holds its lock
   * @throws FinpipeError of kind `configuration` where staging may only be read
   */
  begin(backfill: NewBackfill): Promise<{ id: number; locked: boolean }>;

  /**
   * Writes down that an attempt begins. May be repeated. Of this and of its end a crash of the server may
   * lose what was written last.
   *
   * @param ordinal counts the attempts of the backfill
   * @returns its number
   */
  beginAttempt(
    backfill: number,
    ordinal: number,
    attempt: NewAttempt,
    at: Temporal.PlainDateTime,
  ): Promise<number | undefined>;

  /** Writes down how an attempt ended; false also where it is not there. May be repeated. */
  endAttempt(
    backfill: number,
    attempt: number,
    outcome: Outcome,
    at: Temporal.PlainDateTime,
  ): Promise<boolean>;

  /** Writes down how a backfill ended; what it had begun was interrupted. May be repeated. */
  end(backfill: number, exitCode: number, at: Temporal.PlainDateTime): Promise<void>;
}
