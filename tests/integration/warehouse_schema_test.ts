/** A warehouse's schema: made once, checked always. */
import assert from "node:assert/strict";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { type TestWarehouse, warehouseTests } from "../support/warehouses.ts";

const warehouseTest = warehouseTests();

async function configurationError(work: Promise<unknown>): Promise<FinpipeError> {
  const error = await work.then(() => undefined, (error) => error);
  assert.ok(error instanceof FinpipeError);
  assert.equal(error.kind, "configuration");
  return error;
}

async function setVersion(test: TestWarehouse, version: number): Promise<void> {
  await test.query(`UPDATE staging.migrations SET version = ${version} WHERE version = 1`);
}

warehouseTest("migrate says what it applied, and applies it once", async (test) => {
  assert.deepEqual(await test.warehouse.migrate(), ["001_tables"]);
  assert.deepEqual(await test.warehouse.migrate(), []);
  await test.warehouse.checkSchema();
});

warehouseTest("a missing or older schema asks for init", async (test) => {
  const missing = await configurationError(test.warehouse.checkSchema());
  assert.equal(missing.message, "The warehouse's schema is missing");
  assert.equal(missing.hint, "Run 'finpipe init'");
  await test.migrate();
  await setVersion(test, 0);
  const older = await configurationError(test.warehouse.checkSchema());
  assert.equal(older.message, "The warehouse's schema is at version 0, not 1");
  assert.equal(older.hint, "Run 'finpipe init'");
});

warehouseTest("a newer schema asks for a newer finpipe, also of migrate", async (test) => {
  await test.migrate();
  await setVersion(test, 2);
  for (const work of [() => test.warehouse.checkSchema(), () => test.warehouse.migrate()]) {
    assert.equal((await configurationError(work())).hint, "Upgrade finpipe");
  }
});

warehouseTest("a migration that fails leaves nothing of it", async (test) => {
  await test.query(`CREATE SCHEMA "${test.martSchema}"`);
  await test.query("CREATE TABLE mart.global_metrics (in_the_way integer)");
  await assert.rejects(test.warehouse.migrate());
  await configurationError(test.warehouse.checkSchema());
  await test.query("DROP TABLE mart.global_metrics");
  assert.deepEqual(await test.warehouse.migrate(), ["001_tables"]);
}, ["embedded"]);

warehouseTest("the latest rate is found by the index, whatever days there are", async (test) => {
  await test.migrate();
  for (const day of ["2022-10-01", "2022-10-02", "2022-10-03"]) {
    await test.load("currencies", day, []);
  }
  const plan = await test.query(`
    EXPLAIN SELECT currency_with_div FROM staging.currencies
    WHERE currency_code = 430 AND currency_code_with = 420 AND date_update < DATE '2022-10-03'
    ORDER BY date_update DESC, sent_dttm DESC, object_id DESC LIMIT 1`);
  const text = plan.map((line) => line["QUERY PLAN"]).join("\n");
  assert.doesNotMatch(text, /Sort|20221003/);
  assert.equal(text.match(/Index Scan/g)?.length, 2, text);
}, ["embedded"]);
