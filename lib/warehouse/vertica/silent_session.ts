/**
 * A session that gets no answer, as another session of the same user sees it.
 *
 * Vertica documentation, "SESSIONS": one row per session of the cluster, `current_statement` is the one
 * that is running, NULL where there is none; session_id is unique in the cluster. "Database object
 * privileges": users see sessions of their own. "CLOSE_SESSION": a user may close his own; it rolls back
 * the transaction. Nothing says that a session waits for its client, as PostgreSQL does: a COPY whose
 * data got lost counts as one that is running, and is left to TCP.
 */
import sessionClose from "../../../sql/warehouse/vertica/session_close.sql" with { type: "text" };
import sessionId from "../../../sql/warehouse/vertica/session_id.sql" with { type: "text" };
import sessionState from "../../../sql/warehouse/vertica/session_state.sql" with { type: "text" };
import { orAborted } from "../../runtime/aborted.ts";
import { FinpipeError } from "../../runtime/errors.ts";
import { wait } from "../../runtime/retry.ts";
import { createClient, type DriverClient, type DriverOptions, endClient } from "./driver.ts";
import { literal, statementsOf } from "./statements.ts";

/** A session, and the way by which it was opened: there the question goes too. */
export interface SilentSession {
  /** In `v_monitor.sessions`; undefined where its user may not look into it. */
  id: string | undefined;
  /** How messages name the database. */
  name: string;
  connection: DriverOptions;
}

/** Finds the id of the session that asks. */
export const [OWN_SESSION_ID] = statementsOf(sessionId) as [string];

/** What a node says that goes down or comes up: whatever a session did there is over. */
const RESTARTS = /^57V0[123]$/;

/** Milliseconds until what the server has sent is here. */
const SETTLE = 1000;

/**
 * Asks the server in a new session whether it still works for the one that is waiting. Where it does
 * not, the connection between is lost: that session is closed then, as it would keep our locks.
 *
 * @param isSilent whether the session still waits
 * @param over aborted when the answer does not matter any more
 * @returns undefined where the session should go on waiting, also where that cannot be known
 */
export async function failureOf(
  session: SilentSession,
  isSilent: () => boolean,
  over: AbortSignal,
): Promise<FinpipeError | undefined> {
  const lost = (why: string, hint: string) =>
    new FinpipeError("unreachable", `Cannot reach ${session.name}: ${why}`, { hint });
  await using question = new Question(session.connection, over);
  try {
    const failure = await question.begin().then(() => undefined, (error) => error);
    if (over.aborted) return undefined;
    if (failure !== undefined) {
      // One that says why it takes no more of us is alive.
      if (isAnswer(failure)) return undefined;
      return lost(
        "no answer for a while, nor to a new session",
        "The node or the network stands still: look whether it runs",
      );
    }
    if (session.id === undefined || await isAtWork(session, question, over)) return undefined;
    // What it sent just before, or before we stood still ourselves, is on its way.
    await wait(SETTLE, over);
    if (!isSilent() || await isAtWork(session, question, over)) return undefined;
    await question.ask(sessionClose, session.id).catch(() => {});
    return lost(
      "the connection was lost without a word",
      "Look at what lies between, as a firewall that forgets connections, if it happens often",
    );
  } catch {
    // It took the session, so the next question will tell.
    return undefined;
  }
}

/** Whether it runs a statement; also where it cannot be seen, as one that is over cannot. */
async function isAtWork(
  { id, connection }: SilentSession,
  question: Question,
  over: AbortSignal,
): Promise<boolean> {
  const [found] = await question.ask(sessionState, id!);
  if (found !== undefined) return found.current_statement !== null;
  // A server that hides sessions from users hides the next one too.
  await using other = new Question(connection, over);
  await other.begin();
  const { session_id } = (await other.query(OWN_SESSION_ID))[0]!;
  return (await question.ask(sessionState, session_id!)).length === 0;
}

/** A session for some questions, each of which is given as long as a connection. */
class Question implements AsyncDisposable {
  readonly #client: DriverClient;
  readonly #patience: number;
  readonly #over: AbortSignal;

  constructor(connection: DriverOptions, over: AbortSignal) {
    this.#client = createClient(connection);
    this.#client.on("error", () => {});
    this.#patience = connection.connectTimeout;
    this.#over = over;
    over.addEventListener("abort", this.#giveUp);
  }

  begin(): Promise<void> {
    return orAborted(this.#client.connect(), this.#over);
  }

  /** @param id in place of :session_id */
  ask(script: string, id: string) {
    return this.query(statementsOf(script)[0]!.replace(":session_id", literal(id)));
  }

  async query(text: string) {
    const timer = setTimeout(this.#giveUp, this.#patience);
    try {
      return (await this.#client.query({ text })).rows;
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.removeEventListener("abort", this.#giveUp);
    await endClient(this.#client);
  }

  readonly #giveUp = () => void this.#client.connection.stream.destroy();
}

/** The server itself said it, and not that it is going down or coming up. */
function isAnswer(error: unknown): boolean {
  // The driver's word for what the server says (v-protocol, `DatabaseError`); a socket has none.
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  return typeof severity === "string" && !RESTARTS.test(String(code));
}
