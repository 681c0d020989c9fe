/** {@link StagingLocks} of PostgreSQL. */
import endProcessSql from "../../../sql/staging/end_process.sql" with { type: "text" };
import lockHoldersSql from "../../../sql/staging/lock_holders.sql" with { type: "text" };
import sourceHolderSql from "../../../sql/staging/source_holder.sql" with { type: "text" };
import { arrayOf } from "../../postgres/array.ts";
import { select, selectFirst } from "../../postgres/run.ts";
import type { SqlSession } from "../../postgres/session.ts";
import { boolean, integer, nullable, text } from "../../sql/columns.ts";
import { query } from "../../sql/query.ts";
import type { LockHolder, StagingLocks } from "../locks.ts";

/** What pg_stat_activity says of a process: of another role's, a role without rights sees less. */
const HOLDER = {
  pid: text,
  applicationName: nullable(text),
  role: nullable(text),
  clientAddr: nullable(text),
  clientPort: nullable(text),
  state: nullable(text),
  backendStart: nullable(text),
  xactStart: nullable(text),
  stateChange: nullable(text),
  waitsForClient: boolean,
  unchangedFor: nullable(integer),
  bytesProcessed: nullable(text),
};

const lockHolders = query("staging/lock_holders", lockHoldersSql, HOLDER);
const sourceHolder = query("staging/source_holder", sourceHolderSql, HOLDER);
const endProcess = query("staging/end_process", endProcessSql, { ended: boolean });

type HolderRow = ReturnType<typeof lockHolders.decode>;

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
    const values = { processes: arrayOf(processes) };
    return (await select(this.#session, lockHolders, values)).map((row) => new Backend(row));
  }

  /** The session that has taken a source for itself, if any. */
  async holderOf(source: string): Promise<LockHolder | undefined> {
    if (this.process === undefined) return undefined;
    const row = await selectFirst(this.#session, sourceHolder, { source });
    return row && new Backend(row);
  }

  async end(holder: LockHolder): Promise<boolean> {
    if (!(holder instanceof Backend)) return false;
    const { process, startedAt, changedAt } = holder;
    const row = await selectFirst(this.#session, endProcess, {
      process,
      started_at: startedAt,
      changed_at: changedAt,
    });
    return row?.ended === true;
  }
}

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

  constructor(row: HolderRow) {
    const { pid, state, backendStart, stateChange, bytesProcessed } = row;
    this.process = pid;
    this.name = nameOf(row);
    const since = row.xactStart ?? backendStart;
    this.description = [this.name, state, since && `since ${since}`].filter(Boolean).join(", ");
    this.isFinpipe = OURS.test(row.applicationName ?? "");
    this.waitsForClient = row.waitsForClient;
    // In the middle of a COPY the state is the same from the first row to the last.
    this.idleFor = state === "active" ? undefined : row.unchangedFor ?? 0;
    this.mark = [pid, backendStart, state, stateChange, bytesProcessed].join(" ");
    this.startedAt = backendStart;
    this.changedAt = stateChange;
  }
}

/** As in `process 4711 of PostgreSQL (psql, role ada, from 10.0.0.5:5123)`; number 0 is no process. */
function nameOf({ pid, applicationName, role, clientAddr, clientPort }: HolderRow): string {
  if (pid === "0") return "a prepared transaction of PostgreSQL (see pg_prepared_xacts)";
  // The server's own socket has no address, and we may not know all.
  const from = clientAddr === null ? undefined : `from ${clientAddr}:${clientPort}`;
  const known = [applicationName, role && `role ${role}`, from].filter(Boolean);
  return `process ${pid} of PostgreSQL${known.length === 0 ? "" : ` (${known.join(", ")})`}`;
}
