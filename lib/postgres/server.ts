/** {@link SqlSession} on a PostgreSQL server. */
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { once } from "node:events";
import { Buffer } from "node:buffer";
import type { PostgresSettings } from "../config/postgres_url.ts";
import {
  BEGIN,
  type SqlRow,
  type SqlSession,
  type SqlValue,
  type TransactionMode,
} from "./session.ts";
import { AnswerWatch } from "../runtime/answer_watch.ts";
import { type Backend, OWN_BACKEND } from "./backend.ts";
import { selectOne } from "./run.ts";
import { type BackendPlace, failureOf } from "./silent_session.ts";
import { copyTo } from "./copy_to.ts";
import { closeClient, makeClient, type SessionOptions, setSettings, socketOf } from "./client.ts";
import { asFinpipeError } from "./failure.ts";

/** Milliseconds of silence in a statement before the server is asked what it does. */
const PATIENCE = 30_000;

/** Bytes handed to the socket at once, between two looks at its back pressure. */
const COPY_SLICE = 128 * 1024;

/**
 * Opens a session.
 *
 * sslmode has libpq's meaning (PostgreSQL documentation, 34.19.1): `prefer` tries TLS, then clear
 * text; `allow` the other way round.
 *
 * A statement may take as long as the server works on it. One whose server stands still, or whose
 * connection was lost without notice, is `unreachable` after twice the patience and the time for a
 * connection, at most.
 *
 * @throws FinpipeError of kind `unreachable` or `configuration`
 */
export async function openServerSession(
  settings: PostgresSettings,
  options: SessionOptions,
): Promise<SqlSession> {
  let failure: unknown;
  for (const ssl of settings.tlsAttempts) {
    const client = makeClient(settings, ssl, options);
    const session = new ServerSession(client, { settings, ssl, options });
    try {
      await session.connect();
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
  readonly #watch: AnswerWatch;
  /** Slices of COPY's data that the socket had room for. */
  #slicesTaken = 0;
  #backend: Backend = { pid: "0", startedAt: "-infinity" };
  /** The first connection error: the driver reports it beside the statement that it breaks. */
  #broken: unknown;

  constructor(client: pg.Client, place: BackendPlace) {
    this.#client = client;
    this.#name = place.settings.displayName;
    this.#watch = new AnswerWatch({
      patience: place.options.patience ?? PATIENCE,
      progress: () => socketOf(client).bytesRead + this.#slicesTaken,
      ask: (isSilent, over) => failureOf(this.#backend, place, isSilent, over),
      // The driver would wait on: what is under way has to end, and nothing more to begin.
      giveUp: (failure) => void socketOf(client).destroy(failure),
    });
    client.on("error", (error) => this.#broken ??= error);
  }

  get process(): string {
    return this.#backend.pid;
  }

  async connect(): Promise<void> {
    await this.#client.connect();
    await this.#guard(() => setSettings(this.#client));
    const { version, ...backend } = await selectOne(this, OWN_BACKEND);
    this.serverVersion = version;
    this.#backend = backend;
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
        this.#slicesTaken++;
      }
      stream.end();
      await done;
    });
  }

  copyOut(statement: string, sink: (piece: Uint8Array) => void): Promise<void> {
    return this.#guard(async () => {
      // Right after another COPY the socket is not read any more where the first row takes a moment
      // (pg-copy-streams 7.0 on Deno 2.9); after any answer of another kind it is.
      await this.#client.query("SELECT");
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

  close(): Promise<void> {
    return closeClient(this.#client);
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#watch.over(work);
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
