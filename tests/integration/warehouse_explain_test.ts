/** What a warehouse knows of a cell of its mart: what was counted, what was not, and how it changed. */
import assert from "node:assert/strict";
import { type Explained, explained } from "../../lib/explain/explain.ts";
import { restated } from "../../lib/explain/history.ts";
import { explainedJson, restatedJson } from "../../lib/rendering/cell/json.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { objectId, rate, transaction } from "../support/partitions/rows.ts";
import { DAY } from "../support/warehouse/days.ts";
import { DONE } from "../support/warehouse/stale.ts";
import { type TestWarehouse, warehouseTests } from "../support/warehouse/warehouses.ts";

const warehouseTest = warehouseTests();
const day = Temporal.PlainDate.from(DAY);
const MAX = "9223372036854775807";

async function explain(
  { warehouse }: TestWarehouse,
  currency: number,
  asked: Parameters<typeof explained>[2] = DONE,
): Promise<Explained> {
  const cell = { day, currency };
  return explained(cell, await warehouse.cell(cell), asked);
}

const json = async (...args: Parameters<typeof explain>) => explainedJson(await explain(...args));

/** Before and after of each build that changed a cell, with its rate. */
async function history({ warehouse }: TestWarehouse, currency: number) {
  const cell = { day, currency };
  return restated(cell, await warehouse.cellChanges(cell)).map(restatedJson)
    .map(({ before, after, rate }) => [
      before?.amount_total ?? null,
      after?.amount_total ?? null,
      rate,
    ]);
}

warehouseTest("each row of a cell is told once, by the options it was built with", async (test) => {
  await test.migrate();
  const of430 = (fields: Record<string, string>) => transaction(DAY, fields);
  await test.load("transactions", DAY, [
    of430({ amount: MAX }),
    of430({ amount: MAX, transaction_type: 'it\'s "odd"' }),
    of430({ amount: "-1", account_number_from: "7", status: "chargeback" }),
    // Of each the first reason is told.
    of430({ account_number_from: "0", status: "queued", transaction_type: "else" }),
    of430({ account_number_to: "-1" }),
    of430({ status: "queued", transaction_type: "else" }),
    of430({ status: "queued" }),
    of430({ status: "" }),
    of430({ transaction_type: "else" }),
    transaction(DAY, { currency_code: "420" }),
    transaction(DAY, { currency_code: "440" }),
    transaction(DAY, { currency_code: "450", status: "queued" }),
  ]);
  const used = rate(DAY, { object_id: objectId(1), currency_with_div: "2.000000" });
  await test.load("currencies", DAY, [used, rate(DAY, { currency_code: "450" })]);
  const options = {
    statuses: ["done", "chargeback"],
    types: ["c2c", 'it\'s "odd"'],
    strict: false,
  };
  await test.warehouse.buildMart(day, options);

  const cell = await json(test, 430, options);
  assert.deepEqual(cell.counted, { rows: 3, amount_sum: "18446744073709551613", accounts: 2 });
  assert.deepEqual(cell.not_counted, {
    by_status: { queued: 2, "": 1 },
    by_type: { else: 1 },
    test_accounts: 2,
  });
  assert.deepEqual(
    [cell.amount_total, cell.cnt_transactions, cell.avg_transactions_per_account],
    ["368934881474191032.26", 3, "1.5000"],
  );
  assert.deepEqual(cell.rate, {
    value: "2.000000",
    date_update: `${DAY} 00:00:00`,
    object_id: objectId(1),
  });
  assert.equal(cell.stale, null);
  const [record] = await test.query(
    "SELECT sha256 FROM staging.loads WHERE dataset = 'transactions'",
  );
  assert.deepEqual(cell.loads.transactions, {
    sha256: record!.sha256,
    rows: 12,
    refused: 0,
    loaded_at: "2022-10-02 03:04:05.25",
    version: cell.loads.currencies!.version,
  });
  assert.equal(cell.dumps.transactions!.created_at, cell.dumps.currencies!.created_at);

  const dollar = await json(test, 420, options);
  assert.deepEqual([dollar.amount_total, dollar.counted!.amount_sum], ["1.00", "100"]);
  assert.deepEqual(dollar.rate, { value: "1.000000", date_update: null, object_id: null });
  const leftOut = await explain(test, 440, options);
  assert.deepEqual([leftOut.isLeftOut, leftOut.figures, leftOut.rate], [
    true,
    undefined,
    undefined,
  ]);
  const queued = await json(test, 450, options);
  assert.deepEqual([queued.amount_total, queued.rate!.value, queued.counted!.rows], [
    null,
    "1.000000",
    0,
  ]);
  await assert.rejects(explain(test, 460), (error) => isKind(error, "failed"));

  // Other statuses than it was built with are asked for now: what was counted stays what it was.
  const asked = await json(test, 430);
  assert.match(asked.stale!, /^built with the statuses "done", "chargeback"; built with the types/);
  assert.deepEqual(asked.counted, cell.counted);
});

warehouseTest("a day that was never built is refused, by what is to be run", async (test) => {
  await test.migrate();
  const refused = async (command: RegExp) => {
    for (const read of [explain, history]) {
      await assert.rejects(read(test, 430), (error) => {
        assert.ok(isKind(error, "prerequisite"), String(error));
        assert.match(error.hint!, command);
        return true;
      });
    }
  };
  await refused(/'finpipe backfill 2022-10-02'/);
  await test.load("transactions", DAY, [transaction(DAY)]);
  await test.load("currencies", DAY, []);
  await refused(/'finpipe cdm 2022-10-02'/);
});

warehouseTest("history has each build that changed the cell, and no other", async (test) => {
  await test.migrate();
  const cdm = (options = DONE) => test.warehouse.buildMart(day, options);
  const queued = transaction(DAY, { status: "queued", amount: "300" });
  const other = transaction(DAY, { currency_code: "420" });
  await test.load("transactions", DAY, [transaction(DAY), queued, other]);
  await test.load("currencies", DAY, []);
  await cdm();
  await assert.rejects(history(test, 430), (error) => isKind(error, "failed"), "left out so far");

  // A rate that comes late, of the day before.
  await test.load("currencies", "2022-09-30", [rate("2022-09-30")]);
  assert.match((await explain(test, 430)).stale!, /the rate of currency 430 has changed/);
  assert.equal((await explain(test, 420)).stale, null);
  await cdm();
  assert.equal((await explain(test, 430)).stale, null);
  // Nothing changes with the second.
  await cdm({ ...DONE, statuses: ["done", "queued"] });
  await cdm({ ...DONE, statuses: ["queued", "done"] });

  await test.load("transactions", DAY, [other]);
  const stale = await explain(test, 430, { ...DONE, statuses: ["done", "queued"] });
  assert.match(stale.stale!, /built from another load of transactions/);
  assert.deepEqual([stale.figures!.amountTotal, stale.counted!.rows], ["4.00", 0]);
  await cdm();
  await assert.rejects(explain(test, 430), (error) => isKind(error, "failed"));
  await test.warehouse.undoDay("transactions", day);
  await cdm();
  const changes = [
    [null, "1.00", "1.000000"],
    ["1.00", "4.00", "1.000000"],
    ["4.00", null, null],
    [null, "1.00", "1.000000"],
  ];
  assert.deepEqual(await history(test, 430), changes);
  assert.deepEqual(await history(test, 420), [[null, "1.00", "1.000000"]]);
});

warehouseTest("a mart that was removed has a history, and nothing to explain", async (test) => {
  await test.migrate();
  await test.load("transactions", DAY, [transaction(DAY)]);
  await test.load("currencies", DAY, [rate(DAY)]);
  await test.warehouse.buildMart(day, DONE);
  await test.warehouse.undoDay("currencies", day);
  const stale = await json(test, 430);
  assert.match(stale.stale!, /the load of currencies that it was built from was undone/);
  assert.deepEqual([stale.amount_total, stale.rate!.value, stale.loads.currencies], [
    "1.00",
    "1.000000",
    null,
  ]);
  await test.warehouse.buildMart(day, DONE);
  assert.deepEqual(await history(test, 430), [[null, "1.00", "1.000000"], ["1.00", null, null]]);
  await assert.rejects(explain(test, 430), (error) => isKind(error, "prerequisite"));
  const cell = { day, currency: 430 };
  const { loads } = restated(cell, await test.warehouse.cellChanges(cell)).at(-1)!;
  assert.deepEqual([typeof loads.transactions, loads.currencies], ["string", undefined]);
});

warehouseTest("what an older version built has figures, and no record of them", async (test) => {
  await test.migrate();
  await test.load("transactions", DAY, [transaction(DAY)]);
  await test.load("currencies", DAY, [rate(DAY)]);
  await test.warehouse.buildMart(day, DONE);
  for (const table of ["builds", "build_rates", "build_changes", "load_origins"]) {
    await test.query(`DELETE FROM staging.${table}`);
  }
  const cell = await json(test, 430);
  assert.deepEqual(
    [cell.amount_total, cell.rate, cell.counted, cell.not_counted, cell.dumps.transactions],
    ["1.00", null, null, null, null],
  );
  assert.equal(cell.loads.transactions!.rows, 1);
  assert.equal(cell.stale, "built by a version that kept no record");
  assert.deepEqual(await history(test, 430), []);
});
