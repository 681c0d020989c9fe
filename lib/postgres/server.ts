/** {@link SqlSession} on a PostgreSQL server. The only file that imports pg. */
import pg from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { once } from "node:events";
import { Buffer } from "node:buffer";
import type { PostgresSettings } from "../runtime/config/postgres_url.ts";
import {
  BEGIN,
  type SqlRow,
  type SqlSession,
  type SqlValue,
  type TransactionMode,
} from "./session.ts";
import { asFinpipeError } from "./failure.ts";

/** Bytes handed to the socket at once, between two looks at its back pressure. */
const COPY_SLICE = 128 * 1024;

/**
 * What our statements take for granted, whatever a database's or a role's own settings say: the text
 * form of values, and that a statement sees what was committed before it.
 */
const SETTINGS = [
  "bytea_output=hex",
  "client_encoding=UTF8",
  "datestyle=ISO",
  "default_transaction_isolation=read\\ committed",
  "standard_conforming_strings=on",
  "timezone=UTC",
].map((setting) => `-c ${setting}`).join(" ");

/** What a session tells the server about itself. */
export interface SessionOptions {
  /** Shown to a DBA in `pg_stat_activity`. */
  applicationName: string;
  /** Milliseconds to wait for the connection. @default 10000 */
  connectTimeout?: number;
}

/**
 * Opens a session.
 *
 * sslmode has libpq's meaning (PostgreSQL documentation, 34.19.1): `prefer` tries TLS, then clear
 * text; `allow` the other way round.
 *
 * @throws FinpipeError of kind `unreachable` or `configuration`
 */
export async function openServerSession(
  settings: PostgresSettings,
  options: SessionOptions,
): Promise<SqlSession> {
  let failure: unknown;
  for (const ssl of settings.tlsAttempts) {
    const client = new pg.Client({
      host: settings.host,
      port: settings.port,
      user: settings.user,
      password: settings.password,
      database: settings.database,
      ssl,
      application_name: options.applicationName,
      connectionTimeoutMillis: options.connectTimeout ?? 10_000,
      keepAlive: true,
      options: SETTINGS,
      types: { getTypeParser: () => (value: string) => value },
    });
    const session = new ServerSession(client, settings.displayName);
    try {
      await client.connect();
      await session.readVersion();
      return session;
    } catch (error) {
      failure = error;
      await session.close();
    }
  }
  throw asFinpipeError(failure, settings.displayName);
}

class ServerSession implements SqlSession {
  serverVersion = 0;
  readonly #client: pg.Client;
  readonly #name: string;
  /** The first connection error: the driver reports it beside the statement that it breaks. */
  #broken: unknown;

  constructor(client: pg.Client, name: string) {
    this.#client = client;
    this.#name = name;
    client.on("error", (error) => this.#broken ??= error);
  }

  async readVersion(): Promise<void> {
    const [row] = await this.query("SELECT current_setting('server_version_num') AS version");
    this.serverVersion = Number(row!.version);
  }

  query(sql: string, params: readonly SqlValue[] = []): Promise<SqlRow[]> {
    return this.#guard(async () => {
      const values = params.map((value) =>
        value instanceof Uint8Array ? Buffer.from(value) : value
      );
      const result = await this.#client.query({ text: sql, values });
      return result.rows as SqlRow[];
    });
  }

  execute(script: string): Promise<void> {
    return this.#guard(async () => {
      await this.#client.query(script);
    });
  }

  copyIn(statement: string, pieces: readonly Uint8Array[]): Promise<void> {
    return this.#guard(async () => {
      const stream = this.#client.query(copyFrom(statement));
      const done = new Promise<void>((resolve, reject) => {
        stream.once("finish", resolve);
        stream.once("error", reject);
      });
      // An error may arrive while we wait for `drain`, which then never comes.
      done.catch(() => {});
      for (const slice of slicesOf(pieces)) {
        if (stream.destroyed) break;
        const room = stream.write(slice);
        if (!room) await Promise.race([once(stream, "drain").catch(() => {}), done]);
      }
      stream.end();
      await done;
    });
  }

  copyOut(statement: string, sink: (piece: Uint8Array) => void): Promise<void> {
    return this.#guard(async () => {
      for await (const piece of this.#client.query(copyTo(statement))) sink(piece as Uint8Array);
    });
  }

  async transaction<T>(work: () => Promise<T>, mode: TransactionMode = "read write"): Promise<T> {
    await this.execute(BEGIN[mode]);
    let result: T;
    try {
      result = await work();
    } catch (error) {
      // The connection may be what broke: the server rolls back by itself then.
      await this.execute("ROLLBACK").catch(() => {});
      throw error;
    }
    await this.execute("COMMIT");
    return result;
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => {});
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asFinpipeError(error, this.#name, this.#broken);
    }
  }
}

function* slicesOf(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += COPY_SLICE) {
      yield piece.subarray(at, at + COPY_SLICE);
    }
  }
}
