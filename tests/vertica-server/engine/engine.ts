/** The engine half of Vertica's test server, on a PostgreSQL of its own. ENGINE.md says what it knows. */
import pg from "pg";
import { type Engine, type EngineSession, type SessionStart, VerticaError } from "../engine.ts";
import { Backend } from "./backend.ts";
import { splitStatements } from "./lexer.ts";
import { LockManager } from "./locks.ts";
import { type Home, type HomeOptions, openHome } from "./postgres.ts";
import { Session } from "./session.ts";
import { EngineState, type EngineSwitches } from "./state.ts";

export interface EngineOptions extends HomeOptions {
  /** Milliseconds for which a statement waits for a lock. @default 300000, as Vertica's LockTimeout */
  lockTimeout?: number;
  /** @default "finpipe_db" */
  database?: string;
}

/** An engine whose ways a test may set. */
export interface VerticaEngine extends Engine {
  readonly switches: EngineSwitches;
  /** Milliseconds; may be set at any time. */
  lockTimeout: number;
  /** The name that a client must give. */
  readonly database: string;
}

/**
 * Opens the engine: in the folder `data`, which it keeps; else in a new database at `postgresUrl`;
 * else on a PostgreSQL server that is removed at the end.
 *
 * @throws Error where no PostgreSQL can be had
 */
export async function openVerticaEngine(options: EngineOptions = {}): Promise<VerticaEngine> {
  const home = await openHome(options);
  const admin = new pg.Client({ connectionString: home.url });
  admin.on("error", () => {});
  await admin.connect();
  const locks = new LockManager(options.lockTimeout);
  const state = new EngineState(admin, locks, home.prefix);
  return new PostgresEngine(home, state, options.database ?? "finpipe_db");
}

class PostgresEngine implements VerticaEngine {
  readonly database: string;
  readonly #home: Home;
  readonly #state: EngineState;
  #sessions = 0;

  constructor(home: Home, state: EngineState, database: string) {
    this.#home = home;
    this.#state = state;
    this.database = database;
  }

  get switches(): EngineSwitches {
    return this.#state.switches;
  }

  get lockTimeout(): number {
    return this.#state.locks.timeout;
  }

  set lockTimeout(milliseconds: number) {
    this.#state.locks.timeout = milliseconds;
  }

  async passwordOf(user: string): Promise<string | undefined> {
    const [row] = await this.#state.query(
      "SELECT password FROM v_engine_catalog.users WHERE name = $1 AND NOT is_role",
      [user.toLowerCase()],
    );
    return row === undefined ? undefined : row.password ?? "";
  }

  async openSession(start: SessionStart): Promise<EngineSession> {
    const user = start.user.toLowerCase();
    if (start.database !== "" && start.database.toLowerCase() !== this.database) {
      throw new VerticaError("3D000", 2689, `Database "${start.database}" does not exist`, {
        severity: "FATAL",
      });
    }
    if (await this.passwordOf(user) === undefined) {
      throw new VerticaError("28000", 3781, "Invalid username or password", { severity: "FATAL" });
    }
    const sessionId = `v_finpipe_node0001-${Deno.pid}:0x${(++this.#sessions).toString(16)}`;
    const backend = await Backend.open(this.#home.url, {
      role: this.#state.roleOf(user),
      lockWait: Math.max(1, this.lockTimeout),
      sessionId,
    });
    const session = new Session(this.#state, backend, { ...start, user }, sessionId);
    this.#state.sessions.add(session);
    return session;
  }

  split(query: string): string[] {
    return splitStatements(query);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#state.sessions].map((session) => session.close()));
    await this.#state.close();
    await this.#home[Symbol.asyncDispose]();
  }
}
