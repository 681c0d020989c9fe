/** Statements for Vertica: names by example, values as literals, one statement a message. */
import assert from "node:assert/strict";
import { literal, loadKey, statementsFor } from "../../lib/warehouse/vertica/statements.ts";

const SCHEMAS = { stagingSchema: "Stage", martSchema: "mart" };
const subject = {
  dataset: "currencies",
  day: Temporal.PlainDate.from("0099-03-04"),
  loadId: "deadbeef-cafe-4000-8000-000000000000",
} as const;

Deno.test("values are literals that mean themselves", () => {
  const cases: [Parameters<typeof literal>[0], string][] = [
    [null, "NULL"],
    [7, "7"],
    [-9223372036854775807n, "-9223372036854775807"],
    [true, "true"],
    ["", "''"],
    ["it's", "'it''s'"],
    ["back\\slash", "'back\\slash'"],
    ["; DROP TABLE loads; --", "'; DROP TABLE loads; --'"],
    [["done", "it's"], "'done', 'it''s'"],
  ];
  for (const [value, text] of cases) assert.equal(literal(value), text);
});

Deno.test("what is put in is not looked at again", () => {
  const [statement] = statementsFor("SELECT :one, :two", SCHEMAS, {
    one: ":two transactions 2022-10-01",
    two: "finpipe_staging",
  }, subject);
  assert.equal(statement, "SELECT ':two transactions 2022-10-01', 'finpipe_staging'");
});

Deno.test("casts and times are no variables; a variable without a value is a mistake of ours", () => {
  const sql = "SELECT x::DATE, '10:20:30' FROM t WHERE y = :y";
  assert.deepEqual(statementsFor(sql, SCHEMAS, { y: 1 }), [
    "SELECT x::DATE, '10:20:30' FROM t WHERE y = 1",
  ]);
  assert.throws(() => statementsFor(sql, SCHEMAS), /No value for :y/);
});

Deno.test("a script is cut into its statements, without comments", () => {
  const script = "-- One; and :no value.\nDELETE FROM a\n  -- inside; of it\nWHERE b;\n\nCOMMIT;\n";
  assert.deepEqual(statementsFor(script, SCHEMAS), ["DELETE FROM a\nWHERE b", "COMMIT"]);
});

Deno.test("names stand for the schemas, the dataset, the day and the load", () => {
  const [statement] = statementsFor(
    "COPY finpipe_staging.transactions_load_0123456789ab WHERE transaction_dt = '2022-10-01'",
    SCHEMAS,
    {},
    subject,
  );
  assert.equal(
    statement,
    `COPY "Stage".currencies_load_deadbeefcafe WHERE date_update = '0099-03-04'`,
  );
  assert.equal(loadKey("deadbeefcafe"), "deadbeefcafe");
});
