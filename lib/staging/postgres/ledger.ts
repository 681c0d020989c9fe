/** {@link LedgerRepository} of PostgreSQL: session advisory locks, and two tables. */
import beginAttemptSql from "../../../sql/staging/ledger_begin_attempt.sql" with { type: "text" };
import beginBackfillSql from "../../../sql/staging/ledger_begin_backfill.sql" with { type: "text" };
import endAttemptSql from "../../../sql/staging/ledger_end_attempt.sql" with { type: "text" };
import endBackfillSql from "../../../sql/staging/ledger_end_backfill.sql" with { type: "text" };
import endFormerSql from "../../../sql/staging/ledger_end_former.sql" with { type: "text" };
import holderSql from "../../../sql/staging/ledger_holder.sql" with { type: "text" };
import holdsLockSql from "../../../sql/staging/ledger_holds_lock.sql" with { type: "text" };
import lastAttemptsSql from "../../../sql/staging/ledger_last_attempts.sql" with { type: "text" };
import lockBackfillSql from "../../../sql/staging/ledger_lock_backfill.sql" with { type: "text" };
import lockSql from "../../../sql/staging/ledger_lock.sql" with { type: "text" };
import noteInterruptedSql from "../../../sql/staging/ledger_note_interrupted.sql" with {
  type: "text",
};
import unlockSql from "../../../sql/staging/ledger_unlock.sql" with { type: "text" };
import type { DateRange } from "../../partitions/run_date.ts";
import { run, select, selectFirst, selectOne } from "../../postgres/run.ts";
import type { SqlSession } from "../../postgres/session.ts";
import { codeOf, FinpipeError } from "../../runtime/errors.ts";
import { boolean, day, integer, nullable, oneOf, text, timestamp } from "../../sql/columns.ts";
import { query } from "../../sql/query.ts";
import { SqlTemplate } from "../../sql/template.ts";
import {
  ATTEMPT_STATES,
  type LastAttempt,
  type LedgerHolder,
  type LedgerRepository,
  type NewAttempt,
  type NewBackfill,
  type Outcome,
} from "../ledger.ts";

const LOCKED = { locked: boolean };
const LOCK = query("staging/ledger_lock", lockSql, LOCKED);
const LOCK_BACKFILL = query("staging/ledger_lock_backfill", lockBackfillSql, LOCKED);
const HOLDS_LOCK = query("staging/ledger_holds_lock", holdsLockSql, { holds: boolean });
const HOLDER = query("staging/ledger_holder", holderSql, {
  process: text,
  id: nullable(integer),
  host: nullable(text),
  pid: nullable(integer),
  startedAt: nullable(timestamp),
});
const ID = { id: integer };
const BEGIN_BACKFILL = query("staging/ledger_begin_backfill", beginBackfillSql, ID);
const BEGIN_ATTEMPT = query("staging/ledger_begin_attempt", beginAttemptSql, ID);
const END_ATTEMPT = query("staging/ledger_end_attempt", endAttemptSql, ID);
const LAST_ATTEMPTS = query("staging/ledger_last_attempts", lastAttemptsSql, {
  id: integer,
  backfillId: integer,
  runDate: day,
  partition: day,
  step: text,
  number: integer,
  state: oneOf(ATTEMPT_STATES),
  startedAt: timestamp,
  endedAt: nullable(timestamp),
  rows: nullable(integer),
  bytes: nullable(integer),
  version: text,
  host: text,
  pid: integer,
  exitCode: nullable(integer),
  message: nullable(text),
  stood: nullable(text),
});
const END_BACKFILL = new SqlTemplate(endBackfillSql);
const END_FORMER = new SqlTemplate(endFormerSql);
const NOTE_INTERRUPTED = new SqlTemplate(noteInterruptedSql);
const UNLOCK = new SqlTemplate(unlockSql);

/** Why a ledger cannot be kept, by SQLSTATE: read_only_sql_transaction, insufficient_privilege. */
const MAY_NOT_WRITE: Readonly<Record<string, [why: string, hint: string]>> = {
  "25006": [
    "staging is read only, such as a standby",
    "Name the primary in FINPIPE_PG_URL: a backfill writes its attempts there",
  ],
  "42501": [
    "finpipe's role may not write it",
    "Grant SELECT, INSERT and UPDATE on finpipe.backfills and finpipe.attempts to the role",
  ],
};

export class PostgresLedger implements LedgerRepository {
  readonly #session: SqlSession;
  /**
   * Of attempts: no step waits for a server's disk because of the journal. The embedded engine has nobody
   * who writes later, and syncs nothing in any case.
   */
  readonly #commit: "off" | "on";

  constructor(session: SqlSession) {
    this.#session = session;
    this.#commit = session.process === undefined ? "on" : "off";
  }

  async lock(): Promise<boolean> {
    return (await selectOne(this.#session, LOCK)).locked;
  }

  async holdsLock(): Promise<boolean> {
    return (await selectOne(this.#session, HOLDS_LOCK)).holds;
  }

  async unlock(backfill: number | undefined): Promise<void> {
    await run(this.#session, UNLOCK, { backfill_id: backfill ?? null });
  }

  holder(): Promise<LedgerHolder | undefined> {
    return selectFirst(this.#session, HOLDER);
  }

  async endFormer(backfill: number): Promise<void> {
    await run(this.#session, END_FORMER, { backfill_id: backfill });
  }

  async begin(backfill: NewBackfill): Promise<{ id: number; locked: boolean }> {
    try {
      return await this.#session.transaction(() => this.#begin(backfill));
    } catch (error) {
      throw mayNotWrite(error);
    }
  }

  async #begin(backfill: NewBackfill): Promise<{ id: number; locked: boolean }> {
    const { command, range, host, pid, version, startedAt } = backfill;
    const { id } = await selectOne(this.#session, BEGIN_BACKFILL, {
      command: textOf(command),
      first_run: range?.from.toString() ?? null,
      last_run: range?.to.toString() ?? null,
      host,
      pid,
      finpipe_version: version,
      began_at: startedAt.toString(),
    });
    const { locked } = await selectOne(this.#session, LOCK_BACKFILL, { backfill_id: id });
    if (locked) await run(this.#session, NOTE_INTERRUPTED, { backfill_id: id });
    return { id, locked };
  }

  async beginAttempt(
    backfill: number,
    ordinal: number,
    { runDate, partition, step, number, stood }: NewAttempt,
    at: Temporal.PlainDateTime,
  ): Promise<number | undefined> {
    const begun = await selectFirst(this.#session, BEGIN_ATTEMPT, {
      backfill_id: backfill,
      ordinal,
      run_date: runDate.toString(),
      day: partition.toString(),
      step,
      number,
      synchronous_commit: this.#commit,
      began_at: at.toString(),
      stood,
    });
    return begun?.id;
  }

  async endAttempt(
    backfill: number,
    attempt: number,
    { state, rows, bytes, exitCode, message }: Outcome,
    at: Temporal.PlainDateTime,
  ): Promise<boolean> {
    const ended = await selectFirst(this.#session, END_ATTEMPT, {
      backfill_id: backfill,
      id: attempt,
      state,
      synchronous_commit: this.#commit,
      end_at: at.toString(),
      rows: rows ?? null,
      bytes: bytes ?? null,
      exit_code: exitCode ?? null,
      message: message === undefined ? null : textOf(message),
    });
    return ended !== undefined;
  }

  async end(backfill: number, exitCode: number, at: Temporal.PlainDateTime): Promise<void> {
    const values = { backfill_id: backfill, exit_code: exitCode, end_at: at.toString() };
    await run(this.#session, END_BACKFILL, values);
  }

  attempts({ from, to }: DateRange): Promise<LastAttempt[]> {
    const values = { first_day: from.toString(), last_day: to.toString() };
    return select(this.#session, LAST_ATTEMPTS, values);
  }
}

/** PostgreSQL's texts hold any character but one. */
function textOf(text: string): string {
  return text.replaceAll("\0", "\ufffd");
}

function mayNotWrite(error: unknown): unknown {
  const [why, hint] = MAY_NOT_WRITE[codeOf((error as Error).cause) ?? ""] ?? [];
  if (why === undefined || hint === undefined) return error;
  return new FinpipeError("configuration", `Cannot keep the ledger of backfills: ${why}`, {
    hint,
    cause: error,
  });
}
