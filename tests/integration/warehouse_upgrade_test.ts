/** A warehouse that a finpipe of version 1 of its tables left, with days, marts and an undo in it. */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import { rate, transaction } from "../support/partitions/rows.ts";
import { ALL, DONE, staleDays } from "../support/warehouse/stale.ts";
import { type TestWarehouse, warehouseTests } from "../support/warehouse/warehouses.ts";

const warehouseTest = warehouseTests();
const UPGRADED = ["002_records", "003_fingerprints", "004_core"];
const [BUILT, RELOADED, UNDONE, LOADED] = ["01", "02", "03", "04"].map((day) => `2022-10-${day}`);
const dayOf = (text: string | undefined) => Temporal.PlainDate.from(text!);

const DIMENSIONS = "dates currencies accounts countries statuses transaction_types".split(" ");

/** Makes the tables those of version 3. */
async function withoutCore(test: TestWarehouse): Promise<void> {
  await test.query("DROP VIEW mart.v_transactions");
  for (const name of ["transactions", "currency_rates"]) {
    await test.query(`DROP TABLE mart.fct_${name}`);
  }
  for (const name of DIMENSIONS) await test.query(`DROP TABLE mart.dim_${name}`);
  if (test.name === "vertica") {
    for (const name of ["pending", "lock"]) await test.query(`DROP TABLE staging.core_${name}`);
  }
  await test.query("DELETE FROM staging.migrations WHERE version >= 4");
}

/** Makes the tables those of version 1, with what its loads and marts left there. */
async function downgrade(test: TestWarehouse): Promise<void> {
  await withoutCore(test);
  for (const name of ["origins", "rates", "undone", "fingerprints"]) {
    await test.query(`DROP TABLE staging.load_${name}`);
  }
  for (const name of ["builds", "build_rates", "build_changes"]) {
    await test.query(`DROP TABLE staging.${name}`);
  }
  for (const flag of ["core_stale", "mart_stale"]) {
    await test.query(`ALTER TABLE staging.loads ADD COLUMN ${flag} BOOLEAN DEFAULT false NOT NULL`);
  }
  await test.query("DELETE FROM staging.migrations WHERE version >= 2");
}

async function load(
  test: TestWarehouse,
  date: string | undefined,
  currency_with_div = "1.000000",
): Promise<void> {
  await test.load("currencies", date!, [rate(date!, { currency_with_div })]);
  await test.load("transactions", date!, [transaction(date!)]);
}

const ratesOf = (test: TestWarehouse) =>
  test.query(`SELECT rates.* FROM staging.load_rates AS rates
    JOIN staging.loads ON loads.load_id = rates.load_id ORDER BY rates.partition_date`);

async function oldWarehouse(test: TestWarehouse): Promise<void> {
  await test.migrate();
  for (const date of [BUILT, UNDONE, LOADED, RELOADED]) {
    await load(test, date);
    if (date !== LOADED) await test.warehouse.buildMart(dayOf(date), DONE);
    if (date === UNDONE) await test.warehouse.undoDay("transactions", dayOf(date));
  }
  await load(test, RELOADED, "2.000000");
  await test.warehouse.buildMart(dayOf(RELOADED), DONE);
}

warehouseTest("days of an older version are known, and are mended by cdm", async (test) => {
  await oldWarehouse(test);
  const rates = await ratesOf(test);
  assert.deepEqual(rates.map(({ rate }) => rate), ["1.000000", "2.000000", "1.000000", "1.000000"]);
  const mart = await test.mart();
  await downgrade(test);
  for (const access of ["read", "write"] as const) {
    await assert.rejects(test.warehouse.checkSchema(access), /has version 1, which is too old/);
  }

  assert.deepEqual(await test.warehouse.migrate(), UPGRADED);
  if (test.name === "vertica") {
    // It broke off before its record was written.
    await test.query("DELETE FROM staging.migrations WHERE version >= 2");
    assert.deepEqual(await test.warehouse.migrate(), UPGRADED);
  }
  assert.deepEqual(await test.mart(), mart);
  assert.deepEqual(await ratesOf(test), rates);
  const unrecorded = "built by a version that kept no record";
  const others = [
    `${UNDONE} ${unrecorded}; the load of transactions that it was built from was undone`,
    `${LOADED} unbuilt`,
  ];
  assert.deepEqual(await staleDays(test), [
    `${BUILT} ${unrecorded}`,
    `${RELOADED} ${unrecorded}`,
    ...others,
  ]);
  for (const { loads, mart } of await test.warehouse.dayFacts(ALL)) {
    assert.deepEqual([loads.currencies!.stagedRows, loads.currencies!.isRestored], [
      undefined,
      false,
    ]);
    assert.equal(mart?.record, undefined);
  }

  for (const date of [BUILT, RELOADED]) await test.warehouse.buildMart(dayOf(date), DONE);
  assert.deepEqual(await staleDays(test), others);
  assert.deepEqual(await test.query("SELECT * FROM staging.build_changes"), [], "as they were");
  await test.load("currencies", BUILT!, []);
  assert.deepEqual(await staleDays(test), [
    `${BUILT} built from another load of currencies; the rate of currency 430 has changed`,
    ...others,
  ]);
  const { takenAway } = await test.warehouse.buildMart(dayOf(UNDONE), DONE);
  assert.deepEqual(takenAway, { rows: 1, leftOut: 0 });
});

warehouseTest("days of a version without a core have none, and get theirs", async (test) => {
  await test.migrate();
  for (const date of [BUILT, LOADED]) await load(test, date);
  await test.warehouse.buildMart(dayOf(BUILT), DONE);
  const mart = await test.mart();
  await withoutCore(test);
  await assert.rejects(test.warehouse.checkSchema("write"), /has version 3, which is too old/);
  assert.deepEqual(await test.warehouse.migrate(), ["004_core"]);
  if (test.name === "vertica") {
    // It broke off before its record was written.
    await test.query("DELETE FROM staging.migrations WHERE version >= 4");
    assert.deepEqual(await test.warehouse.migrate(), ["004_core"]);
  }
  const cores = async () => (await test.warehouse.dayFacts(ALL)).map(({ core }) => core?.rows);
  assert.deepEqual(await cores(), [undefined, undefined]);
  const built = await test.warehouse.buildCore(dayOf(BUILT));
  assert.deepEqual(built, { transactions: 1, currencyRates: 1 });
  assert.deepEqual(await cores(), [1, undefined]);
  assert.deepEqual(await test.mart(), mart);
});

warehouseTest("an undo of an older version puts back a day with its rates", async (test) => {
  await oldWarehouse(test);
  await downgrade(test);
  await test.warehouse.migrate();
  await test.warehouse.buildMart(dayOf(RELOADED), DONE);
  for (const dataset of ["currencies", "transactions"] as const) {
    assert.equal(await test.warehouse.undoDay(dataset, dayOf(RELOADED)), true);
  }
  const rates = await ratesOf(test);
  assert.deepEqual(rates.map(({ rate }) => rate), ["1.000000", "1.000000", "1.000000", "1.000000"]);
  const range = { from: dayOf(RELOADED), to: dayOf(RELOADED) };
  const [facts] = await test.warehouse.dayFacts(range);
  assert.deepEqual([facts!.loads.currencies!.isRestored, facts!.loads.transactions!.isRestored], [
    true,
    true,
  ]);
  assert.deepEqual(await staleDays(test, range), [
    `${RELOADED} built from another load of transactions; built from another load of currencies; ` +
    "the rate of currency 430 has changed",
  ]);
  await test.warehouse.buildMart(dayOf(RELOADED), DONE);
  assert.deepEqual(await staleDays(test, range), []);
});

warehouseTest("what an older version has begun can record nothing any more", async (test) => {
  await test.migrate();
  for (
    const statement of [
      "UPDATE staging.loads SET mart_stale = false WHERE partition_date = DATE '2022-10-01'",
      "INSERT INTO staging.loads (dataset, core_stale, mart_stale) VALUES ('x', true, true)",
    ]
  ) {
    await assert.rejects(
      test.query(statement),
      (error) => isKind(error, "configuration") || /column/.test(String(error)),
    );
  }
});
