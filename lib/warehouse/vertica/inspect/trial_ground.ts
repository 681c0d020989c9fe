/** A Vertica server, to be tried. */
import nodesSql from "../../../../sql/warehouse/vertica/trial_nodes.sql" with { type: "text" };
import modeSql from "../../../../sql/warehouse/vertica/trial_mode.sql" with { type: "text" };
import sessionClose from "../../../../sql/warehouse/vertica/session_close.sql" with {
  type: "text",
};
import sessionsSql from "../../../../sql/warehouse/vertica/trial_sessions.sql" with {
  type: "text",
};
import tablesSql from "../../../../sql/warehouse/vertica/trial_tables.sql" with { type: "text" };
import type { VerticaSettings } from "../../../config/vertica_settings.ts";
import { orAborted } from "../../../runtime/aborted.ts";
import { FinpipeError, isKind } from "../../../runtime/errors.ts";
import { retrying, type RetryOptions } from "../../../runtime/retry.ts";
import * as is from "../../../sql/columns.ts";
import type { Query } from "../../../sql/query.ts";
import type { SqlValues } from "../../../sql/template.ts";
import { schemaValues, tablePath, type WarehouseSchemas } from "../../variables.ts";
import {
  requirePresent,
  SCRATCH_PATTERN,
  type ScratchTable,
  scratchTable,
  type TrialFacts,
  type TrialGround,
} from "../../trial/ground.ts";
import type { TrialRow } from "../../trial/seen.ts";
import { filledStatement } from "../../trial/variables.ts";
import { openVerticaSession, type VerticaSession } from "../connection/session.ts";
import { verticaQuery } from "../query.ts";
import { SCHEMAS_PRESENT } from "../migrations.ts";
import { SERVER_FACTS } from "./inspection.ts";

const NODES = verticaQuery("trial_nodes", nodesSql, { nodes: is.integer, nodesUp: is.integer });
const MODE = verticaQuery("trial_mode", modeSql, { subscriptions: is.integer });
const SESSIONS = verticaQuery("trial_sessions", sessionsSql, {
  sessionId: is.text,
  clientLabel: is.text,
});
const TABLES = verticaQuery("trial_tables", tablesSql, {
  tableSchema: is.text,
  tableName: is.text,
});
const SESSION_CLOSE = verticaQuery("session_close", sessionClose, {});

/** Sessions of trials by their labels, each with the key of its run. */
const LABEL = "finpipe:trial:";

/** Milliseconds for a scratch table to be dropped: a session that is not over may hold a lock on it. */
const DROP_WITHIN = 10_000;

const NEVER = new AbortController().signal;

export interface VerticaGroundOptions {
  vertica: VerticaSettings;
  schemas: WarehouseSchemas;
  key: string;
  retry: RetryOptions;
}

/** Connects to nothing yet. */
export class VerticaGround implements TrialGround {
  readonly engine = "vertica";
  readonly schemas: WarehouseSchemas;
  readonly names: Record<string, string>;
  readonly #options: VerticaGroundOptions;
  readonly #sessions = new Map<number, VerticaSession>();
  /** Sessions in which a statement is under way. */
  readonly #busy = new Set<VerticaSession>();

  constructor(options: VerticaGroundOptions) {
    const { vertica, schemas } = options;
    const { stagingSchema, martSchema } = schemas;
    this.#options = options;
    this.schemas = schemas;
    this.names = {
      ...Object.fromEntries(vertica.nodes.map(({ host }) => [host, "host"])),
      [vertica.database]: "database",
      [vertica.user]: "user",
      [martSchema]: "mart_schema",
      [stagingSchema]: "staging_schema",
    };
  }

  async requireSchemas(): Promise<void> {
    const { stagingSchema, martSchema } = this.schemas;
    await this.open(1);
    const rows = await this.#ask(SCHEMAS_PRESENT);
    // Names have no case.
    const names = [stagingSchema, martSchema].map((name) => name.toLowerCase());
    requirePresent(names, rows.map(({ schemaName }) => schemaName));
  }

  async facts(): Promise<TrialFacts> {
    const [server] = await this.#ask(SERVER_FACTS);
    if (server === undefined) throw new Error("The server says nothing of itself");
    // The name of whoever may look at the rest.
    this.names[server.userName] ??= "user";
    const [nodes] = await this.#askIfAllowed(NODES);
    const [mode] = await this.#askIfAllowed(MODE);
    return {
      version: server.version,
      nodes: nodes?.nodes,
      nodesUp: nodes?.nodesUp,
      mode: mode === undefined ? undefined : mode.subscriptions === 0 ? "Enterprise" : "Eon",
    };
  }

  filled(sql: string, values: SqlValues): string {
    const { key, vertica: { database } } = this.#options;
    return filledStatement(sql, { schemas: this.schemas, key }, { database, ...values });
  }

  async open(session: number): Promise<void> {
    const there = this.#sessions.get(session);
    if (there !== undefined && !there.isBroken) return;
    await there?.close();
    this.#sessions.set(
      session,
      await this.#connect(session === 1 ? this.#options.retry : undefined),
    );
  }

  async run(session: number, statement: string, data?: string): Promise<TrialRow[]> {
    const found = this.#sessions.get(session);
    if (found === undefined) throw new Error(`Session ${session} is not open`);
    this.#busy.add(found);
    try {
      if (data === undefined) return await found.query(statement);
      const bytes = new TextEncoder().encode(data);
      await found.copy(statement, ReadableStream.from([bytes]), NEVER);
      return [];
    } finally {
      this.#busy.delete(found);
    }
  }

  isLost(session: number): boolean {
    return this.#sessions.get(session)?.isBroken ?? true;
  }

  async leave(): Promise<void> {
    for (const [number, session] of [...this.#sessions]) {
      const isFree = !session.isBroken && !this.#busy.has(session);
      if (isFree) await session.query("ROLLBACK").catch(() => {});
      if (isFree && number === 1) continue;
      this.#sessions.delete(number);
      await session.close();
      // What is under way there may hold on to its tables.
      if (!isFree) await this.#closeOthers();
    }
  }

  async scratchTables(): Promise<ScratchTable[]> {
    const rows = await this.#ask(TABLES, { scratch_tables_like: SCRATCH_PATTERN });
    const found = rows.flatMap((row) => scratchTable(row.tableSchema, row.tableName) ?? []);
    if (found.length === 0) return [];
    const running = await this.#running();
    return found.filter(({ key }) => key === this.#options.key || !running.has(key));
  }

  async drop({ schema, name }: ScratchTable): Promise<void> {
    const session = await this.#first();
    const limit = AbortSignal.timeout(DROP_WITHIN);
    this.#busy.add(session);
    try {
      const statement = `DROP TABLE IF EXISTS ${tablePath(schema, name)} CASCADE`;
      await orAborted(session.query(statement), limit);
      this.#busy.delete(session);
    } catch (error) {
      if (!limit.aborted) this.#busy.delete(session);
      await this.leave();
      throw limit.aborted ? new FinpipeError("locked", `No answer to DROP TABLE ${name}`) : error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions.values()) await session.close();
    this.#sessions.clear();
  }

  /** @param retry undefined for one try */
  #connect(retry: RetryOptions | undefined): Promise<VerticaSession> {
    const { vertica, key } = this.#options;
    const connect = () => openVerticaSession(vertica, { label: `${LABEL}${key}` });
    return retry === undefined ? connect() : retrying(connect, retry);
  }

  /** Opened anew by one try: for what has to be done even though the run was aborted, or failed. */
  async #first(): Promise<VerticaSession> {
    const there = this.#sessions.get(1);
    if (there !== undefined && !there.isBroken) return there;
    const opened = await this.#connect(undefined);
    this.#sessions.set(1, opened);
    return opened;
  }

  async #ask<Row>(query: Query<Row>, values: SqlValues = {}): Promise<Row[]> {
    const session = await this.#first();
    const statement = query.sql.withLiterals({ ...schemaValues(this.schemas), ...values });
    this.#busy.add(session);
    try {
      const rows = await session.transaction(() => session.query(statement));
      return rows.map((row) => query.decode(row));
    } finally {
      this.#busy.delete(session);
    }
  }

  /** No rows where the server refuses it. */
  async #askIfAllowed<Row>(query: Query<Row>, values: SqlValues = {}): Promise<Row[]> {
    try {
      return await this.#ask(query, values);
    } catch (error) {
      if (isKind(error, "unreachable")) throw error;
      return [];
    }
  }

  /** Keys of the runs that have a session. */
  async #running(): Promise<Set<string>> {
    const rows = await this.#askIfAllowed(SESSIONS, { labels_like: `${LABEL}%` });
    return new Set(rows.map(({ clientLabel }) => clientLabel.slice(LABEL.length).split(":")[0]!));
  }

  /** Closes sessions of this run that were given up and may not be over. */
  async #closeOthers(): Promise<void> {
    const session = await this.#first().catch(() => undefined);
    if (session === undefined) return;
    const { key } = this.#options;
    const own = [...this.#sessions.values()].map((kept) => kept.id);
    const labels = { labels_like: `${LABEL}${key}%` };
    const rows = await this.#askIfAllowed(SESSIONS, labels).catch(() => []);
    for (const { sessionId } of rows) {
      if (own.includes(sessionId)) continue;
      await this.#askIfAllowed(SESSION_CLOSE, { session_id: sessionId }).catch(() => {});
    }
  }
}
