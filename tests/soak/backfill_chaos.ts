/** What happens to both servers of a backfill, and to itself: faults of chance. */
import pg from "pg";
import type { Random } from "../../lib/events/random.ts";
import type { SpawnedCli } from "../support/cli/run_cli.ts";
import type { PostgresServer } from "../support/postgres/server.ts";
import { TOO_MANY_SESSIONS } from "../vertica-server/faults.ts";
import type { VerticaServer } from "../vertica-server/server.ts";

/** Statements that matter, as a fault lies in wait for them. */
const STATEMENTS = [
  /COPY/,
  /SWAP_PARTITIONS/,
  /INSERT INTO/,
  /^COMMIT/,
  /load_pending/,
  /LOCK TABLE/,
];
/** Messages of a COPY: its data, and the end of it. */
const COPY_CODES = ["d", "c"];

export class BackfillChaos {
  /** How often each fault was set. */
  readonly counts: Record<string, number> = {};
  readonly #server: VerticaServer;
  readonly #postgres: PostgresServer;
  readonly #random: Random;

  constructor(
    { vertica, postgres }: { vertica: VerticaServer; postgres: PostgresServer },
    random: Random,
  ) {
    this.#server = vertica;
    this.#postgres = postgres;
    this.#random = random;
  }

  /** Lets one of the faults happen; its name. */
  async strike(victim: SpawnedCli): Promise<string> {
    const name = this.#random.pick(Object.keys(this.#faults));
    await this.#faults[name]!(victim);
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    return name;
  }

  readonly #faults: Record<string, (victim: SpawnedCli) => Promise<void>> = {
    "cut before a statement": () => this.#arm({ kind: "cut before" }),
    "cut after a statement": () => this.#arm({ kind: "cut after" }),
    "error at a statement": () => this.#arm({ kind: "error" }),
    "cut inside COPY": () => {
      this.#server.faults.arm({
        kind: this.#random.chance(0.5) ? "cut before" : "cut after",
        code: this.#random.pick(COPY_CODES),
      });
      return Promise.resolve();
    },
    "no more sessions": async () => {
      this.#server.faults.login = TOO_MANY_SESSIONS;
      await pause(this.#random.between(100, 1500));
      this.#server.faults.login = undefined;
    },
    "PostgreSQL kill -9": async () => {
      await this.#postgres.kill9();
      await this.#postgres.start();
    },
    "PostgreSQL restart": async () => {
      await this.#postgres.stop("SIGINT");
      await this.#postgres.start();
    },
    "sessions of PostgreSQL ended": () => endSessions(this.#postgres.url),
    "Vertica restart": () => this.#server.restart(),
    "Vertica away": async () => {
      await this.#server.kill();
      await pause(this.#random.between(100, 2500));
      await this.#server.start();
    },
    "kill -9 of finpipe": (victim) => {
      victim.kill("SIGKILL");
      return Promise.resolve();
    },
  };

  #arm({ kind }: { kind: "cut before" | "cut after" | "error" }): Promise<void> {
    this.#server.faults.arm({ kind, statement: this.#random.pick(STATEMENTS) });
    return Promise.resolve();
  }
}

/** As an administrator does: of each database of the server. */
async function endSessions(url: string): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'finpipe%'",
  );
  await admin.end();
}

/** Resolves after so many milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
