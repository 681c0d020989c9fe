/** A session's process on the server, as another connection sees it. */
import backendEnd from "../../sql/postgres/backend_end.sql" with { type: "text" };
import backendWaits from "../../sql/postgres/backend_waits.sql" with { type: "text" };
import ownBackend from "../../sql/postgres/own_backend.sql" with { type: "text" };
import type pg from "pg";
import type { PostgresSettings } from "../config/postgres_url.ts";
import { orAborted } from "../runtime/aborted.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { wait } from "../runtime/retry.ts";
import type { SqlSession } from "./session.ts";
import {
  CONNECT_TIMEOUT,
  makeClient,
  type SessionOptions,
  setSettings,
  socketOf,
} from "./client.ts";

/** The process; a number alone may be another one's after a restart. */
export interface Backend {
  pid: string;
  startedAt: string;
}

/** Where the question goes: the way by which the session was opened. */
export interface BackendPlace {
  settings: PostgresSettings;
  ssl: PostgresSettings["tlsAttempts"][number];
  options: SessionOptions;
}

/** Finds the process of the session that asks. */
export const OWN_BACKEND = ownBackend;

/** Times that two sessions are asked: other clients of a pool may come between. */
const ASKED = 3;

/** Whether two open sessions are served by one process, in turn, as a pooler by transaction does it. */
export async function isSameBackend(one: SqlSession, other: SqlSession): Promise<boolean> {
  for (let asked = 0; asked < ASKED; asked++) {
    const [[first], [second]] = [await one.query(OWN_BACKEND), await other.query(OWN_BACKEND)];
    const isSame = first!.pid === second!.pid && first!.backend_start === second!.backend_start;
    if (isSame) return true;
  }
  return false;
}

/** What a server says that goes down or comes up: whatever a session did there is over. */
const RESTARTS = /^57P0[123]$/;

/** Milliseconds until what the server has sent is here. */
const SETTLE = 1000;

/**
 * Asks the server by a new connection whether it still works for a session that is waiting.
 *
 * Where it waits for us in turn, the connection between is lost: its process is ended then, as it
 * would keep our locks.
 *
 * @param isSilent whether the session still waits
 * @param over aborted when the answer does not matter any more
 * @returns undefined where the session should go on waiting, also where that cannot be known
 */
export async function failureOf(
  backend: Backend,
  { settings, ssl, options }: BackendPlace,
  isSilent: () => boolean,
  over: AbortSignal,
): Promise<FinpipeError | undefined> {
  const lost = (why: string, hint: string) =>
    new FinpipeError("unreachable", `Cannot reach ${settings.displayName}: ${why}`, { hint });
  const client = makeClient(settings, ssl, options);
  client.on("error", () => {});
  const { connectTimeout = CONNECT_TIMEOUT } = options;
  const giveUp = () => socketOf(client).destroy();
  over.addEventListener("abort", giveUp);
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const failure = await orAborted(client.connect(), over).then(() => undefined, (error) => error);
    if (over.aborted) return undefined;
    if (failure !== undefined) {
      // One that says why it takes no more of us is alive.
      if (isAnswer(failure)) return undefined;
      return lost(
        "no answer for a while, nor to a new connection",
        "The server or the network stands still: look whether it runs",
      );
    }
    const values = [backend.pid, backend.startedAt];
    timer = setTimeout(giveUp, connectTimeout);
    await setSettings(client);
    const { rows: [found] } = await client.query(backendWaits, values);
    clearTimeout(timer);
    if (found?.waits === "f") return undefined;
    // What it sent just before, or before we stood still ourselves, is on its way.
    await wait(SETTLE, over);
    if (!isSilent()) return undefined;
    timer = setTimeout(giveUp, connectTimeout);
    if (found !== undefined) await client.query(backendEnd, values);
    return lost(
      "the connection was lost without a word",
      "Look at what lies between, as a firewall that forgets connections, if it happens often",
    );
  } catch {
    // It took the connection, so the next question will tell.
    return undefined;
  } finally {
    over.removeEventListener("abort", giveUp);
    clearTimeout(timer);
    await closeClient(client);
  }
}

/** Milliseconds for a goodbye to be taken. */
const GOODBYE = 1000;

/** Ends a connection; one that does not take the goodbye is cut. */
export async function closeClient(client: pg.Client): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      socketOf(client).destroy();
      resolve();
    }, GOODBYE);
  });
  await Promise.race([client.end().catch(() => {}), late]);
  clearTimeout(timer);
}

/** The server itself said it, and not that it is going down or coming up. */
function isAnswer(error: unknown): boolean {
  // The driver's word for what the server says (pg-protocol, `DatabaseError`); a socket has none.
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  return typeof severity === "string" && !RESTARTS.test(String(code));
}
