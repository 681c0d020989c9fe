/** What errors of Vertica, its driver and the network mean, and what a person is told to do. */
import assert from "node:assert/strict";
import { asFinpipeError } from "../../lib/warehouse/vertica/connection/failure.ts";
import {
  CLASS_KINDS,
  KNOWN_ERRORS,
  knownError,
} from "../../lib/warehouse/vertica/connection/error_classes.ts";
import { EXIT_CODES, FinpipeError } from "../../lib/runtime/errors.ts";
import { readDocument } from "../support/docs/documents.ts";
import { exampleOf } from "../support/vertica/errors.ts";

function failed(message: string, code?: string, vendorCode?: number): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code, vendorCode });
}

const CASES: [error: Error, kind: string, hint: RegExp][] = [
  [
    failed("Invalid username or password", "28000"),
    "configuration",
    /user, and its password or token/,
  ],
  [failed("Permission denied for relation loads", "42501"), "configuration", /grants.sql/],
  [failed('Relation "loads" does not exist', "42V01"), "configuration", /finpipe doctor/],
  [failed("Locking failure: Timed out X locking", "55V03"), "locked", /v_monitor.locks/],
  [failed("Execution time exceeded run time cap", "57014"), "failed", /statement_timeout/],
  [failed("New session rejected", "53300"), "unreachable", /no more sessions/],
  [failed("Insufficient resources", "53000"), "unreachable", /resource pool/],
  [failed("Too many ROS containers exist for p", "53000", 5065), "unreachable", /mergeout/],
  [failed("Exceeded temp space cap, requested 5", "53000", 3300), "failed", /TEMPSPACECAP/],
  [failed("Plan memory limit exhausted: [x]", "53200"), "failed", /memory.*resource pool/],
  [failed("Volume [/d] has insufficient space.", "53100"), "failed", /disk is full/],
  [failed("Shutting down", "57V01"), "unreachable", /shutting down/],
  [failed("Connection exception", "08006"), "unreachable", /database is up/],
  [failed("connect ECONNREFUSED", "ECONNREFUSED"), "unreachable", /database is up/],
  [
    failed("Connection terminated unexpectedly"),
    "unreachable",
    /node is up, and run the command again/,
  ],
  [failed("read ECONNRESET", "ECONNRESET"), "unreachable", /node is up, and run the command again/],
  [failed("The user account is locked", "28000"), "configuration", /ACCOUNT UNLOCK/],
  [failed("the server accepts TLS connections only", "28000"), "configuration", /set tls_mode/],
  [failed("Starting up", "57V03"), "unreachable", /run the command again when it is up/],

  [failed("getaddrinfo ENOTFOUND", "ENOTFOUND"), "unreachable", /name is unknown/],
  [failed("The server does not support TLS connections"), "configuration", /tls_mode=disable/],
  [failed("self signed", "SELF_SIGNED_CERT_IN_CHAIN"), "configuration", /tls_ca_file/],
  [failed("altname", "ERR_TLS_CERT_ALTNAME_INVALID"), "configuration", /another host/],
  [failed("Could not authenticate: Password expired."), "configuration", /new password/],
  [failed("Protocol error: unknown message code: 7e"), "unreachable", /not be Vertica/],
];

for (const [error, kind, hint] of CASES) {
  Deno.test(`"${error.message}" is ${kind}`, () => {
    const told = asFinpipeError(error, "Vertica at h:5433/d");
    assert.equal(told.kind, kind);
    assert.match(told.hint!, hint);
    assert.match(told.message, /Vertica at h:5433\/d/);
    assert.equal(told.cause, error);
  });
}

Deno.test("what quotes values of rows is told without its text", () => {
  for (const code of ["22003", "22V04", "23505"]) {
    const told = asFinpipeError(failed('Value "s3cret" is bad', code), "Vertica at h:5433/d");
    assert.equal(told.kind, "data");
    assert.doesNotMatch(`${told.message}${told.hint}`, /s3cret/);
  }
});

Deno.test("the connection's own error explains the statement's, and ours is left as it is", () => {
  const broken = failed("read ECONNRESET", "ECONNRESET");
  const told = asFinpipeError(failed("Query was lost"), "V", broken);
  assert.equal(told.kind, "unreachable");
  assert.match(told.message, /ECONNRESET/);
  const ours = new FinpipeError("locked", "Another load is running");
  assert.equal(asFinpipeError(ours, "V", broken), ours);
});

Deno.test("of a NULL for a column that takes none the column is named", () => {
  const words = "Cannot set a NOT NULL column (amount) to a NULL value in COPY statement";
  const told = asFinpipeError(failed(words, "22004", 2501), "V");
  assert.equal(told.message, "V refused a NULL for column amount: SQLSTATE 22004");
  assert.match(told.hint!, /dump the day again/);
});

Deno.test("what passes by itself is tried again: a deadlock, a mergeout; a lock waited for in vain where it may be our own", () => {
  for (const [state, number] of [["40V01", 3010], ["55V04", 2082], ["55000", 2088]] as const) {
    const told = asFinpipeError(failed("...", state, number), "V");
    assert.deepEqual([told.kind, told.passes], ["locked", "soon"]);
  }
  assert.equal(asFinpipeError(failed("...", "55V03", 5156), "V").passes, "after a break");
});

Deno.test("each error that is known has its page, and is met by what it says", () => {
  for (const known of KNOWN_ERRORS) {
    assert.match(known.page, /^https:\/\/docs\.vertica\.com\/\S+\/$/);
    const [state, number, text] = exampleOf(known);
    assert.equal(knownError(state, number, text), known, `${state} ${number}`);
  }
});

Deno.test("docs/vertica.md has the table as the code has it", async () => {
  const [, chapter = ""] = (await readDocument("docs/vertica.md")).split(
    "## Errors of the server\n",
  );
  const written = chapter.split("\n## ")[0]!.split("\n").filter((line) => line.startsWith("|"))
    .slice(2).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  const known = KNOWN_ERRORS.map(({ states, codes, text, class: errorClass }) => {
    const { kind, passes } = CLASS_KINDS[errorClass];
    const room = kind === "unreachable" ? "soon" : "no";
    return [
      states.join(", "),
      codes?.join(", ") ?? (text === undefined ? "" : "by its words"),
      errorClass,
      errorClass === "another node" ? "next node" : passes ?? room,
      String(EXIT_CODES[kind]),
    ];
  });
  assert.deepEqual(written, known);
});

Deno.test("an error that nobody foresaw is a failure with its SQLSTATE", () => {
  const told = asFinpipeError(failed("Something else", "P0001"), "V");
  assert.equal(told.kind, "failed");
  assert.match(told.message, /Something else \(P0001\)/);
  assert.match(told.hint!, /vertica.log/);
});
