/** A session with a Vertica database. */
import { lookup } from "node:dns/promises";
import isolation from "../../../../sql/warehouse/vertica/session_isolation.sql" with {
  type: "text",
};
import autocommit from "../../../../sql/warehouse/vertica/session_autocommit.sql" with {
  type: "text",
};
import runtimecap from "../../../../sql/warehouse/vertica/session_runtimecap.sql" with {
  type: "text",
};
import settingsScript from "../../../../sql/warehouse/vertica/session.sql" with { type: "text" };
import { shown, type VerticaNode, type VerticaSettings } from "../../../config/vertica_settings.ts";
import { AnswerWatch } from "../../../runtime/answer_watch.ts";
import { FinpipeError, isKind } from "../../../runtime/errors.ts";
import { explained } from "./certificate.ts";
import { copyFrom, SourceFailure } from "./copy_stream.ts";
import { createClient, type DriverClient, type DriverOptions, endClient } from "./driver.ts";
import { asFinpipeError } from "./failure.ts";
import {
  closeFromOutside,
  failureOf,
  OWN_SESSION_ID,
  type SilentSession,
} from "./silent_session.ts";
import * as is from "../../../sql/columns.ts";
import type { Query, SqlRow } from "../../../sql/query.ts";
import { SqlTemplate, statementsOf } from "../../../sql/template.ts";
import { onlyStatement, verticaQuery } from "../query.ts";

const AUTOCOMMIT = verticaQuery("session_autocommit", autocommit, { setting: is.text });
const RUNTIMECAP = new SqlTemplate(onlyStatement(runtimecap));

/** A row by column name, each value in Vertica's text form (`t`/`f` for booleans). */
export type VerticaRow = SqlRow;

export interface SessionOptions {
  /** Shown to a DBA as client_label in `v_monitor.sessions`. */
  label: string;
  /** Milliseconds to wait for each address of a node. @default 10000 */
  connectTimeout?: number;
  /**
   * Milliseconds of silence in a statement after which the server is asked whether it still works on
   * it. @default 30000
   */
  patience?: number;
}

/** Milliseconds of silence in a statement before the server is asked what it does. */
const PATIENCE = 30_000;

/**
 * Opens a session with the first node that takes it, in the settings' order. Not by the driver's own
 * `backup_server_node`: it would go on to the next address also when an open session breaks, with the
 * transaction lost and nobody told.
 *
 * A statement may take as long as the server works on it. One whose server stands still, or whose
 * connection was lost without notice, is `unreachable` after twice the patience and the time for a
 * connection, at most.
 *
 * @throws FinpipeError of kind `unreachable` where none answers; `configuration` where one refuses
 */
export async function openVerticaSession(
  settings: VerticaSettings,
  options: SessionOptions,
): Promise<VerticaSession> {
  let failure: FinpipeError | undefined;
  for (const node of settings.nodes) {
    try {
      return await openOn(node, settings, options);
    } catch (error) {
      // The first node's failure is the one to tell of: the others stand in for it.
      if (!isKind(error, "unreachable")) throw error;
      failure ??= error;
    }
  }
  throw withOthers(failure!, settings.nodes.slice(1));
}

/** Of several nodes it is said that none took the session. */
function withOthers(failure: FinpipeError, others: readonly VerticaNode[]): FinpipeError {
  if (others.length === 0) return failure;
  const { kind, message, hint = "", cause } = failure;
  const names = others.map(shown).join(", ");
  return new FinpipeError(kind, `${message}; nor is there a session at ${names}`, { hint, cause });
}

async function openOn(
  node: VerticaNode,
  settings: VerticaSettings,
  options: SessionOptions,
): Promise<VerticaSession> {
  const name = `Vertica at ${shown(node)}/${settings.database}`;
  let failure: unknown;
  for (const address of await addressesOf(node.host, name)) {
    const connection = {
      ...settings,
      ...options,
      ...node,
      address,
      connectTimeout: options.connectTimeout ?? 10_000,
    };
    const session = new VerticaSession(connection, name, options.patience);
    try {
      await session.begin(settings.statementTimeout);
      return session;
    } catch (error) {
      await session.close();
      if (isKind(error, "configuration")) throw await explained(error, connection, name);
      if (!isKind(error, "unreachable")) throw error;
      failure ??= error;
    }
  }
  throw failure;
}

async function addressesOf(host: string, name: string): Promise<string[]> {
  try {
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => address);
  } catch (error) {
    throw asFinpipeError(error, name);
  }
}

/**
 * One session. One statement at a time: callers await each before the next. Autocommit is off, so a
 * statement outside of {@link transaction} begins one.
 */
export class VerticaSession {
  /** How messages name the database. */
  readonly name: string;
  readonly #client: DriverClient;
  readonly #connection: DriverOptions;
  readonly #watch: AnswerWatch;
  /** In `v_monitor.sessions`, where its user may look. */
  #id: string | undefined;
  /** Pieces of COPY's data that the socket had room for. */
  #piecesTaken = 0;
  /** The first connection error: the driver reports it beside the statement that it breaks. */
  #broken: unknown;
  #isEnded = false;

  constructor(connection: DriverOptions, name: string, patience = PATIENCE) {
    const client = createClient(connection);
    this.#client = client;
    this.#connection = connection;
    this.name = name;
    this.#watch = new AnswerWatch({
      patience,
      progress: () => client.connection.stream.bytesRead + this.#piecesTaken,
      ask: (isSilent, over) => failureOf(this.#silent, isSilent, over),
      // The driver would wait on: what is under way has to end, and nothing more to begin.
      giveUp: (failure) => void client.connection.stream.destroy(failure),
    });
    client.on("error", (error) => this.#broken ??= error);
    client.connection.once("end", () => this.#isEnded = true);
  }

  /** What it is called in `v_monitor.sessions`; undefined where its user may not look. */
  get id(): string | undefined {
    return this.#id;
  }

  /** True once the connection is lost: nothing more can be run. */
  get isBroken(): boolean {
    return this.#broken !== undefined || this.#isEnded;
  }

  /** The node that it is with. */
  get node(): VerticaNode {
    const { host, port } = this.#connection;
    return { host, port };
  }

  /** Connects, and sets what every statement takes for granted. */
  async begin(statementTimeout: number | undefined): Promise<void> {
    await this.#guard(() => this.#client.connect());
    for (const statement of [...statementsOf(settingsScript), ...statementsOf(isolation)]) {
      await this.query(statement);
    }
    if (statementTimeout !== undefined) {
      const seconds = Math.ceil(statementTimeout / 1000);
      await this.query(RUNTIMECAP.withLiterals({ runtime_cap: `${seconds} seconds` }));
    }
    // The driver sends no autocommit parameter, and a session that commits each statement by itself
    // would swap days and lose their records.
    const shown = await this.#first(AUTOCOMMIT);
    if (shown?.setting !== "off") {
      throw new FinpipeError("configuration", `Cannot use ${this.name}: autocommit stays on`, {
        hint: "Let the session set it: SET SESSION AUTOCOMMIT TO OFF had no effect",
      });
    }
    this.#id = await this.#ownId();
    await this.query("COMMIT");
  }

  /** Undefined where system tables are kept from users (RESTRICT_SYSTEM_TABLES_ACCESS). */
  async #ownId(): Promise<string | undefined> {
    try {
      return (await this.#first(OWN_SESSION_ID))?.sessionId;
    } catch (error) {
      if (isKind(error, "unreachable")) throw error;
      return undefined;
    }
  }

  async #first<Row>(query: Query<Row>): Promise<Row | undefined> {
    const [row] = await this.query(query.sql.withLiterals());
    return row && query.decode(row);
  }

  /** Runs one statement. */
  query(text: string): Promise<VerticaRow[]> {
    return this.#guard(async () => (await this.#client.query({ text })).rows);
  }

  /**
   * Runs a COPY ... FROM STDIN.
   *
   * @param pieces cut anywhere; what it throws ends the COPY, and is thrown on
   * @param signal likewise its reason
   */
  async copy(
    text: string,
    pieces: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.#watch.over(() => copyFrom(this.#client, text, this.#counted(pieces), signal));
    } catch (error) {
      if (error instanceof SourceFailure) throw error.cause;
      throw asFinpipeError(error, this.name, this.#broken);
    }
  }

  /** Runs `work`, then COMMIT; a throw rolls back and is thrown on. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    let result: T;
    try {
      result = await work();
    } catch (error) {
      // The connection may be what broke: the server rolls back by itself then.
      if (!this.isBroken) await this.query("ROLLBACK").catch(() => {});
      throw error;
    }
    await this.query("COMMIT");
    return result;
  }

  /** Ends the session; what was not committed is rolled back. Never throws. */
  async close(): Promise<void> {
    await endClient(this.#client, this.isBroken);
  }

  /**
   * The same after work that failed, or did not. Where the server was lost, it may be that the connection
   * was, and that it keeps our locks for as long as it takes us for alive: it is asked to close the
   * session, which takes as long as a connection.
   *
   * @param failure undefined where there was none
   */
  async end(failure: unknown): Promise<void> {
    if (isKind(failure, "unreachable")) await closeFromOutside(this.#silent);
    await this.close();
  }

  get #silent(): SilentSession {
    return { id: this.#id, name: this.name, connection: this.#connection };
  }

  /** One is asked for when the socket has room. */
  async *#counted(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    for await (const piece of pieces) {
      this.#piecesTaken++;
      yield piece;
    }
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#watch.over(work);
    } catch (error) {
      throw asFinpipeError(error, this.name, this.#broken);
    }
  }
}
