/** A client of pg, and what is set in its session. */
import pg from "pg";
import type { Socket } from "node:net";
import type { PostgresSettings } from "../config/postgres_url.ts";
import { KEEP_ALIVE, SET_SETTINGS } from "./session_settings.ts";

/** What a session tells the server about itself, and how long it waits. */
export interface SessionOptions {
  /** Shown to a DBA in `pg_stat_activity`. */
  applicationName: string;
  /** Milliseconds to wait for the connection. @default 10000 */
  connectTimeout?: number;
  /**
   * Milliseconds of silence in a statement after which the server is asked whether it still works on
   * it. @default 30000
   */
  patience?: number;
}

/** Milliseconds to wait for a connection, which the answer to a question needs as well. */
export const CONNECT_TIMEOUT = 10_000;

/** Makes a client, which is not connected yet. */
export function makeClient(
  settings: PostgresSettings,
  ssl: PostgresSettings["tlsAttempts"][number],
  options: SessionOptions,
): pg.Client {
  return new pg.Client({
    host: settings.host,
    port: settings.port,
    user: settings.user,
    password: settings.password,
    database: settings.database,
    ssl,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeout ?? CONNECT_TIMEOUT,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE * 1000,
    types: { getTypeParser: () => (value: string) => value },
  });
}

/** Sets what finpipe takes for granted in the session of a client that is connected. */
export async function setSettings(client: pg.Client): Promise<void> {
  await client.query(SET_SETTINGS.text, SET_SETTINGS.params);
}

/** The client's socket, which the driver's types do not show; TLS makes it another one. */
export function socketOf(client: pg.Client): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream;
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
