/** A client of pg, with what our statements take for granted. */
import pg from "pg";
import type { Socket } from "node:net";
import type { PostgresSettings } from "../runtime/config/postgres_url.ts";

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

/** Milliseconds without traffic after which the other side's TCP is asked whether it is there. */
const KEEP_ALIVE = 30_000;

/**
 * What our statements take for granted, whatever a database's or a role's own settings say: the text
 * form of values, and that a statement sees what was committed before it.
 *
 * And how soon the server notices that we are gone without a word, and frees our locks: after a
 * minute, not after the two hours of most systems (PostgreSQL documentation, 19.3.2).
 */
const SETTINGS = [
  "bytea_output=hex",
  "client_encoding=UTF8",
  "datestyle=ISO",
  "default_transaction_isolation=read\\ committed",
  "standard_conforming_strings=on",
  "timezone=UTC",
  `tcp_keepalives_idle=${KEEP_ALIVE / 1000}`,
  "tcp_keepalives_interval=10",
  "tcp_keepalives_count=3",
  "tcp_user_timeout=60s",
].map((setting) => `-c ${setting}`).join(" ");

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
    keepAliveInitialDelayMillis: KEEP_ALIVE,
    options: SETTINGS,
    types: { getTypeParser: () => (value: string) => value },
  });
}

/** The client's socket, which the driver's types do not show; TLS makes it another one. */
export function socketOf(client: pg.Client): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream;
}
