/** Days of a warehouse that are put back as they were before their last load. */
import assert from "node:assert/strict";
import { rate, transaction } from "../support/warehouse_rows.ts";
import { amounts, DAY, refused, standing, withRefused } from "../support/warehouse_days.ts";
import { STRICT_LIMITS, type TestWarehouse, warehouseTests } from "../support/warehouses.ts";

const warehouseTest = warehouseTests();
const NEXT = "2022-10-02";
const day = Temporal.PlainDate.from(DAY);
const next = Temporal.PlainDate.from(NEXT);

warehouseTest(
  "undo puts back the day with its record, once, and marks core and mart stale",
  async (test) => {
    await test.migrate();
    await test.load("transactions", DAY, amounts(1));
    await test.load("currencies", DAY, []);
    const first = await test.warehouse.loadRecord("transactions", day);
    await test.load("transactions", DAY, amounts(2, 3));
    await test.warehouse.buildMart(day, { statuses: ["done"], strict: false });
    assert.deepEqual(await staleMarts(test), ["currencies f", "transactions f"]);

    assert.equal(await test.warehouse.undoDay("transactions", next), false);
    assert.equal(await test.warehouse.undoDay("transactions", day), true);
    assert.deepEqual(await standing(test), ["1"]);
    assert.deepEqual(await test.warehouse.loadRecord("transactions", day), first);
    assert.deepEqual(await staleMarts(test), ["currencies t", "transactions t"]);
    assert.equal(await test.warehouse.undoDay("transactions", day), false);
    assert.deepEqual(await standing(test), ["1"]);

    await test.load("transactions", DAY, amounts(4));
    assert.deepEqual(await standing(test), ["4"]);
  },
);

warehouseTest("undo of a first load leaves the day never loaded", async (test) => {
  await test.migrate();
  await test.load("currencies", DAY, [rate(DAY)]);
  assert.equal(await test.warehouse.undoDay("currencies", day), true);
  assert.equal(await test.warehouse.loadRecord("currencies", day), undefined);
  assert.deepEqual(await test.query("SELECT * FROM staging.currencies"), []);
  assert.equal(await test.warehouse.undoDay("currencies", day), false);
  await test.load("currencies", DAY, [rate(DAY)]);
  assert.equal((await test.query("SELECT * FROM staging.currencies")).length, 1);
});

warehouseTest("undo of an empty load, and of a load over an empty day", async (test) => {
  await test.migrate();
  await test.load("transactions", DAY, amounts(1));
  await test.load("transactions", DAY, []);
  await test.warehouse.undoDay("transactions", day);
  assert.deepEqual(await standing(test), ["1"]);
  await test.load("transactions", DAY, []);
  await test.load("transactions", DAY, amounts(2));
  await test.warehouse.undoDay("transactions", day);
  assert.deepEqual(await standing(test), []);
  assert.equal((await test.warehouse.loadRecord("transactions", day))?.rows, 0n);
});

warehouseTest("there is one undo a dataset, of the day loaded last", async (test) => {
  await test.migrate();
  await test.load("transactions", DAY, amounts(1));
  await test.load("transactions", NEXT, [transaction(NEXT, { amount: "2" })]);
  assert.equal(await test.warehouse.undoDay("transactions", day), false);
  assert.equal(await test.warehouse.undoDay("currencies", next), false);
  assert.equal(await test.warehouse.undoDay("transactions", next), true);
  assert.deepEqual(await standing(test), ["1"]);
});

warehouseTest("refused rows follow their day into the undo and back", async (test) => {
  await test.migrate();
  const one = await withRefused(test, "first");
  await test.warehouse.replaceDay(one, { ...STRICT_LIMITS, maxRejected: 1 });
  const kept = await refused(test);
  assert.equal(kept.length, 1);

  const other = await withRefused(test, "second");
  await test.warehouse.replaceDay(other, { ...STRICT_LIMITS, maxRejected: 1 });
  assert.equal((await refused(test)).length, 2);
  await test.warehouse.undoDay("transactions", day);
  assert.deepEqual(await refused(test), kept);

  // A load of another day ends the undo, and what was refused then.
  await test.load("transactions", DAY, amounts(1));
  assert.deepEqual(await refused(test), kept);
  await test.load("transactions", NEXT, []);
  assert.deepEqual(await refused(test), []);
});

async function staleMarts(test: TestWarehouse): Promise<string[]> {
  const rows = await test.query("SELECT dataset, mart_stale FROM staging.loads ORDER BY dataset");
  return rows.map(({ dataset, mart_stale }) => `${dataset} ${mart_stale}`);
}
