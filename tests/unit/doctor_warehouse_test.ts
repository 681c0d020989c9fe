/** What the doctor makes of a warehouse's server. */
import assert from "node:assert/strict";
import { exitCodeOf } from "../../lib/doctor/check.ts";
import { examine } from "../../lib/doctor/doctor.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import {
  closed,
  failure,
  outcomes,
  setup,
  VERTICA,
  warehouse,
} from "../support/fakes/doctor_deps.ts";

Deno.test("all is well on a warehouse's server, which is closed", async () => {
  const before = closed.count;
  const checks = await examine(setup(VERTICA));
  assert.deepEqual(outcomes(checks).slice(-6), [
    "ok warehouse: connection",
    "ok warehouse: version",
    "ok warehouse: clock",
    "ok warehouse: rights",
    "ok warehouse: schema",
    "ok warehouse: side tables",
  ]);
  assert.equal(closed.count, before + 2);
});

Deno.test("a warehouse without its schema is asked no more", async () => {
  const checkSchema = () =>
    Promise.reject(new FinpipeError("configuration", "The schema is missing", { hint: "init" }));
  const inspectWarehouse = () => Promise.resolve(warehouse({ checkSchema }));
  const checks = await examine(setup(VERTICA, { inspectWarehouse }));
  assert.equal(outcomes(checks).at(-1), "failed warehouse: schema");
  assert.equal(exitCodeOf(checks), 3);
});

Deno.test("a key that is missing is a warning that names it", async () => {
  const missingParts = () => Promise.resolve(["staging.loads key p (dataset)"]);
  const inspectWarehouse = () => Promise.resolve(warehouse({ missingParts }));
  const checks = await examine(setup(VERTICA, { inspectWarehouse }));
  const found = checks.find(({ check }) => check === "warehouse: schema");
  assert.equal(found?.outcome, "warning");
  assert.equal(found.detail, "Parts that finpipe made are missing:\nstaging.loads key p (dataset)");
  assert.equal(exitCodeOf(checks), 0);
});

Deno.test("a side table that cannot be swapped is a failure that says what differs", async () => {
  const differences = () => Promise.resolve(["transactions: sorted by a / sorted by b"]);
  const inspectWarehouse = () => Promise.resolve(warehouse({ differences }));
  const checks = await examine(setup(VERTICA, { inspectWarehouse }));
  assert.match(failure(checks).detail, /transactions: sorted by a \/ sorted by b/);
  assert.equal(exitCodeOf(checks), 3);
});

Deno.test("a missing right is a failure that names the statement that gives it", async () => {
  const missingRights = () =>
    Promise.resolve([
      { right: "TEMP on database d", grant: "GRANT TEMP ON DATABASE d TO ada" },
      { right: "USAGE on schema m", grant: "GRANT USAGE ON SCHEMA m TO ada" },
    ]);
  const inspectWarehouse = () => Promise.resolve(warehouse({ missingRights }));
  const checks = await examine(setup(VERTICA, { inspectWarehouse }));
  const { detail, hint } = failure(checks);
  assert.equal(detail, 'The user "ada" lacks\nTEMP on database d\nUSAGE on schema m');
  assert.match(hint!, /: GRANT TEMP ON DATABASE d TO ada; GRANT USAGE ON SCHEMA m TO ada;$/);
  assert.equal(exitCodeOf(checks), 3);
});
