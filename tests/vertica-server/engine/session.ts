/** A session: which statement it is, what it does to the transaction, and how it may be stopped. */
import { setTimeout as delay } from "node:timers/promises";
import {
  type Answer,
  type Column,
  type Description,
  type EngineSession,
  type Row,
  type SessionStart,
  VerticaError,
} from "../engine.ts";
import { noSchema } from "./errors.ts";
import type { Backend } from "./backend.ts";
import { GLOBAL_CATALOG, type LockMode, type LockOwner } from "./locks.ts";
import { Reader } from "./reader.ts";
import type { EngineState } from "./state.ts";
import { handlerOf } from "./statements.ts";
import { describeStatement, readParameter } from "./describe.ts";
import { TABLES as SYSTEM_TABLES, unknownOfSystem } from "./system_tables.ts";
import type { Table } from "./tables.ts";
import { describeType } from "./types.ts";

/** Milliseconds between two cancellations of one statement. */
const CANCEL_INTERVAL = 20;

/** The columns of the answer to INSERT, UPDATE, DELETE, MERGE. */
export const OUTPUT = [describeType("OUTPUT", { name: "int" })];

export class Session implements EngineSession {
  readonly engine: EngineState;
  readonly backend: Backend;
  readonly owner: LockOwner;
  readonly loginTime = new Date();
  clientLabel: string;
  autocommit: boolean;
  /** Milliseconds a statement may take. @default undefined for no limit */
  runtimeCap: number | undefined;
  onParameter: (name: string, value: string) => void = () => {};
  /** BEGIN was said: autocommit waits for COMMIT. */
  #isExplicit = false;
  #stop: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isHeld = false;
  #isClosed = false;

  constructor(engine: EngineState, backend: Backend, start: SessionStart, sessionId: string) {
    this.engine = engine;
    this.backend = backend;
    this.clientLabel = start.clientLabel;
    this.autocommit = start.autocommit ?? false;
    this.owner = { sessionId, user: start.user, statement: "" };
  }

  get status(): "I" | "T" {
    return this.backend.inTransaction ? "T" : "I";
  }

  get isAdmin(): boolean {
    return this.owner.user === "dbadmin";
  }

  async execute(statement: string, parameters?: readonly (string | null)[]): Promise<Answer> {
    if (this.#isClosed) throw new VerticaError("57V01", 0, "The session is closed");
    // A late cancellation must not meet the next statement.
    await this.backend.cancelling;
    this.#start(statement);
    try {
      const reader = new Reader(statement);
      return await handlerOf(reader)(this, reader, parameters);
    } catch (error) {
      throw await this.#named(this.stopReason(error), statement);
    } finally {
      if (!this.#isHeld) this.finishStatement();
    }
  }

  async describe(statement: string): Promise<Description> {
    try {
      return await describeStatement(this, statement);
    } catch (error) {
      throw await this.#named(error, statement);
    }
  }

  async bind({ parameters }: Description, values: readonly (string | null)[]): Promise<void> {
    for (const [index, value] of values.entries()) {
      if (value !== null) await readParameter(this, parameters[index]!, value);
    }
  }

  cancel(): void {
    this.#abort(new VerticaError("57014", 3322, "Execution canceled by operator"));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#abort(new VerticaError("57V01", 0, "The session is closed"));
    this.finishStatement();
    await this.backend.cancelling;
    await this.backend.close();
    this.engine.locks.release(this.owner.sessionId);
    this.engine.sessions.delete(this);
  }

  /** The statement that runs, or whose data or rows are on their way; null where there is none. */
  get currentStatement(): string | null {
    return this.#stop === undefined ? null : this.owner.statement;
  }

  /** Aborted when the statement is to stop. */
  get stopped(): AbortSignal | undefined {
    return this.#stop?.signal;
  }

  /** The statement goes on when it was answered: its rows are read yet, or its data comes. */
  holdStatement(): void {
    this.#isHeld = true;
  }

  /** The statement is over; of a COPY, when its last byte was seen to. */
  finishStatement(): void {
    this.#isHeld = false;
    clearTimeout(this.#timer);
    this.#stop = undefined;
  }

  /** What the client is told: why the statement was stopped, where it was. */
  stopReason(error: unknown): unknown {
    const isCancelled = error instanceof VerticaError && error.sqlState === "57014";
    return isCancelled && this.#stop?.signal.aborted ? this.#stop.signal.reason : error;
  }

  /**
   * A query or a change of rows: in the transaction, which it begins, and ends with autocommit on.
   *
   * @param isOver whether the statement ends here. @default always
   */
  async inTransaction<T>(work: () => Promise<T>, isOver = (_: T) => true): Promise<T> {
    try {
      const result = await this.backend.guarded(work);
      if (isOver(result)) await this.endStatement();
      return result;
    } catch (error) {
      if (this.autocommit && !this.#isExplicit) await this.rollback();
      throw error;
    }
  }

  /** With autocommit on, what no BEGIN holds open is committed. */
  async endStatement(): Promise<void> {
    if (this.autocommit && !this.#isExplicit) await this.commit();
  }

  /** DDL and partition functions: they commit what was before them, and themselves. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    await this.commit();
    try {
      const result = await this.backend.guarded(work);
      await this.commit();
      return result;
    } catch (error) {
      await this.rollback();
      throw error;
    }
  }

  /** DDL that makes something: no two of them at once, so that IF NOT EXISTS holds true. */
  aloneInCatalog<T>(work: () => Promise<T>): Promise<T> {
    return this.alone(async () => {
      await this.#acquire(GLOBAL_CATALOG, "X");
      return await work();
    });
  }

  /** A statement that held more than one step failed: what it did is undone. */
  async giveUp(): Promise<void> {
    await this.backend.undo();
    if (this.autocommit && !this.#isExplicit) await this.rollback();
  }

  async begin(): Promise<void> {
    await this.backend.begin();
    this.#isExplicit = true;
  }

  async commit(): Promise<void> {
    this.#isExplicit = false;
    try {
      await this.backend.commit();
    } finally {
      this.engine.locks.release(this.owner.sessionId);
    }
  }

  async rollback(): Promise<void> {
    this.#isExplicit = false;
    try {
      await this.backend.rollback();
    } finally {
      this.engine.locks.release(this.owner.sessionId);
    }
  }

  /** Takes a lock of the transaction's; temporary tables are nobody else's. */
  async lock(table: Table, mode: LockMode, wait?: number): Promise<void> {
    if (table.isTemporary) return;
    await this.#acquire(`${table.schema}.${table.name}`, mode, wait);
  }

  async #acquire(name: string, mode: LockMode, wait?: number): Promise<void> {
    await this.engine.locks.acquire(name, mode, this.owner, {
      ...(wait === undefined ? {} : { wait }),
      ...(this.stopped === undefined ? {} : { cancelled: this.stopped }),
    });
  }

  /** Of a table in a schema that is not there, it is the schema that Vertica misses. */
  async #named(error: unknown, statement: string): Promise<unknown> {
    if (!(error instanceof VerticaError)) return error;
    const isMissing = ["42V01", "42703"].includes(error.sqlState);
    const own = isMissing ? await this.#ownTables() : [];
    const system = unknownOfSystem(error, statement, own);
    if (system !== undefined) return system;
    if (error.sqlState !== "42V01") return error;
    const schema = /"([^".]+)\.[^"]+"/.exec(error.message)?.[1];
    if (schema === undefined) return error;
    const found = await this.engine.query("SELECT FROM pg_namespace WHERE nspname = $1", [schema]);
    return found.length > 0 ? error : noSchema(schema);
  }

  /** Tables of users, temporary ones of this session too, that are named as one of the system's. */
  async #ownTables(): Promise<string[]> {
    const { rows } = await this.backend.query(
      `SELECT relname FROM pg_class WHERE relname = ANY ($1) AND relkind IN ('r', 'p')
         AND pg_table_is_visible(oid)`,
      [[...SYSTEM_TABLES]],
    );
    return rows.map(([name]) => name!);
  }

  #start(statement: string): void {
    this.#isHeld = false;
    this.owner.statement = statement;
    this.#stop = new AbortController();
    if (this.runtimeCap === undefined) return;
    this.#timer = setTimeout(() => {
      const text = new Date(this.runtimeCap!).toISOString().slice(11, 19);
      this.#abort(
        new VerticaError("57014", 3326, `Execution time exceeded run time cap of ${text}`),
      );
    }, this.runtimeCap);
  }

  #abort(reason: VerticaError): void {
    if (this.#stop === undefined || this.#stop.signal.aborted) return;
    this.#stop.abort(reason);
    this.backend.cancelling = this.#cancel(this.#stop);
  }

  /** Cancels until it is heard, which between two of the backend's own statements it is not. */
  async #cancel(stop: AbortController): Promise<void> {
    const isOver = () => this.#stop !== stop || this.backend.isSettling;
    for (;;) {
      await this.engine.cancelBackend(this.backend.processId);
      if (isOver()) return;
      await delay(CANCEL_INTERVAL);
      if (isOver()) return;
    }
  }
}

/** An answer of rows that are there already. */
export function rowsAnswer(
  tag: string,
  columns: readonly Column[],
  rows: readonly Row[],
): Answer {
  return { kind: "rows", tag, columns, rows: each(rows) };
}

export async function* each(rows: Iterable<Row>): AsyncGenerator<Row> {
  yield* rows;
}
