/**
 * What stands between the wire protocol and the database of Vertica's test server: sessions that
 * run one statement at a time, as Vertica would.
 */

/** A column of a result, in Vertica's terms. */
export interface Column {
  name: string;
  /** Vertica's type oid: 6 for integers, 9 for VARCHAR. */
  oid: number;
  /** Bytes, or -1 where values vary in length. */
  size: number;
  /** As in PostgreSQL: of NUMERIC ((precision << 16) | scale) + 4, of VARCHAR length + 4; else -1. */
  modifier: number;
}

/** A row; values in Vertica's text form, null for NULL. */
export type Row = readonly (string | null)[];

/** What a statement gave. */
export type Answer =
  | { kind: "done"; tag: string }
  | { kind: "rows"; tag: string; columns: readonly Column[]; rows: AsyncIterable<Row> }
  /** COPY FROM STDIN or LOCAL STDIN: wants data now. `columns` are of the answer at its end. */
  | { kind: "copy"; isLocal: boolean; columns: readonly Column[]; copy: CopyIn };

/** A COPY that runs. After any of its methods threw a {@link VerticaError} it is over. */
export interface CopyIn {
  /** Takes data, cut anywhere; resolves when more may come. */
  write(bytes: Uint8Array): Promise<void>;
  /** All data was sent; the numbers of the rejected rows for RETURNREJECTED, else undefined. */
  endBatch(): Promise<readonly bigint[] | undefined>;
  /** Ends it well; the answer has one row, the count of rows that were taken. */
  finish(): Promise<{ tag: string; rows: AsyncIterable<Row> }>;
  /** The client gave up: nothing of it stays. Throws the error that the client gets. */
  fail(reason: string): Promise<never>;
}

/** What a statement wants and gives, before it runs (extended protocol). */
export interface Description {
  tag: string;
  /** Type oids of its `?` parameters. */
  parameters: readonly number[];
  /** Null where it gives no rows. */
  columns: readonly Column[] | null;
}

/** What the client said at start-up. */
export interface SessionStart {
  user: string;
  database: string;
  clientLabel: string;
  /** The start-up parameter, where the client sent it. */
  autocommit: boolean | undefined;
}

/** A session of the engine. One statement at a time. */
export interface EngineSession {
  /** The transaction: none, in one, or in one that failed. */
  readonly status: "I" | "T" | "E";
  /** Session parameters that a client is told of when they change: `auto_commit`. */
  onParameter: (name: string, value: string) => void;
  /** @param parameters in text form @throws VerticaError */
  execute(statement: string, parameters?: readonly (string | null)[]): Promise<Answer>;
  /** @throws VerticaError */
  describe(statement: string): Promise<Description>;
  /** @throws VerticaError for a value that is none of its parameter's type */
  bind(description: Description, values: readonly (string | null)[]): Promise<void>;
  /** Ends the statement that runs, with the error of a cancelled one. */
  cancel(): void;
  /** Rolls back what is open and gives up all locks. */
  close(): Promise<void>;
}

/** The database behind the server. */
export interface Engine extends AsyncDisposable {
  /** Where a password is asked for: what the user has to give; undefined for no such user. */
  passwordOf(user: string): Promise<string | undefined>;
  /** @throws VerticaError for no such database */
  openSession(start: SessionStart): Promise<EngineSession>;
  /** A query string cut into its statements, without their semicolons; empty ones are left out. */
  split(query: string): string[];
}

/** An error as Vertica reports it. */
export class VerticaError extends Error {
  override readonly name = "VerticaError";

  /** @param vendorCode Vertica's own number of the error, field V of the message */
  constructor(
    readonly sqlState: string,
    readonly vendorCode: number,
    message: string,
    readonly more: {
      severity?: "ERROR" | "FATAL" | "ROLLBACK";
      detail?: string;
      hint?: string;
      position?: number;
    } = {},
  ) {
    super(message);
  }
}
