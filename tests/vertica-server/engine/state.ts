/** What the sessions of an engine share. */
import type pg from "pg";
import { type LockManager, shownLock } from "./locks.ts";
import type { Session } from "./session.ts";

/** What a test may set while the engine runs. */
export interface EngineSwitches {
  /** How many of the next partition functions fail as one that meets a mergeout. @default 0 */
  mergeoutConflicts: number;
  /** What FCSVPARSER makes of `""`: by its source, of 2015, NULL. @default "null" */
  quotedEmpty: "null" | "empty";
  /**
   * What becomes of a NULL for a NOT NULL column that FCSVPARSER gave: the row is rejected, or the COPY
   * fails as a whole (error 2501). No page says which. @default "reject"
   */
  nullInCopy: "reject" | "fail";
  /** Whether COPY knows the numbers of rejected rows: where not, they are -1. @default true */
  numbersRejected: boolean;
  /** Whether ENFORCELENGTH goes with FCSVPARSER: no page says it. @default true */
  enforcesLengthByParser: boolean;
  /** Whether FCSVPARSER cuts a string that is too long, also with ENFORCELENGTH. @default false */
  parserCuts: boolean;
  /** Whether a swap commits the transaction that it is called in: no page says it. @default true */
  swapCommits: boolean;
}

export const DEFAULT_SWITCHES: Readonly<EngineSwitches> = {
  mergeoutConflicts: 0,
  quotedEmpty: "null",
  nullInCopy: "reject",
  numbersRejected: true,
  enforcesLengthByParser: true,
  parserCuts: false,
  swapCommits: true,
};

export class EngineState {
  readonly sessions = new Set<Session>();
  readonly locks: LockManager;
  readonly switches: EngineSwitches = { ...DEFAULT_SWITCHES };
  /** What the roles of users begin with. */
  readonly prefix: string;
  /** A connection of the superuser's, for what is outside of any session's transaction. */
  readonly #admin: pg.Client;
  #last: Promise<unknown> = Promise.resolve();

  constructor(admin: pg.Client, locks: LockManager, prefix: string) {
    this.#admin = admin;
    this.locks = locks;
    this.prefix = prefix;
  }

  /** The role of PostgreSQL's that stands for a user or role; undefined for the superuser. */
  roleOf(user: string): string | undefined {
    return user === "dbadmin" ? undefined : `${this.prefix}${user}`;
  }

  /** One statement at a time, committed at once. */
  async query(text: string, values: unknown[] = []): Promise<Record<string, string | null>[]> {
    const run = this.#last.then(() => this.#admin.query(text, values));
    this.#last = run.catch(() => {});
    return (await run).rows;
  }

  /** Ends what a backend runs; nothing where it runs nothing. */
  async cancelBackend(processId: number): Promise<void> {
    await this.query("SELECT pg_cancel_backend($1)", [processId]).catch(() => {});
  }

  /** Writes down who is there and who holds what, for a query that asks. */
  async publish(): Promise<void> {
    const sessions = [...this.sessions].map((session) => ({
      session_id: session.owner.sessionId,
      user_name: session.owner.user,
      client_label: session.clientLabel,
      login_timestamp: session.loginTime,
      current_statement: session.currentStatement,
      backend: session.backend.processId,
    }));
    const locks = [...this.locks.list()].map(({ table, owner, mode, isGranted }) => ({
      object_name: shownLock(table),
      session_id: owner.sessionId,
      user_name: owner.user,
      mode,
      is_granted: isGranted,
    }));
    await this.query(
      `WITH gone AS (DELETE FROM v_engine_catalog.sessions),
         freed AS (DELETE FROM v_engine_catalog.locks),
         held AS (
           INSERT INTO v_engine_catalog.locks
           SELECT * FROM json_populate_recordset(NULL::v_engine_catalog.locks, $2)
         )
       INSERT INTO v_engine_catalog.sessions
       SELECT * FROM json_populate_recordset(NULL::v_engine_catalog.sessions, $1)`,
      [JSON.stringify(sessions), JSON.stringify(locks)],
    );
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#admin.end();
  }
}
