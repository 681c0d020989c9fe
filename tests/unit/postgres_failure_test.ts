/** What a driver's error means. */
import assert from "node:assert/strict";
import { asFinpipeError } from "../../lib/postgres/failure.ts";

function failureOf(message: string, code?: string) {
  const error = Object.assign(new Error(message), code === undefined ? {} : { code });
  return asFinpipeError(error, "PostgreSQL at h");
}

Deno.test("a full disk names itself and what to do", () => {
  const text = 'could not extend file "base/1/2": No space left on device';
  const { kind, message, hint } = failureOf(text, "53100");
  assert.deepEqual([kind, message, hint], [
    "failed",
    `Failed on PostgreSQL at h: ${text}`,
    "The server's disk is full: make room there, then run again",
  ]);
});

/** Every SQLSTATE that passes, and neighbours that do not. */
const PASSING: [code: string, what: string, exitCode: number, passes: string | undefined][] = [
  ["08006", "connection_failure", 69, "soon"],
  ["08P01", "protocol_violation", 69, "soon"],
  ["25006", "read_only_sql_transaction", 1, "in time"],
  ["25P02", "in_failed_sql_transaction", 1, undefined],
  ["25P03", "idle_in_transaction_session_timeout", 69, "soon"],
  ["25P04", "transaction_timeout", 69, "soon"],
  ["28P01", "invalid_password", 3, undefined],
  ["40000", "transaction_rollback", 75, "soon"],
  ["40001", "serialization_failure", 75, "soon"],
  ["40002", "transaction_integrity_constraint_violation", 1, undefined],
  ["40003", "statement_completion_unknown", 75, "soon"],
  ["40P01", "deadlock_detected", 75, "soon"],
  ["42501", "insufficient_privilege", 3, undefined],
  ["42P01", "undefined_table", 3, undefined],
  ["42P10", "invalid_column_reference", 3, undefined],
  ["53000", "insufficient_resources", 1, "soon"],
  ["53100", "disk_full", 1, "in time"],
  ["53200", "out_of_memory", 1, "soon"],
  ["53300", "too_many_connections", 69, "soon"],
  ["53400", "configuration_limit_exceeded", 1, undefined],
  ["55000", "object_not_in_prerequisite_state", 69, "soon"],
  ["55P03", "lock_not_available", 75, "soon"],
  ["57014", "query_canceled", 1, "soon"],
  ["57P01", "admin_shutdown", 69, "soon"],
  ["57P02", "crash_shutdown", 69, "soon"],
  ["57P03", "cannot_connect_now", 69, "soon"],
  ["57P04", "database_dropped", 3, undefined],
  ["57P05", "idle_session_timeout", 69, "soon"],
  ["72000", "snapshot_too_old", 75, "soon"],
  ["XX000", "internal_error", 1, undefined],
  ["XX001", "data_corrupted", 1, undefined],
  ["ECONNREFUSED", "nobody listens", 69, "soon"],
  ["CERT_HAS_EXPIRED", "a certificate", 3, undefined],
];
for (const [code, what, exitCode, passes] of PASSING) {
  Deno.test(`${code} (${what}): exit ${exitCode}, passes ${passes ?? "never"}`, () => {
    const failure = failureOf(what, code);
    assert.deepEqual([failure.exitCode, failure.passes], [exitCode, passes]);
    if (passes !== undefined) assert.ok(failure.hint);
  });
}

Deno.test("what broke the connection says what a statement's failure means", () => {
  const lost = new Error("Client has encountered a connection error and is not queryable");
  const { kind, message } = asFinpipeError(lost, "h", new Error("read ECONNRESET"));
  assert.deepEqual([kind, message], ["unreachable", "Cannot reach h: read ECONNRESET"]);
  const untold = [lost, new Error("Connection terminated unexpectedly")];
  for (const broken of [undefined, ...untold]) {
    assert.equal(
      asFinpipeError(lost, "h", broken).message,
      "Cannot reach h: the connection was lost",
    );
  }
  const late = asFinpipeError(new Error("timeout expired"), "h");
  assert.equal(late.message, "Cannot reach h: it did not answer in time");
  const why = Object.assign(new Error("terminating connection due to conflict with recovery"), {
    code: "40001",
  });
  const failure = asFinpipeError(lost, "h", why);
  assert.deepEqual([failure.kind, failure.passes], ["locked", "soon"]);
  assert.match(failure.hint!, /hot_standby_feedback.*max_standby_streaming_delay/);
});

Deno.test("a policy that hides rows is a configuration that names what to do", () => {
  const text = 'query would be affected by row-level security policy for table "transactions"';
  const { kind, hint } = failureOf(text, "42501");
  assert.equal(kind, "configuration");
  assert.match(hint!, /BYPASSRLS/);
});

Deno.test("a table that is not there is no cause to run init, whose version was looked at", () => {
  assert.doesNotMatch(failureOf('relation "stg.currencies" does not exist', "42P01").hint!, /init/);
});
