/**
 * One PostgreSQL session under a Vertica session: its transaction, and the role it runs as. A statement
 * that fails is undone alone, as in Vertica: each runs behind a savepoint.
 */
import pg from "pg";
import { VerticaError } from "../engine.ts";
import { asVerticaError } from "./errors.ts";
import { quotedWord } from "./reader.ts";

/** Values as PostgreSQL writes them. */
export type TextRow = (string | null)[];

export interface TextResult {
  fields: pg.FieldDef[];
  rows: TextRow[];
  /** Rows that were changed. */
  count: number;
}

const AS_TEXT = {
  getTypeParser: () => (value: string) => value,
} as unknown as pg.CustomTypesConfig;

export class Backend {
  readonly #client: pg.Client;
  readonly #role: string | undefined;
  /** A cancellation that is on its way: it must not meet the next statement. */
  cancelling: Promise<void> | undefined;
  /** It is waited for that nothing is cancelled any more. */
  isSettling = false;
  #inTransaction = false;
  #broken: unknown;

  private constructor(client: pg.Client, role: string | undefined) {
    this.#client = client;
    this.#role = role;
    client.on("error", (error) => this.#broken ??= error);
  }

  /**
   * @param options.role whose rights it has; undefined for the superuser's
   * @param options.lockWait milliseconds after which a lock of PostgreSQL's own is given up
   */
  static async open(
    url: string,
    { role, lockWait, sessionId }: {
      role: string | undefined;
      lockWait: number;
      sessionId: string;
    },
  ): Promise<Backend> {
    const client = new pg.Client({ connectionString: url });
    const backend = new Backend(client, role);
    await client.connect();
    await client.query(
      "SET search_path TO v_engine, pg_catalog, public, v_catalog, v_monitor; SET timezone TO 'UTC'; " +
        `SET lock_timeout TO ${lockWait}; SET v_engine.session_id TO '${sessionId}'; ` +
        "SET datestyle TO ISO; SET jit TO off; SET client_min_messages TO error",
    );
    if (role !== undefined) await client.query(`SET ROLE ${quotedWord(role)}`);
    return backend;
  }

  /** For COPY's stream. */
  get client(): pg.Client {
    return this.#client;
  }

  get inTransaction(): boolean {
    return this.#inTransaction;
  }

  /** PostgreSQL's number of the session. */
  get processId(): number {
    return (this.#client as unknown as { processID: number }).processID;
  }

  async begin(): Promise<void> {
    if (this.#inTransaction) return;
    await this.#client.query("BEGIN");
    this.#inTransaction = true;
  }

  async commit(): Promise<void> {
    if (!this.#inTransaction) return;
    await this.#settle();
    this.#inTransaction = false;
    await this.query("COMMIT");
  }

  async rollback(): Promise<void> {
    if (!this.#inTransaction) return;
    await this.#settle();
    this.#inTransaction = false;
    await this.query("ROLLBACK");
  }

  /** Runs work in the transaction; where it throws, what it did is undone. */
  async guarded<T>(work: () => Promise<T>): Promise<T> {
    await this.hold();
    try {
      const result = await work();
      await this.keep();
      return result;
    } catch (error) {
      await this.undo();
      throw error;
    }
  }

  /** Begins a statement: what comes is kept or undone as a whole. */
  async hold(): Promise<void> {
    await this.begin();
    await this.query("SAVEPOINT v_statement");
  }

  async keep(): Promise<void> {
    await this.query("RELEASE SAVEPOINT v_statement");
  }

  /** Also where the connection is lost: then the server does it. */
  async undo(): Promise<void> {
    if (this.#broken !== undefined) return;
    await this.#settle();
    await this.query("ROLLBACK TO SAVEPOINT v_statement; RELEASE SAVEPOINT v_statement");
  }

  /** What comes now may not be cancelled any more. */
  async #settle(): Promise<void> {
    this.isSettling = true;
    try {
      await this.cancelling;
    } finally {
      this.isSettling = false;
    }
  }

  /** One statement; values in text form. @throws VerticaError */
  async query(text: string, values?: readonly unknown[]): Promise<TextResult> {
    try {
      const result = await this.#client.query({
        text,
        ...(values === undefined ? {} : { values: [...values] }),
        rowMode: "array",
        types: AS_TEXT,
      });
      const { fields, rows, rowCount } = result;
      return { fields, rows: rows as TextRow[], count: rowCount ?? 0 };
    } catch (error) {
      if (this.#broken !== undefined) {
        throw new VerticaError("57V01", 0, "The database behind the server is gone");
      }
      throw asVerticaError(error);
    }
  }

  /** Runs work with the superuser's rights: what the engine itself keeps in the database. */
  async asAdmin<T>(work: () => Promise<T>): Promise<T> {
    if (this.#role === undefined) return await work();
    await this.query("RESET ROLE");
    const result = await work();
    await this.query(`SET ROLE ${quotedWord(this.#role)}`);
    return result;
  }

  async close(): Promise<void> {
    this.#broken ??= new Error("The session is closed");
    await this.#client.end().catch(() => {});
  }
}
