/** What the silence of a session means, as another connection to the server sees it. */
import backendEndSql from "../../sql/postgres/backend_end.sql" with { type: "text" };
import backendWaitsSql from "../../sql/postgres/backend_waits.sql" with { type: "text" };
import type pg from "pg";
import { orAborted } from "../runtime/aborted.ts";
import type { PostgresSettings } from "../config/postgres_url.ts";
import type { FinpipeError } from "../runtime/errors.ts";
import { judgeSilence, type Questioner } from "../runtime/silent_session.ts";
import { boolean } from "../sql/columns.ts";
import { query, type SqlRow } from "../sql/query.ts";
import { SqlTemplate } from "../sql/template.ts";
import type { Backend } from "./backend.ts";
import {
  closeClient,
  CONNECT_TIMEOUT,
  makeClient,
  type SessionOptions,
  setSettings,
  socketOf,
} from "./client.ts";

const backendEnd = new SqlTemplate(backendEndSql);
const backendWaits = query("postgres/backend_waits", backendWaitsSql, { waits: boolean });

/** Where the question goes: the way by which the session was opened. */
export interface BackendPlace {
  settings: PostgresSettings;
  ssl: PostgresSettings["tlsAttempts"][number];
  options: SessionOptions;
}

/** What a server says that goes down or comes up. */
const RESTARTS = /^57P0[123]$/;

/** Asks by a new connection, as {@link judgeSilence} does. */
export function failureOf(
  backend: Backend,
  place: BackendPlace,
  isSilent: () => boolean,
  over: AbortSignal,
): Promise<FinpipeError | undefined> {
  return judgeSilence({
    server: place.settings.displayName,
    what: "connection",
    who: "The server or the network",
    restarts: RESTARTS,
    open: () => new Question(backend, place, over),
    isSilent,
    over,
  });
}

class Question implements Questioner {
  readonly #backend: Backend;
  readonly #client: pg.Client;
  readonly #patience: number;
  readonly #over: AbortSignal;

  constructor(backend: Backend, { settings, ssl, options }: BackendPlace, over: AbortSignal) {
    this.#backend = backend;
    this.#client = makeClient(settings, ssl, options);
    this.#client.on("error", () => {});
    this.#patience = options.connectTimeout ?? CONNECT_TIMEOUT;
    this.#over = over;
    over.addEventListener("abort", this.#giveUp);
  }

  async begin(): Promise<void> {
    await orAborted(this.#client.connect(), this.#over);
  }

  /** A process that waits for its client does not work for it. */
  async isAtWork(): Promise<boolean> {
    const [found] = await this.#ask(backendWaits.sql);
    return found !== undefined && !backendWaits.decode(found).waits;
  }

  async end(): Promise<void> {
    await this.#ask(backendEnd);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.removeEventListener("abort", this.#giveUp);
    await closeClient(this.#client);
  }

  async #ask(question: SqlTemplate): Promise<SqlRow[]> {
    const timer = setTimeout(this.#giveUp, this.#patience);
    try {
      // Its answers are read by their values' text.
      await setSettings(this.#client);
      const { pid, startedAt } = this.#backend;
      const { text, params } = question.withParameters({ pid, started_at: startedAt });
      return (await this.#client.query(text, params)).rows;
    } finally {
      clearTimeout(timer);
    }
  }

  readonly #giveUp = () => void socketOf(this.#client).destroy();
}
