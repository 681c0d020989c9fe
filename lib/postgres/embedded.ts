/**
 * {@link SqlSession} on PGlite, PostgreSQL in WebAssembly, in one folder. The only file that
 * imports PGlite.
 *
 * The folder belongs to one process: two that open it lose each other's commits silently, so a lock
 * that dies with the process comes first. It runs with fsync off: a killed process loses nothing
 * that was acknowledged, a machine that loses power may.
 */
import serverVersionSql from "../../sql/postgres/server_version.sql" with { type: "text" };
import { PGlite } from "@electric-sql/pglite";
import { join } from "node:path";
import { FinpipeError, messageOf } from "../runtime/errors.ts";
import { embeddedLock, embeddedMarker, requireEmbedded } from "../config/work_dir.ts";
import { fileFailure } from "../runtime/file_failure.ts";
import { lockBehindReader } from "../runtime/file_lock.ts";
import { ifThere } from "../runtime/files.ts";
import { integer } from "../sql/columns.ts";
import { query } from "../sql/query.ts";
import {
  BEGIN,
  type SqlRow,
  type SqlSession,
  type SqlValue,
  type TransactionMode,
} from "./session.ts";
import { asFinpipeError } from "./failure.ts";
import { makeDataFolder } from "./embedded_folder.ts";
import { copyMessages, CopyOutReader, queryMessage } from "./copy_messages.ts";
import { extendedQuery, rowsOf } from "./query_messages.ts";
import { selectOne } from "./run.ts";

const serverVersion = query("postgres/server_version", serverVersionSql, { version: integer });

/** How messages name the engine. */
const NAME = "the embedded engine";

export interface OpenOptions {
  /** Makes one where there is none. @default true */
  make?: boolean;
  /** Has the folder for a moment only, again and again: others wait for it. @default false */
  reads?: boolean;
  /** Ends the wait. */
  signal?: AbortSignal;
}

/** Milliseconds that a reader of the folder is waited for. */
const WAIT = 10_000;

/**
 * Opens the embedded engine in `<workDir>/embedded`, making it on first use.
 *
 * @throws FinpipeError of kind `locked` where another process has it open; `configuration` where it is
 * another user's, or there is none that is to be opened
 */
export async function openEmbeddedSession(
  workDir: string,
  { make = true, reads = false, signal }: OpenOptions = {},
): Promise<SqlSession> {
  if (!make) await requireEmbedded(workDir, { orLocked: true });
  const lockPath = embeddedLock(workDir);
  const folder = join(workDir, "embedded");
  const lock = await lockBehindReader(lockPath, `the embedded engine in ${workDir}`, {
    isReader: reads,
    longest: WAIT,
    signal,
  })
    .catch((error) => Promise.reject(fileFailure(error, "write", lockPath)));
  try {
    // A lock file is also what a process leaves that was killed before the engine was whole.
    if (!make) await requireEmbedded(workDir);
    const marker = embeddedMarker(workDir);
    const ready = await ifThere(Deno.stat(marker)) !== undefined;
    // A process that was killed while it made the folder left an unusable one, with nothing in it.
    if (!ready) {
      await ifThere(Deno.remove(folder, { recursive: true }));
      await makeDataFolder(folder);
    }
    // PostgreSQL's own lock. A process that was killed before it wrote its number there left an empty
    // one, which PostgreSQL would refuse for ever; ours has proven that nobody is at work.
    await ifThere(Deno.remove(join(folder, "postmaster.pid")));
    const database = await PGlite.create({ dataDir: folder });
    if (!ready) await Deno.writeTextFile(marker, "", { mode: 0o600 });
    return await EmbeddedSession.start(database, lock);
  } catch (error) {
    lock[Symbol.dispose]();
    if (error instanceof FinpipeError) throw error;
    // Another user's, as of who ran finpipe as root once.
    if (error instanceof Deno.errors.PermissionDenied) throw fileFailure(error, "read", folder);
    throw new FinpipeError("failed", `Cannot open ${NAME} in ${workDir}: ${messageOf(error)}`, {
      hint: `If the folder is damaged, move ${workDir}/embedded away and start again`,
      cause: error,
    });
  }
}

class EmbeddedSession implements SqlSession {
  serverVersion = 0;
  readonly #database: PGlite;
  readonly #lock: Disposable;

  private constructor(database: PGlite, lock: Disposable) {
    this.#database = database;
    this.#lock = lock;
  }

  static async start(database: PGlite, lock: Disposable): Promise<EmbeddedSession> {
    await database.exec("SET datestyle = 'ISO'; SET timezone = 'UTC'");
    const session = new EmbeddedSession(database, lock);
    session.serverVersion = (await selectOne(session, serverVersion)).version;
    return session;
  }

  query(sql: string, params: readonly SqlValue[] = []): Promise<SqlRow[]> {
    // PGlite's own query() takes a byte order mark off the front of a text.
    return guard(async () =>
      rowsOf(await this.#database.execProtocolRaw(extendedQuery(sql, params)))
    );
  }

  execute(script: string): Promise<void> {
    return guard(async () => {
      await this.#database.exec(script);
    });
  }

  copyIn(statement: string, pieces: readonly Uint8Array[]): Promise<void> {
    // CopyData in a call of its own kills the instance: the three messages go in one buffer.
    return guard(async () => {
      await this.#database.execProtocol(copyMessages(statement, pieces));
    });
  }

  copyOut(statement: string, sink: (piece: Uint8Array) => void): Promise<void> {
    return guard(async () => {
      const reader = new CopyOutReader(sink);
      await this.#database.execProtocolRawStream(queryMessage(statement), {
        onRawData: (data: Uint8Array) => reader.push(data),
      });
      reader.end();
    });
  }

  async transaction<T>(work: () => Promise<T>, mode: TransactionMode = "read write"): Promise<T> {
    await this.execute(BEGIN[mode]);
    let result: T;
    try {
      result = await work();
    } catch (error) {
      await this.execute("ROLLBACK");
      throw error;
    }
    await this.execute("COMMIT");
    return result;
  }

  async close(): Promise<void> {
    await this.#database.close().catch(() => {});
    this.#lock[Symbol.dispose]();
  }
}

async function guard<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asFinpipeError(error, NAME);
  }
}
