/**
 * What errors mean: which kind of failure each is, what a person does about it, and whether it
 * passes. Every command retries what passes `soon` for as long as --retry-for says; only a resident
 * stream waits for what passes `in time`.
 */
import { type Meaning, networkMeanings } from "../runtime/connection_failure.ts";
import type { Passing } from "../runtime/errors.ts";

/** What an error means, and whether it passes. @default what its kind says */
export interface PostgresMeaning extends Meaning {
  passes?: Passing;
}

export const UNREACHABLE = "Check that the server runs and that host and port are right";
const NO_RIGHTS = "Grant the missing right to finpipe's role, or use another role";
// The version of the schema was looked at before: init finds nothing to do.
const DRIFT = "Run 'finpipe doctor': it says what differs from what finpipe made";
const CLASH = "Another session was in the way: run again, it passes by itself";
const CA = "Name the server's CA in sslrootcert";
// The session was ended by a limit that finpipe does not set, such as a pooler's, or by a person.
const CANCELLED = "Find out who ended it: an administrator, a pooler's query_timeout, or a " +
  "setting that 'finpipe doctor' names";
const MEMORY =
  "The server is short of memory: run again later, or lower work_mem or max_connections there";
const ENDED_BY_SETTING = "A setting of the server ended the session: 'finpipe doctor' names it";

const soon = (kind: Meaning["kind"], hint: string): PostgresMeaning => ({
  kind,
  hint,
  passes: "soon",
});
const inTime = (kind: Meaning["kind"], hint: string): PostgresMeaning => ({
  kind,
  hint,
  passes: "in time",
});
const never = (kind: Meaning["kind"], hint: string): PostgresMeaning => ({ kind, hint });

/**
 * SQLSTATEs (PostgreSQL documentation, appendix A) and system errors by what mends them. Of a class
 * that is named by its first two characters are those that have no line of their own.
 */
export const MEANINGS: Readonly<Record<string, PostgresMeaning>> = {
  // Connections, and what ends them.
  "08": soon("unreachable", UNREACHABLE),
  "57P01": soon(
    "unreachable",
    "The server is shutting down, or an administrator ended the session",
  ),
  "57P02": soon("unreachable", "The server crashed and restarts"),
  "57P03": soon("unreachable", "The server is starting up"),
  "57P05": soon("unreachable", ENDED_BY_SETTING),
  "25P03": soon("unreachable", ENDED_BY_SETTING),
  "25P04": soon("unreachable", ENDED_BY_SETTING),
  "53300": soon(
    "unreachable",
    "There is no free connection: raise max_connections, or the CONNECTION LIMIT of role or database",
  ),
  "55000": soon(
    "unreachable",
    "The server does not accept this now, for example while a database is being restored: " +
      "wait, or see ALTER DATABASE ... ALLOW_CONNECTIONS",
  ),

  // Other sessions that work there at the same time.
  "40": soon("locked", CLASH),
  // finpipe's own transactions never conflict like this: a standby's recovery ends them
  // (documentation, 26.4.2).
  "40001": soon(
    "locked",
    "If it is a standby, set hot_standby_feedback = on there, raise " +
      "max_standby_streaming_delay, or name the primary in FINPIPE_PG_URL",
  ),
  "40002": never("failed", "Look for it in the server's log"),
  "55P03": soon("locked", "Another session holds the lock: try again"),
  "57014": soon("failed", CANCELLED),
  "72000": soon("locked", "Raise old_snapshot_threshold of the server, or run again"),

  // Resources that the server is short of.
  "53": soon("failed", MEMORY),
  "53100": inTime("failed", "The server's disk is full: make room there, then run again"),
  "53400": never("failed", "Raise the limit that the server names, such as temp_file_limit"),

  // How the server is set up.
  "25006": inTime("failed", "The server is read-only: connect to the primary"),
  "28000": never("configuration", "Check user and password, and pg_hba.conf of the server"),
  "28P01": never("configuration", "Check user and password"),
  "3D000": never("configuration", "Create the database, or name another one"),
  "57P04": never("configuration", "The database was dropped: create it, or name another one"),
  "42501": never("configuration", NO_RIGHTS),
  "3F000": never("configuration", DRIFT),
  "42P01": never("configuration", DRIFT),
  "42P10": never("configuration", DRIFT),
  "42703": never("configuration", DRIFT),
  "42804": never("configuration", DRIFT),
  "42809": never("configuration", DRIFT),

  ...networkMeanings(UNREACHABLE),
  SELF_SIGNED_CERT_IN_CHAIN: never("configuration", CA),
  DEPTH_ZERO_SELF_SIGNED_CERT: never("configuration", "Name the certificate in sslrootcert"),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: never("configuration", CA),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: never("configuration", CA),
  ERR_TLS_CERT_ALTNAME_INVALID: never(
    "configuration",
    "The certificate is for another host: use its name in the URL, or sslmode=verify-ca",
  ),
  CERT_HAS_EXPIRED: never("configuration", "Renew the server's certificate"),
};

/**
 * Errors whose text says more than their SQLSTATE (from PostgreSQL and poolers, which write
 * English).
 */
export const TEXTS: readonly [text: RegExp, meaning: PostgresMeaning][] = [
  [/row-level security/, {
    kind: "configuration",
    hint:
      "A policy hides rows from finpipe's role: ALTER ROLE ... BYPASSRLS, or disable row-level " +
      "security on the table that is named",
  }],
  [/does not support SSL/, {
    kind: "configuration",
    hint: "The server has no TLS: set sslmode=disable, or set up TLS there",
  }],
];
