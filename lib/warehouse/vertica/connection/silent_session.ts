/**
 * A session that gets no answer, as another session of the same user sees it.
 *
 * Vertica documentation, "SESSIONS": one row per session of the cluster, `current_statement` is the one
 * that is running, NULL where there is none; session_id is unique in the cluster. "Database object
 * privileges": users see sessions of their own. "CLOSE_SESSION": a user may close his own; it rolls back
 * the transaction. Nothing says that a session waits for its client, as PostgreSQL does: a COPY whose
 * data got lost counts as one that is running, and is left to TCP.
 */
import sessionClose from "../../../../sql/warehouse/vertica/session_close.sql" with {
  type: "text",
};
import sessionId from "../../../../sql/warehouse/vertica/session_id.sql" with { type: "text" };
import sessionState from "../../../../sql/warehouse/vertica/session_state.sql" with {
  type: "text",
};
import { orAborted } from "../../../runtime/aborted.ts";
import type { FinpipeError } from "../../../runtime/errors.ts";
import { judgeSilence, type Questioner } from "../../../runtime/silent_session.ts";
import * as is from "../../../sql/columns.ts";
import type { Query } from "../../../sql/query.ts";
import { SqlTemplate, type SqlValues } from "../../../sql/template.ts";
import { onlyStatement, verticaQuery } from "../query.ts";
import { createClient, type DriverClient, type DriverOptions, endClient } from "./driver.ts";

/** A session, and the way by which it was opened: there the question goes too. */
export interface SilentSession {
  /** In `v_monitor.sessions`; undefined where its user may not look into it. */
  id: string | undefined;
  /** How messages name the database. */
  name: string;
  connection: DriverOptions;
}

/** Finds the id of the session that asks. */
export const OWN_SESSION_ID = verticaQuery("session_id", sessionId, { sessionId: is.text });

const STATE = verticaQuery("session_state", sessionState, {
  currentStatement: is.nullable(is.text),
});
const CLOSE = new SqlTemplate(onlyStatement(sessionClose));

/** What a node says that goes down or comes up. */
const RESTARTS = /^57V0[123]$/;

/** Asks in a new session, as {@link judgeSilence} does. */
export function failureOf(
  session: SilentSession,
  isSilent: () => boolean,
  over: AbortSignal,
): Promise<FinpipeError | undefined> {
  return judgeSilence({
    server: session.name,
    what: "session",
    who: "The node or the network",
    restarts: RESTARTS,
    open: () => new Question(session, over),
    isSilent,
    over,
  });
}

/**
 * Closes a session from outside, as its own connection may be lost: what it holds is free then. Takes as
 * long as a connection; where none is to be had the server has to find out by itself. Never throws.
 */
export async function closeFromOutside(session: SilentSession): Promise<void> {
  if (session.id === undefined) return;
  try {
    await using question = new Question(session, NEVER);
    await question.begin();
    await question.end();
  } catch {
    // As said; or it is over already.
  }
}

const NEVER = new AbortController().signal;

class Question implements Questioner {
  readonly #session: SilentSession;
  readonly #client: DriverClient;
  readonly #over: AbortSignal;

  constructor(session: SilentSession, over: AbortSignal) {
    this.#session = session;
    this.#client = createClient(session.connection);
    this.#client.on("error", () => {});
    this.#over = over;
    over.addEventListener("abort", this.#giveUp);
  }

  begin(): Promise<void> {
    return orAborted(this.#client.connect(), this.#over);
  }

  /** It runs a statement; one that is over cannot be seen. */
  async isAtWork(): Promise<boolean> {
    const { id } = this.#session;
    if (id === undefined) return true;
    const [found] = await this.#select(STATE, { session_id: id });
    if (found !== undefined) return found.currentStatement !== null;
    // A server that hides sessions from users hides the next one too.
    await using other = new Question(this.#session, this.#over);
    await other.begin();
    const [own] = await other.#select(OWN_SESSION_ID);
    if (own === undefined) return true;
    return (await this.#select(STATE, { session_id: own.sessionId })).length === 0;
  }

  async end(): Promise<void> {
    const { id } = this.#session;
    if (id !== undefined) await this.#query(CLOSE, { session_id: id });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.removeEventListener("abort", this.#giveUp);
    await endClient(this.#client);
  }

  async #select<Row>(query: Query<Row>, values?: SqlValues): Promise<Row[]> {
    return (await this.#query(query.sql, values)).map((row) => query.decode(row));
  }

  async #query(statement: SqlTemplate, values?: SqlValues) {
    const text = statement.withLiterals(values);
    const timer = setTimeout(this.#giveUp, this.#session.connection.connectTimeout);
    try {
      return (await this.#client.query({ text })).rows;
    } finally {
      clearTimeout(timer);
    }
  }

  readonly #giveUp = () => void this.#client.connection.stream.destroy();
}
