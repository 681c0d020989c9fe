/**
 * The port to a PostgreSQL database, real or embedded: just what finpipe uses of it.
 *
 * The staging and the embedded warehouse are written once, against this; `server.ts` and
 * `embedded.ts` implement it.
 */

import type { SqlRow } from "../sql/query.ts";

export type { SqlRow };

/** A parameter; numbers and timestamps go as text, so that nothing passes through a double. */
export type SqlValue = string | number | bigint | boolean | null | Uint8Array;

/**
 * How a transaction reads: each statement what is committed by then, or the whole transaction one
 * snapshot, read only.
 */
export type TransactionMode = "read write" | "snapshot";

/** One session (connection). One statement at a time: callers await each before the next. */
export interface SqlSession {
  /** The server's version as a number: 180004 is 18.4. */
  readonly serverVersion: number;

  /** Number of the server's process that works for it; undefined on the embedded engine. */
  readonly process?: string | undefined;

  /** Runs one statement with parameters `$1`, `$2` ... */
  query(sql: string, params?: readonly SqlValue[]): Promise<SqlRow[]>;

  /** Runs a script of one or more statements without parameters. */
  execute(script: string): Promise<void>;

  /**
   * Runs `COPY ... FROM STDIN` with the given pieces, which follow each other and hold whole rows.
   * Back pressure is kept; a refused row fails the statement.
   */
  copyIn(statement: string, pieces: readonly Uint8Array[]): Promise<void>;

  /**
   * Runs `COPY ... TO STDOUT` and hands over each piece as it comes, in order. The sink is
   * synchronous since the embedded engine produces inside one call; the bytes are only valid
   * during that call.
   */
  copyOut(statement: string, sink: (piece: Uint8Array) => void): Promise<void>;

  /** Runs `work` between BEGIN and COMMIT; a throw rolls back and is thrown on. */
  transaction<T>(work: () => Promise<T>, mode?: TransactionMode): Promise<T>;

  /** Ends the session; never throws. */
  close(): Promise<void>;
}

/** The statement that begins a transaction of each mode. */
export const BEGIN: Record<TransactionMode, string> = {
  "read write": "BEGIN",
  "snapshot": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
};
