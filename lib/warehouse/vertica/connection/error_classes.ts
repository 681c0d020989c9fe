/**
 * What finpipe does about an error of Vertica: by its SQLSTATE, and by Vertica's own number where
 * one SQLSTATE stands for errors that need different treatment.
 *
 * The pages are Vertica's documentation, "SQL state list": one for each SQLSTATE, with the numbers
 * and words of its errors. Numbers do not change from version to version, words may ("Vertica error
 * messages").
 */
import type { Meaning } from "../../../runtime/connection_failure.ts";
import type { Passing } from "../../../runtime/errors.ts";

/** What finpipe does about an error. */
export type ErrorClass =
  /** Starts the work again, on another node if there is one. */
  | "another node"
  /** Begins it anew when there is room: sessions, a resource pool. */
  | "room"
  /** Another session is in the way, or a mergeout, and will not be for long: tries again soon. */
  | "passing lock"
  /** A lock that was waited for in vain: somebody has to see who holds it. */
  | "lock"
  /** A row is not what its table takes. */
  | "data"
  /** A GRANT is missing. */
  | "rights"
  /** The login, or the database, is another one than the settings say. */
  | "settings"
  /** A table is not as finpipe made it. */
  | "schema"
  /** A node's disk is full: nothing helps but room on it. */
  | "disk"
  /** A limit of time, memory or temporary space that a DBA sets. */
  | "limit"
  /** The same statement will fail again. */
  | "for good";

/** Errors that finpipe treats alike. */
export interface KnownError {
  /** SQLSTATEs; one of two characters is a class of them. */
  states: readonly string[];
  /** Vertica's numbers, where only these are meant. */
  codes?: readonly number[];
  /** What their words say, where no page has the number. */
  text?: RegExp;
  class: ErrorClass;
  hint: string;
  /** Where it is documented. */
  page: string;
}

const LIST = "https://docs.vertica.com/latest/en/error-messages/sql-state-list/";

/** The page of one SQLSTATE. */
function pageOf(state: string): string {
  return `${LIST}messages-associated-with-sqlstate-${state.toLowerCase()}/`;
}

const AGAIN = "run the command again when it is up";
const NODE = "A node is leaving or joining the cluster: run the command again when all are up";
const NO_RIGHTS = "Run 'finpipe doctor': it says which GRANT is missing, of those that " +
  "sql/warehouse/vertica/grants.sql lists";
// The version of the schema was looked at before: init finds nothing to do.
const DRIFT = "Run 'finpipe doctor': it says what differs from what finpipe made";
const POOL =
  "The resource pool of finpipe's user is full (v_monitor.resource_queues): run again later, " +
  "or have a DBA look at it";
const IN_THE_WAY =
  "Another session changes the same tables, or a mergeout runs on them: run again when it is done " +
  "(v_monitor.locks, v_monitor.tuple_mover_operations)";
const VALUES = "Run with --log-level debug to see the server's words, which may quote the value";

/** The first class that matches an error decides what finpipe does. */
export const KNOWN_ERRORS: readonly KnownError[] = [
  {
    states: ["08"],
    class: "another node",
    hint: "Check that the database is up and that hosts and port are right",
    page: LIST,
  },
  {
    states: ["V1003"],
    class: "another node",
    hint: NODE,
    page: pageOf("V1003"),
  },
  {
    states: ["25000"],
    // Shards: whose subscriptions change as nodes of an Eon database come and go.
    codes: [8058, 8231, 8233, 8269, 8383],
    class: "another node",
    hint: NODE,
    page: pageOf("25000"),
  },
  {
    states: ["55006"],
    // "A DDL statement interfered", in several ways.
    codes: [3003, 3004, 7219, 7220],
    class: "passing lock",
    hint: IN_THE_WAY,
    page: pageOf("55006"),
  },
  // Beside what no statement of finpipe's does: a node that changed its state under the statement.
  { states: ["55006"], class: "another node", hint: NODE, page: pageOf("55006") },
  {
    states: ["55000"],
    // A concurrent load into the partition, or a mergeout.
    codes: [2088],
    class: "passing lock",
    hint: IN_THE_WAY,
    page: pageOf("55000"),
  },
  {
    states: ["55000"],
    // "Cannot commit DML/DDL while a node is shutting down".
    codes: [2371],
    class: "another node",
    hint: `A node is shutting down: ${AGAIN}`,
    page: pageOf("55000"),
  },
  {
    states: ["57V04"],
    class: "another node",
    hint: `A node is shutting down: ${AGAIN}`,
    page: pageOf("57V04"),
  },
  {
    states: ["57V01"],
    class: "another node",
    hint: `The server is shutting down: ${AGAIN}`,
    page: LIST,
  },
  {
    states: ["57V02"],
    class: "another node",
    hint: `The server crashed and restarts: ${AGAIN}`,
    page: LIST,
  },
  {
    states: ["57V03"],
    class: "another node",
    hint: `The server is starting up: ${AGAIN}`,
    page: LIST,
  },
  {
    states: ["53300"],
    class: "room",
    hint: "The server accepts no more sessions: run again when some have ended, or have a DBA " +
      "raise MaxClientSessions",
    page: LIST,
  },
  {
    states: ["53000"],
    codes: [2245, 5065],
    class: "room",
    hint: "Too many ROS containers: a mergeout has to run first. Run again later, or SELECT " +
      "DO_TM_TASK('mergeout')",
    page: pageOf("53000"),
  },
  {
    states: ["53000"],
    codes: [3300, 6941],
    class: "limit",
    hint: "Raise the TEMPSPACECAP of finpipe's user",
    page: pageOf("53000"),
  },
  { states: ["53000"], class: "room", hint: POOL, page: pageOf("53000") },
  {
    states: ["53200"],
    class: "limit",
    hint:
      "The statement needs more memory than there is: have a DBA look at the resource pool of " +
      "finpipe's user",
    page: pageOf("53200"),
  },
  {
    states: ["53100"],
    class: "disk",
    // "Managing disk space": it refuses what would write before a disk is full.
    hint: "A node's disk is full (v_monitor.disk_storage): make room there, then run again",
    page: "https://docs.vertica.com/latest/en/admin/managing-db/managing-disk-space/",
  },
  {
    states: ["55V03"],
    class: "lock",
    hint: "Another session holds the lock (v_monitor.locks has its session_id): run again when " +
      "it is done, or have a DBA end it",
    page: pageOf("55V03"),
  },
  // The tuple mover is at work on a projection or a container of it (2082, 2083).
  { states: ["55V04"], class: "passing lock", hint: IN_THE_WAY, page: pageOf("55V04") },
  { states: ["40V01"], class: "passing lock", hint: IN_THE_WAY, page: pageOf("40V01") },
  {
    states: ["57014"],
    class: "limit",
    hint: "Raise statement_timeout, or ask the DBA who cancelled it",
    page: LIST,
  },
  {
    states: ["22004"],
    // A NULL for a NOT NULL column, which fails a COPY as a whole.
    codes: [2501, 2502, 2514],
    class: "data",
    hint: "The file lacks a value there: dump the day again",
    page: pageOf("22004"),
  },
  { states: ["22", "23"], class: "data", hint: VALUES, page: LIST },
  {
    states: ["28000"],
    text: /locked/i,
    class: "settings",
    hint: "Have a DBA run ALTER USER ... ACCOUNT UNLOCK, and find out who logs in with a wrong " +
      "password",
    page: LIST,
  },
  {
    states: ["28000"],
    text: /TLS|SSL/,
    class: "settings",
    hint: "The server does not accept clear text: set tls_mode, if possible verify-full with " +
      "tls_ca_file",
    page: LIST,
  },
  {
    states: ["28"],
    class: "settings",
    hint: "Check the user, and its password or token",
    page: LIST,
  },
  {
    states: ["V2000"],
    class: "settings",
    hint: "Check the user, and its password or token",
    page: pageOf("V2000"),
  },
  {
    states: ["3D000"],
    class: "settings",
    hint: "Create the database, or name another one",
    page: LIST,
  },
  { states: ["42501"], class: "rights", hint: NO_RIGHTS, page: LIST },
  // The documentation gives 3F000 no more than a line: a schema that is not there is one of the two.
  { states: ["3F000", "42V01", "42703"], class: "schema", hint: DRIFT, page: LIST },
  {
    states: ["0A", "42", "54", "55", "58", "V1", "VX", "XX"],
    class: "for good",
    hint: "Look for the cause in vertica.log. The command will fail again until something is " +
      "changed there",
    page: LIST,
  },
];

/** What a class means for a person, and whether another try may go well. */
export const CLASS_KINDS: Record<ErrorClass, { kind: Meaning["kind"]; passes?: Passing }> = {
  "another node": { kind: "unreachable" },
  "room": { kind: "unreachable" },
  "passing lock": { kind: "locked", passes: "soon" },
  "lock": { kind: "locked", passes: "after a break" },
  "data": { kind: "data" },
  "rights": { kind: "configuration" },
  "settings": { kind: "configuration" },
  "schema": { kind: "configuration" },
  "disk": { kind: "failed" },
  "limit": { kind: "failed" },
  "for good": { kind: "failed" },
};

/** What is known of an error; undefined where nothing is. */
export function knownError(
  state: string,
  code: number | undefined,
  text: string,
): KnownError | undefined {
  return KNOWN_ERRORS.find((known) =>
    known.states.some((one) => one.length === 2 ? state.startsWith(one) : state === one) &&
    (known.codes?.includes(code ?? 0) ?? true) &&
    (known.text?.test(text) ?? true)
  );
}
