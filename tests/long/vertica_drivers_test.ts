/**
 * The Vertica test server against drivers that were not made for it: what they run on Vertica they have
 * to run on it, and all with the same results.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { findBinaries } from "../support/postgres/binaries.ts";
import { SERVER, VERTICA_CA } from "../vertica-server/certificates.ts";
import {
  type CaseResult,
  type CaseTarget,
  missingForDriver,
  runCases,
} from "../vertica-server/drivers/driver_clients.ts";
import { runNodejsCases } from "../vertica-server/drivers/nodejs_cases.ts";
import { startVerticaServer } from "../vertica-server/server.ts";
import { skippable } from "../support/skip.ts";

/** Errors by SQLSTATE, Vertica's number, and a part of the message. */
const WRONG_PASSWORD = ["28000", 3781, "Invalid username or password"] as const;
const NO_TABLE = ["42V01", 4566, 'Relation "public.not_there" does not exist'] as const;
const SYNTAX = ["42601", 4856, "Syntax error at or near"] as const;

const LOCAL_AND_TABLE = ["0A000", 5767, "Cannot do LOCAL and REJECTED DATA AS TABLE"] as const;
const CANCELLED = ["57014", 3322, "Execution canceled by operator"] as const;

const ERRORS: Readonly<Record<string, readonly [string, number, string]>> = {
  "wrong password": WRONG_PASSWORD,
  "error": NO_TABLE,
  "syntax error": SYNTAX,
  "cancel": CANCELLED,
  "copy local rejected": LOCAL_AND_TABLE,
};

const RESULTS: Readonly<Record<string, unknown>> = {
  "connect": [["1"]],
  "types": [[
    "true",
    "9223372036854775807",
    "-9223372036854775807",
    "1.5",
    'äb,"',
    "ab",
    "2022-10-01",
    "2022-10-01 00:33:12.5",
    "0f8fad5b-d9cb-469f-a165-70867728950e",
    "12.345000",
    "999999999999.999999",
    null,
    "",
  ]],
  "parameters": [["1", "it's"], ["2", null]],
  "rollback": [["2"]],
  "copy": {
    rows: [["1", "abc"], ["3", null]],
    rejected: [["2", "x,abc"], ["3", "2,äbc"]],
  },
  "copy abort": [["0"]],
  "copy local": { loaded: [["2"]], rows: [["1", "abc"], ["3", null]] },
  "copy local abort": [["0"]],
  "many rows": ["100000", "4999950000"],
  "tls": [["1"]],
};

const DRIVERS: Readonly<Record<string, (target: CaseTarget) => Promise<CaseResult[]>>> = {
  "vertica-nodejs": runNodejsCases,
  "vertica-python": (target) => runCases("vertica-python", target),
  "JDBC": (target) => runCases("JDBC", target),
};

/** Cases of each driver that it has no answer to. */
const CANNOT: Readonly<Record<string, string[]>> = {
  "vertica-nodejs": ["copy", "copy abort", "copy local abort"],
  // Its VerticaCopyStream makes LOCAL of STDIN.
  "JDBC": ["copy", "copy abort"],
};

for (const [driver, run] of Object.entries(DRIVERS)) {
  const missing = await missingFor(driver);
  for (const auth of ["sha512", "password"] as const) {
    const name = `${driver} runs its cases on the Vertica test server, by ${auth} and TLS`;
    Deno.test(skippable(name, missing, async () => {
      const folder = await Deno.makeTempDir();
      try {
        const authority = join(folder, "ca.pem");
        await Deno.writeTextFile(authority, VERTICA_CA);
        await using server = await startVerticaServer({ auth, tls: SERVER });
        const { host, port, user, password, database } = server;
        const results = await run({ host, port, user, password, database, authority });
        compare(driver, results);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }));
  }
}

function compare(driver: string, results: readonly CaseResult[]): void {
  const expected = [...Object.keys(ERRORS), ...Object.keys(RESULTS)];
  const cannot = CANNOT[driver] ?? [];
  assert.deepEqual(
    results.map((result) => result.case).sort(),
    expected.filter((name) => !cannot.includes(name)).sort(),
  );
  for (const result of results) {
    const error = ERRORS[result.case];
    if (error === undefined) {
      assert.deepEqual(result, { case: result.case, result: RESULTS[result.case] });
      continue;
    }
    assert.ok("error" in result, JSON.stringify(result));
    const [sqlState, code, message] = error;
    assert.equal(result.error.sqlstate, sqlState, result.case);
    // vertica-nodejs does not show it.
    if (driver !== "vertica-nodejs") assert.equal(result.error.code, code, result.case);
    assert.ok(result.error.message.includes(message), result.error.message);
  }
}

async function missingFor(driver: string): Promise<string | undefined> {
  const binaries = await findBinaries();
  if (Deno.env.get("FINPIPE_TEST_PG_URL") === undefined && "missing" in binaries) {
    return binaries.missing;
  }
  return driver === "vertica-python" || driver === "JDBC"
    ? await missingForDriver(driver)
    : undefined;
}
