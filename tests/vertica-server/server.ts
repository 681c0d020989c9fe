/** A server that speaks Vertica's wire protocol, on loopback, for tests. */
import { createServer, type Server, type Socket } from "node:net";
import type { Engine, EngineSession } from "./engine.ts";
import { openVerticaEngine, type VerticaEngine } from "./engine/mod.ts";
import { Faults } from "./faults.ts";
import { serve, type Shared } from "./wire/connection.ts";
import type { Auth } from "./wire/login.ts";
import type { Tls } from "./wire/opening.ts";

export interface ServerOptions {
  /** How users prove who they are. @default sha512 */
  auth?: Auth;
  /** @default none: a client that asks for TLS hears that there is none */
  tls?: Tls & { required?: boolean };
  /** @default any that is free */
  port?: number;
  /** The newest protocol that is spoken, major << 16 | minor. @default 3.16 */
  protocol?: number;
}

export interface VerticaServerOptions extends ServerOptions {
  /** A folder in which the database is kept. @default one that goes with the server */
  data?: string;
}

/** The database administrator. */
export const USER = "dbadmin";
export const PASSWORD = "secret";
export const DATABASE = "finpipe";

/**
 * Starts a server on the engine that knows Vertica's SQL. Its database is on the PostgreSQL of
 * FINPIPE_TEST_PG_URL, where there is one, else on a PostgreSQL of its own.
 *
 * @throws Error where no PostgreSQL can be had, or the port is taken
 */
export async function startVerticaServer(
  options: VerticaServerOptions = {},
): Promise<VerticaServer<VerticaEngine>> {
  const { data, ...rest } = options;
  const postgresUrl = data === undefined ? Deno.env.get("FINPIPE_TEST_PG_URL") : undefined;
  const engine = await openVerticaEngine({ data, postgresUrl, database: DATABASE });
  return await startServerOn(engine, rest, () => setPassword(engine));
}

/**
 * Starts a server on an engine, and closes both where it does not start.
 *
 * @param prepare runs before the first client comes
 */
export async function startServerOn<E extends Engine>(
  engine: E,
  options: ServerOptions = {},
  prepare: () => Promise<void> = () => Promise.resolve(),
): Promise<VerticaServer<E>> {
  const server = new VerticaServer(engine, options);
  try {
    await prepare();
    await server.start();
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

async function setPassword(engine: Engine): Promise<void> {
  const session = await engine.openSession({
    user: USER,
    database: DATABASE,
    clientLabel: "",
    autocommit: true,
  });
  await session.execute(`ALTER USER ${USER} IDENTIFIED BY '${PASSWORD}'`);
  await session.close();
}

const HOST = "127.0.0.1";
const PROTOCOL_3_16 = (3 << 16) | 16;

/** Disposing of it closes all connections, the server and its engine. */
export class VerticaServer<E extends Engine = VerticaEngine> implements AsyncDisposable {
  /** What goes wrong, and what was sent. */
  readonly faults = new Faults();
  readonly host = HOST;
  readonly user = USER;
  readonly password = PASSWORD;
  readonly database = DATABASE;
  /** The database behind it. */
  readonly engine: E;
  readonly #shared: Shared;
  readonly #clients = new Map<Socket, Promise<void>>();
  #listener: Server | undefined;
  #port: number;

  constructor(engine: E, options: ServerOptions = {}) {
    this.engine = engine;
    this.#port = options.port ?? 0;
    this.#shared = {
      engine,
      faults: this.faults,
      auth: options.auth ?? "sha512",
      tls: options.tls,
      tlsRequired: options.tls?.required ?? false,
      sessions: new Map<string, EngineSession>(),
      protocol: options.protocol ?? PROTOCOL_3_16,
    };
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `vertica://${USER}:${PASSWORD}@${HOST}:${this.#port}/${DATABASE}`;
  }

  /** Listens, on the port that it had before. */
  async start(): Promise<void> {
    const listener = createServer((socket) => this.#accept(socket));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    listener.once("error", reject);
    listener.listen(this.#port, HOST, resolve);
    await promise;
    this.#port = (listener.address() as { port: number }).port;
    this.#listener = listener;
  }

  /** Refuses new connections; those that are open stay. {@link start} ends it. */
  async refuse(): Promise<void> {
    const listener = this.#listener;
    if (listener === undefined) return;
    this.#listener = undefined;
    // Resolves when the last connection has gone, which may be far away.
    listener.close();
    await Promise.resolve();
  }

  /** Resolves when no client is there any more, and all their sessions are closed. */
  async idle(): Promise<void> {
    while (this.#clients.size > 0) await Promise.all(this.#clients.values());
  }

  /** Cuts all connections, as a crash would, and listens no more. What was committed stays. */
  async kill(): Promise<void> {
    await this.refuse();
    for (const socket of this.#clients.keys()) socket.destroy();
    await this.idle();
  }

  /** {@link kill} and {@link start}. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.engine[Symbol.asyncDispose]();
  }

  #accept(socket: Socket): void {
    socket.setNoDelay(true);
    const served = serve(socket, this.#shared).finally(() => this.#clients.delete(socket));
    this.#clients.set(socket, served);
  }
}
