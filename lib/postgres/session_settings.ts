/**
 * What finpipe takes for granted in each session with a server, whatever a role, a database, the
 * server's configuration or a pooler says.
 *
 * Set by a statement as soon as a session is there, not by the startup packet's `options`: poolers
 * refuse those, or drop them in silence. What is set lasts as long as the session, so that no
 * transaction pays for it. A pooler that gives each transaction another session loses it: `doctor`
 * finds such a one.
 *
 * All that PostgreSQL 18 has (documentation, chapter 19) was gone through for what can change a result,
 * what is kept of a commit, or the course of a run. What is not here changes none of them (`enable_*`,
 * memory, parallel workers, what is logged), or is left to its owner:
 *
 * - `default_transaction_read_only`: whoever sets it wants no writes, as before a cut-over. It is
 *   waited out or told of, like a standby.
 * - `default_transaction_deferrable`: means something in SERIALIZABLE alone.
 * - `synchronous_commit`, but for `off`: how many standbys a commit waits for is the owner's choice.
 * - `default_tablespace`, `temp_tablespaces`, `default_toast_compression`: where and how small rows
 *   lie is the owner's choice too.
 * - `session_replication_role`: it is for triggers, and finpipe has none.
 * - `role`: who owns what finpipe makes.
 */
import imposedSettingsSql from "../../sql/postgres/imposed_settings.sql" with { type: "text" };
import setSettings from "../../sql/postgres/session_settings.sql" with { type: "text" };
import { boolean, text } from "../sql/columns.ts";
import { query } from "../sql/query.ts";
import { SqlTemplate } from "../sql/template.ts";
import { select } from "./run.ts";
import type { SqlSession } from "./session.ts";

/** A setting, its value in its base unit as `pg_settings` shows it, and why it is ours. */
interface SessionSetting {
  name: string;
  value: string;
  reason: string;
  /** Set only where it is this; any other value may stay. @default whatever it is */
  insteadOf?: string;
}

/** Seconds without traffic after which the other side's TCP is asked whether it is there. */
export const KEEP_ALIVE = 30;

const NO_CLOCK = "how long a statement may take nobody can say: none is ended by the clock";
const FORM = "the form of values as text";
const GONE =
  "the server notices after a minute that we are gone without a word, and frees our locks, not " +
  "after the two hours of most systems (documentation, 19.3.2)";

export const SESSION_SETTINGS: readonly SessionSetting[] = [
  { name: "statement_timeout", value: "0", reason: NO_CLOCK },
  {
    name: "lock_timeout",
    value: "0",
    reason: "a lock is waited for: it is somebody's ALTER TABLE",
  },
  { name: "transaction_timeout", value: "0", reason: NO_CLOCK },
  { name: "idle_session_timeout", value: "0", reason: "a topic may lie still for days" },
  {
    name: "idle_in_transaction_session_timeout",
    value: "600000",
    reason:
      "between two statements a file is written; a process that was stopped there would hold " +
      "its locks for ever without any",
  },
  { name: "exit_on_error", value: "off", reason: "a refused row must not end the session" },
  {
    name: "default_transaction_isolation",
    value: "read committed",
    reason: "a statement sees what was committed before it; a snapshot says so itself",
  },
  {
    name: "synchronous_commit",
    value: "on",
    insteadOf: "off",
    reason: "what was said to be landed survives a crash of the server: stdin is not read twice",
  },
  {
    name: "row_security",
    value: "off",
    reason: "a policy that hides rows fails the statement: a dump without them would be wrong in " +
      "silence (pg_dump does the same)",
  },
  { name: "zero_damaged_pages", value: "off", reason: "damaged rows would vanish in silence" },
  {
    name: "ignore_checksum_failure",
    value: "off",
    reason: "damaged rows would be read as they are",
  },
  {
    name: "search_path",
    value: "public",
    reason:
      "behind pg_catalog, which comes first unless it is named: nothing shadows its functions; " +
      "tables are named in full, and the owner's own triggers find theirs",
  },
  {
    name: "default_table_access_method",
    value: "heap",
    reason: "others cannot update rows, or have no unique keys",
  },
  { name: "client_encoding", value: "UTF8", reason: "the contract's encoding" },
  { name: "standard_conforming_strings", value: "on", reason: "how SQL is read" },
  { name: "transform_null_equals", value: "off", reason: "how SQL is read" },
  { name: "array_nulls", value: "on", reason: "how SQL is read" },
  { name: "bytea_output", value: "hex", reason: FORM },
  { name: "DateStyle", value: "ISO, YMD", reason: FORM },
  { name: "IntervalStyle", value: "postgres", reason: FORM },
  { name: "TimeZone", value: "UTC", reason: FORM },
  { name: "extra_float_digits", value: "1", reason: FORM },
  { name: "tcp_keepalives_idle", value: String(KEEP_ALIVE), reason: GONE },
  { name: "tcp_keepalives_interval", value: "10", reason: GONE },
  { name: "tcp_keepalives_count", value: "3", reason: GONE },
  { name: "tcp_user_timeout", value: "60000", reason: GONE },
];

/** The first statement of each session. */
export const SET_SETTINGS = new SqlTemplate(setSettings).withParameters({
  settings: jsonOf(SESSION_SETTINGS),
});

/** A setting that would be another one had finpipe not set it. */
export interface ImposedSetting {
  name: string;
  /** With its unit. */
  value: string;
  /** Who says so, as in `the role`. */
  origin: string;
  /** False where it stands all the same: it is a superuser's to set. */
  overruled: boolean;
}

const IMPOSED_SETTINGS = query("postgres/imposed_settings", imposedSettingsSql, {
  name: text,
  value: text,
  origin: text,
  overruled: boolean,
});

/** What is imposed on a session that finpipe opened. */
export function imposedSettings(session: SqlSession): Promise<ImposedSetting[]> {
  // How a connection is kept alive is of no consequence for anybody else.
  const told = SESSION_SETTINGS.filter(({ reason }) => reason !== GONE);
  return select(session, IMPOSED_SETTINGS, { settings: jsonOf(told) });
}

function jsonOf(settings: readonly SessionSetting[]): string {
  return JSON.stringify(settings.map(({ reason: _, ...setting }) => setting));
}
