/** Days of a warehouse that are put back as they were before their last load. */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import { rate, transaction } from "../support/partitions/rows.ts";
import { amounts, DAY, refused, standing, withRefused } from "../support/warehouse/days.ts";
import { ALL, DONE, staleDays } from "../support/warehouse/stale.ts";
import { STRICT_LIMITS, warehouseTests } from "../support/warehouse/warehouses.ts";

const warehouseTest = warehouseTests();
const NEXT = "2022-10-02";
const day = Temporal.PlainDate.from(DAY);
const next = Temporal.PlainDate.from(NEXT);

/** A transaction in a currency of which no rate is known. */
function left(currency: string) {
  return [transaction(DAY, { currency_code: currency })];
}

warehouseTest(
  "undo puts back the day with its record, once, and the mart is stale",
  async (test) => {
    await test.migrate();
    await test.load("transactions", DAY, amounts(1));
    await test.load("currencies", DAY, []);
    const first = await test.warehouse.loadRecord("transactions", day);
    await test.load("transactions", DAY, amounts(2, 3));
    await test.warehouse.buildMart(day, { statuses: ["done"], strict: false });
    assert.deepEqual(await staleDays(test), []);

    assert.equal(await test.warehouse.undoDay("transactions", next), false);
    assert.equal(await test.warehouse.undoDay("transactions", day), true);
    assert.deepEqual(await standing(test), ["1"]);
    assert.deepEqual(await test.warehouse.loadRecord("transactions", day), first);
    assert.deepEqual(await staleDays(test), ["2022-10-01 built from another load of transactions"]);
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

warehouseTest(
  "a mart whose load was undone is stale, is taken away whole, and then asks for the load",
  async (test) => {
    await test.migrate();
    const build = () => test.warehouse.buildMart(day, DONE);
    for (
      const undone of [["transactions", "currencies"], ["currencies"], ["transactions"]] as const
    ) {
      // Days before and after stay as they are.
      await test.load("currencies", DAY, [rate(DAY)]);
      await test.load("transactions", DAY, [...amounts(1), ...left("440")]);
      await build();
      assert.deepEqual(await staleDays(test), []);

      for (const dataset of undone) {
        assert.equal(await test.warehouse.undoDay(dataset, day), true);
        const gone = await staleDays(test);
        assert.match(
          gone.join(),
          RegExp(`^2022-10-01 .*the load of ${dataset} that it was built `),
        );
      }
      assert.equal((await test.mart()).length, 1);
      const { rows, leftOut, takenAway } = await build();
      assert.deepEqual([rows, leftOut, takenAway], [0, [], { rows: 1, leftOut: 1 }]);
      assert.deepEqual(await test.mart(), []);
      assert.deepEqual(await test.warehouse.leftOut(ALL), []);
      assert.deepEqual(await staleDays(test), []);
      const missing = undone.toSorted().toReversed().join(", ");
      await assert.rejects(
        build(),
        (error) =>
          isKind(error, "prerequisite") && error.message.endsWith(`never loaded: ${missing}`),
      );
      // Undo the other one as well: the next round begins with a day that was never loaded.
      for (const dataset of ["transactions", "currencies"] as const) {
        await test.warehouse.undoDay(dataset, day);
      }
    }
  },
);

warehouseTest("a mart of left-out currencies alone is taken away, too", async (test) => {
  await test.migrate();
  await test.load("currencies", DAY, []);
  await test.load("transactions", DAY, left("440"));
  await test.warehouse.buildMart(day, DONE);
  await test.warehouse.undoDay("transactions", day);
  assert.deepEqual(await staleDays(test), [
    "2022-10-01 the load of transactions that it was built from was undone",
  ]);
  const { takenAway } = await test.warehouse.buildMart(day, DONE);
  assert.deepEqual(takenAway, { rows: 0, leftOut: 1 });
  assert.deepEqual(await test.warehouse.leftOut(ALL), []);
});

warehouseTest("what fails while a mart is taken away leaves it whole", async (test) => {
  await test.migrate();
  await test.load("currencies", DAY, [rate(DAY)]);
  await test.load("transactions", DAY, [...amounts(1), ...left("440")]);
  await test.warehouse.buildMart(day, DONE);
  await test.warehouse.undoDay("currencies", day);
  // The records can be read and not written: the last statement of the transaction fails.
  await test.query("ALTER TABLE staging.builds RENAME TO builds_away");
  await test.query(
    "CREATE VIEW staging.builds AS SELECT DISTINCT * FROM staging.builds_away",
  );
  await assert.rejects(test.warehouse.buildMart(day, DONE), /cannot (update|insert into) view/);
  assert.equal((await test.mart()).length, 1);
  assert.equal((await test.warehouse.leftOut(ALL)).length, 1);
}, ["embedded"]);

warehouseTest(
  "stale are days that were loaded or undone since, unbuilt those that the mart has nothing of",
  async (test) => {
    await test.migrate();
    const days = ["2022-09-30", DAY, NEXT, "2022-10-03"];
    for (const date of days) {
      await test.load("currencies", date, [rate(date)]);
      await test.load("transactions", date, [transaction(date)]);
      if (date !== NEXT) await test.warehouse.buildMart(Temporal.PlainDate.from(date), DONE);
    }
    assert.deepEqual(await staleDays(test), ["2022-10-02 unbuilt"]);
    await test.load("transactions", DAY, amounts(1, 2));
    assert.deepEqual(await staleDays(test), [
      "2022-10-01 built from another load of transactions",
      "2022-10-02 unbuilt",
    ]);
    await test.warehouse.buildMart(day, DONE);
    assert.deepEqual(await staleDays(test), ["2022-10-02 unbuilt"]);
    await test.warehouse.undoDay("transactions", day);
    assert.deepEqual(await staleDays(test), [
      "2022-10-01 built from another load of transactions",
      "2022-10-02 unbuilt",
    ]);
    await test.warehouse.undoDay("currencies", Temporal.PlainDate.from("2022-10-03"));
    assert.deepEqual(await staleDays(test, { from: next, to: ALL.to }), [
      "2022-10-02 unbuilt",
      "2022-10-03 the load of currencies that it was built from was undone; " +
      "the rate of currency 430 has changed",
    ]);
    assert.deepEqual(await test.warehouse.martDays(ALL), {
      days: 3,
      first: "2022-09-30",
      last: "2022-10-03",
    });
    assert.equal(await test.warehouse.martDays({ from: next, to: next }), undefined);
    // Half of a day that was never built is nothing to tell.
    await test.load("currencies", "2022-10-04", []);
    assert.equal((await staleDays(test)).length, 3);
  },
);

warehouseTest("left-out currencies are summed up over days", async (test) => {
  await test.migrate();
  for (const date of [DAY, NEXT]) {
    await test.load("currencies", date, []);
    const codes = date === DAY ? ["440", "440", "7"] : ["440", "420"];
    const rows = codes.map((code) => transaction(date, { currency_code: code }));
    await test.load("transactions", date, rows);
    await test.warehouse.buildMart(Temporal.PlainDate.from(date), DONE);
  }
  const one = { currency: 7, transactions: 1n, days: 1, first: DAY, last: DAY };
  assert.deepEqual(await test.warehouse.leftOut(ALL), [
    one,
    { currency: 440, transactions: 3n, days: 2, first: DAY, last: NEXT },
  ]);
  assert.deepEqual(await test.warehouse.leftOut({ from: day, to: day }), [
    one,
    { ...one, currency: 440, transactions: 2n },
  ]);
});

warehouseTest(
  "a load or an undo that was broken off makes the day stale, and cdm waits for its end",
  async (test) => {
    await test.migrate();
    await test.load("currencies", DAY, [rate(DAY)]);
    await test.load("transactions", DAY, amounts(1));
    await test.load("transactions", DAY, amounts(2));
    await test.warehouse.buildMart(day, DONE);
    // As a process leaves it that is killed between the swap and its record.
    const [undo] = await test.query("SELECT side_load_id FROM staging.load_undo");
    for (
      const [isUndo, cause, option] of [
        ["true", "an undo", " --undo"],
        ["false", "a load", ""],
      ]
    ) {
      await test.query(`INSERT INTO staging.load_pending
        (dataset, partition_date, is_undo, side_load_id, fingerprint, rows, control_total)
        VALUES ('transactions', DATE '${DAY}', ${isUndo}, '${undo!.side_load_id}', 0, 1, 1)`);
      assert.deepEqual(await staleDays(test), [
        `2022-10-01 ${cause} of transactions is running, or was broken off`,
      ]);
      await assert.rejects(test.warehouse.buildMart(day, DONE), (error) => {
        assert.ok(isKind(error, "prerequisite"), String(error));
        const command = `'finpipe load 2022-10-02 --dataset transactions${option}'`;
        return error.hint!.endsWith(command);
      });
      await test.query("DELETE FROM staging.load_pending");
    }
    assert.deepEqual(await staleDays(test), []);
    assert.equal((await test.mart())[0]!.amount_total, "0.02");
  },
  ["vertica"],
);
