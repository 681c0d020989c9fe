/** {@link StagingLocks} of PostgreSQL. */
import endProcess from "../../../sql/staging/end_process.sql" with { type: "text" };
import lockHolders from "../../../sql/staging/lock_holders.sql" with { type: "text" };
import sourceHolder from "../../../sql/staging/source_holder.sql" with { type: "text" };
import type { SqlRow, SqlSession } from "../../postgres/session.ts";
import type { LockHolder, StagingLocks } from "../locks.ts";

/** How finpipe's sessions are named. */
const OURS = /^finpipe( |$)/;

export class PostgresLocks implements StagingLocks {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  get process(): string | undefined {
    return this.#session.process;
  }

  async holders(processes: readonly string[]): Promise<LockHolder[]> {
    const list = `{${processes.join(",")}}`;
    return (await this.#session.query(lockHolders, [list])).map((row) => new Backend(row));
  }

  /** The session that has taken a source for itself, if any. */
  async holderOf(source: string): Promise<LockHolder | undefined> {
    if (this.process === undefined) return undefined;
    const [row] = await this.#session.query(sourceHolder, [source]);
    return row && new Backend(row);
  }

  async end(holder: LockHolder): Promise<boolean> {
    if (!(holder instanceof Backend)) return false;
    const { process, startedAt, changedAt } = holder;
    const [row] = await this.#session.query(endProcess, [process, startedAt, changedAt]);
    return row?.ended === "t";
  }
}

/** A row of pg_stat_activity, of which a role without rights sees some columns alone. */
class Backend implements LockHolder {
  readonly process: string;
  readonly name: string;
  readonly description: string;
  readonly isFinpipe: boolean;
  readonly waitsForClient: boolean;
  readonly idleFor: number | undefined;
  readonly mark: string;
  /** These tell the process from a later one of the same number, and its statement from the next. */
  readonly startedAt: string | null;
  readonly changedAt: string | null;

  constructor(row: SqlRow) {
    const { pid, state, backend_start, xact_start, state_change, bytes_processed } = row;
    this.process = pid!;
    this.name = nameOf(row);
    const since = xact_start ?? backend_start;
    this.description = [this.name, state, since && `since ${since}`].filter(Boolean).join(", ");
    this.isFinpipe = OURS.test(row.application_name ?? "");
    this.waitsForClient = row.waits_for_client === "t";
    // In the middle of a COPY the state is the same from the first row to the last.
    this.idleFor = state === "active" ? undefined : Number(row.unchanged_for ?? 0);
    this.mark = [pid, backend_start, state, state_change, bytes_processed].join(" ");
    this.startedAt = backend_start!;
    this.changedAt = state_change!;
  }
}

/** As in `process 4711 of PostgreSQL (psql, role ada, from 10.0.0.5:5123)`; number 0 is no process. */
function nameOf({ pid, application_name, role, client_addr, client_port }: SqlRow): string {
  if (pid === "0") return "a prepared transaction of PostgreSQL (see pg_prepared_xacts)";
  // The server's own socket has no address, and we may not know all.
  const from = client_addr === null ? undefined : `from ${client_addr}:${client_port}`;
  const known = [application_name, role && `role ${role}`, from].filter(Boolean);
  return `process ${pid} of PostgreSQL${known.length === 0 ? "" : ` (${known.join(", ")})`}`;
}
