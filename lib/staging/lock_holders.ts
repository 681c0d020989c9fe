/** Who holds what a session of staging waits for. */
import endProcess from "../../sql/staging/end_process.sql" with { type: "text" };
import lockHolders from "../../sql/staging/lock_holders.sql" with { type: "text" };
import sourceHolder from "../../sql/staging/source_holder.sql" with { type: "text" };
import type { SqlRow, SqlSession } from "../postgres/session.ts";

/** A process of the server that holds a lock, as far as the server tells our role. */
export interface LockHolder {
  /** Its number; 0 where a prepared transaction holds it, which has no process. */
  pid: number;
  applicationName: string;
  role: string;
  /** `host:port`; undefined on the server's own socket, or where we may not know. */
  client: string | undefined;
  /** As in `pg_stat_activity`: `active`, `idle in transaction`; undefined where we may not know. */
  state: string | undefined;
  /** When its transaction began, else its session; in the server's words, UTC. */
  since: string | undefined;
  /** It waits for its client, in a transaction or in the middle of a COPY. */
  waitsForClient: boolean;
  /** Milliseconds since its state changed: since its last statement ended, or its COPY began. */
  unchangedFor: number;
  /** Changes with whatever it does: the same text later means that it stood still. */
  mark: string;
  /** Tells the process from a later one of the same number, and its statement from the next. */
  startedAt: string | null;
  changedAt: string | null;
}

/** Locks of staging. */
export interface StagingLocks {
  /** The number of this session's process; undefined on the embedded engine. */
  readonly process: string | undefined;

  /** Who holds what these processes wait for; the one at the end of a chain comes last. */
  holders(processes: readonly string[]): Promise<LockHolder[]>;

  /** The session that has taken a source for itself (`lockSource`), if any. */
  holderOf(source: string): Promise<LockHolder | undefined>;

  /** Ends a process that still stands as it was found; false where it does not, or we may not. */
  end(holder: LockHolder): Promise<boolean>;
}

/** {@link StagingLocks} in SQL. */
export class SqlStagingLocks implements StagingLocks {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  get process(): string | undefined {
    return this.#session.process;
  }

  async holders(processes: readonly string[]): Promise<LockHolder[]> {
    const list = `{${processes.join(",")}}`;
    return (await this.#session.query(lockHolders, [list])).map(holderOf);
  }

  async holderOf(source: string): Promise<LockHolder | undefined> {
    if (this.process === undefined) return undefined;
    const [row] = await this.#session.query(sourceHolder, [source]);
    return row && holderOf(row);
  }

  async end({ pid, startedAt, changedAt }: LockHolder): Promise<boolean> {
    const [row] = await this.#session.query(endProcess, [pid, startedAt, changedAt]);
    return row?.ended === "t";
  }
}

/** Names a holder, as in `process 4711 of PostgreSQL (psql, role ada, from 10.0.0.5:5123)`. */
export function nameOf({ pid, applicationName, role, client }: LockHolder): string {
  if (pid === 0) return "a prepared transaction of PostgreSQL (see pg_prepared_xacts)";
  const parts = [applicationName, role && `role ${role}`, client && `from ${client}`];
  const known = parts.filter((part) => part !== undefined && part !== "");
  return `process ${pid} of PostgreSQL${known.length === 0 ? "" : ` (${known.join(", ")})`}`;
}

/** Says who it is, what it does and since when. */
export function describeHolder(holder: LockHolder): string {
  const { state, since } = holder;
  return [nameOf(holder), state, since && `since ${since}`].filter(Boolean).join(", ");
}

function holderOf(row: SqlRow): LockHolder {
  const { client_addr, client_port, state, backend_start, xact_start, state_change } = row;
  return {
    pid: Number(row.pid),
    applicationName: row.application_name ?? "",
    role: row.role ?? "",
    client: client_addr === null ? undefined : `${client_addr}:${client_port}`,
    state: state ?? undefined,
    since: xact_start ?? backend_start ?? undefined,
    waitsForClient: row.waits_for_client === "t",
    unchangedFor: Number(row.unchanged_for ?? 0),
    mark: [row.pid, backend_start, state, state_change, row.bytes_processed].join(" "),
    startedAt: backend_start!,
    changedAt: state_change!,
  };
}
