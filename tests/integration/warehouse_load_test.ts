/** Days of a warehouse: replaced as a whole, compared. */
import assert from "node:assert/strict";
import type { LoadLimits } from "../../lib/warehouse/repository.ts";
import { rate, transaction } from "../support/partitions/rows.ts";
import { STRICT_LIMITS, warehouseTests } from "../support/warehouse/warehouses.ts";
import {
  csv,
  type Row,
  total,
  writePartition,
  writePartitionText,
} from "../support/partitions/reference.ts";
import {
  amounts,
  DAY,
  isDataError,
  refused,
  sideTables,
  standing,
  undoTables,
  withRefused,
} from "../support/warehouse/days.ts";

const warehouseTest = warehouseTests();
const NEXT = "2022-10-02";
const day = Temporal.PlainDate.from(DAY);
const next = Temporal.PlainDate.from(NEXT);

warehouseTest("a load replaces its day as a whole, and no other", async (test) => {
  await test.migrate();
  await test.load("transactions", NEXT, [transaction(NEXT, { amount: "9" })]);
  await test.load("transactions", DAY, amounts(1, 2));
  await test.load("transactions", DAY, amounts(3));
  assert.deepEqual(await standing(test), ["3", "9"]);
  const { rows, controlTotal } = await test.warehouse.measureDay("transactions", day);
  assert.deepEqual([rows, controlTotal], [1n, "3"]);
});

warehouseTest(
  "an empty file empties the day: loaded and empty is not never loaded",
  async (test) => {
    await test.migrate();
    assert.equal(await test.warehouse.loadRecord("transactions", day), undefined);
    await test.load("transactions", DAY, amounts(1));
    await test.load("transactions", DAY, []);
    assert.deepEqual(await standing(test), []);
    const record = await test.warehouse.loadRecord("transactions", day);
    assert.deepEqual([record?.rows, record?.controlTotal], [0n, "0"]);
    assert.equal(await test.warehouse.loadRecord("transactions", next), undefined);
  },
);

warehouseTest("the control total of an empty day of rates is its manifest's", async (test) => {
  await test.migrate();
  for (const manifests of ["0.000000", "0"]) {
    const figures = { rows: 0, control_total: manifests };
    const file = await writePartitionText(test.workDir, "currencies", DAY, "", figures);
    const { before: _before, ...loaded } = await test.warehouse.replaceDay(file, STRICT_LIMITS);
    assert.deepEqual([loaded.rows, loaded.controlTotal], [0n, "0.000000"]);
    assert.deepEqual(await test.warehouse.loadRecord("currencies", day), loaded);
    const measure = await test.warehouse.measureDay("currencies", day);
    assert.deepEqual(measure, { rows: 0n, controlTotal: "0.000000" });
  }
});

warehouseTest("values stand as they are in the file", async (test) => {
  await test.migrate();
  const hostile = [
    "",
    " ",
    "NULL",
    "\\N",
    "\\.",
    'a "b"',
    "c,d",
    "e\nf",
    "g\r\nh",
    "i\rj",
    "é".repeat(500),
  ];
  const rows = hostile.map((country) => transaction(DAY, { country, transaction_type: country }));
  await test.load("transactions", DAY, rows);
  const found = await test.query(
    "SELECT country, transaction_type FROM staging.transactions ORDER BY object_id",
  );
  assert.deepEqual(found, hostile.map((text) => ({ country: text, transaction_type: text })));
});

warehouseTest(
  "rows or control total other than the manifest's fail the load; the old day stays",
  async (test) => {
    await test.migrate();
    await test.load("transactions", DAY, amounts(1));
    const record = await test.warehouse.loadRecord("transactions", day);
    const text = csv(amounts(20, 30));
    for (
      const [figures, message] of [
        [{ rows: 3, control_total: "50" }, /2 rows loaded and 0 refused, but the manifest says 3$/],
        [{ rows: 2, control_total: "51" }, /^Control totals of transactions for 2022-10-01 differ/],
        [{ rows: 2, control_total: "-50" }, /^Control totals/],
      ] as const
    ) {
      const file = await writePartitionText(test.workDir, "transactions", DAY, text, figures);
      await assert.rejects(test.warehouse.replaceDay(file, STRICT_LIMITS), isDataError(message));
      assert.deepEqual(await standing(test), ["1"]);
      assert.deepEqual(await test.warehouse.loadRecord("transactions", day), record);
    }
    assert.deepEqual(await sideTables(test), await undoTables(test));
  },
);

warehouseTest("an aborted load reads no further and leaves the old day", async (test) => {
  await test.migrate();
  await test.load("transactions", DAY, amounts(1));
  const file = await withRefused(test, "never read");
  const reason = new Error("stop");
  const limits = { maxRejected: 1, signal: AbortSignal.abort(reason) };
  await assert.rejects(test.warehouse.replaceDay(file, limits), reason);
  assert.deepEqual(await standing(test), ["1"]);
  assert.deepEqual(await refused(test), []);
});

warehouseTest("a side table that a killed load left is dropped by the next", async (test) => {
  await test.migrate();
  const name = test.name === "embedded" ? "transactions_load" : "transactions_load_0123456789ab";
  await test.query(`CREATE TABLE staging.${name} (some_old_column integer)`);
  await test.load("transactions", DAY, amounts(1));
  assert.deepEqual(await standing(test), ["1"]);
  assert.deepEqual(await sideTables(test), await undoTables(test));
});

warehouseTest("the first and the last date can be loaded and put back", async (test) => {
  await test.migrate();
  for (const date of ["0001-01-01", "9999-12-31"]) {
    const at = [`${date} 00:00:00`, `${date} 23:59:59.999999`];
    await test.load(
      "transactions",
      date,
      at.map((transaction_dt) => transaction(date, { transaction_dt })),
    );
    await test.load("transactions", date, []);
    const partition = Temporal.PlainDate.from(date);
    assert.equal(await test.warehouse.undoDay("transactions", partition), true);
    assert.equal((await test.warehouse.measureDay("transactions", partition)).rows, 2n);
  }
});

warehouseTest("control totals are exact beyond 64 bits and beyond doubles", async (test) => {
  await test.migrate();
  const most = "9223372036854775807";
  await test.load(
    "transactions",
    DAY,
    [most, most, most].map((amount) => transaction(DAY, { amount })),
  );
  const rates = ["999999999999.999999", "999999999999.999999", "0.000001"];
  await test.load("currencies", DAY, rates.map((value) => rate(DAY, { currency_with_div: value })));
  const totals = ["transactions", "currencies"] as const;
  for (const [index, expected] of [total([most, most, most]), total(rates)].entries()) {
    const { controlTotal } = await test.warehouse.measureDay(totals[index]!, day);
    assert.equal(controlTotal, expected);
  }
});

warehouseTest(
  "a file loaded over several sessions is the same day, its refused rows too",
  async (test) => {
    await test.migrate();
    const rows = Array.from({ length: 9000 }, (_, n) =>
      transaction(DAY, {
        amount: n % 4000 === 3999 ? "x" : String(n),
        country: 'two\nlines, "q"',
      }));
    const text = csv(rows);
    assert.ok(text.length > 1 << 20);
    const figures = { rows: rows.length, control_total: "0" };
    const file = await writePartitionText(test.workDir, "transactions", DAY, text, figures);
    const limits: LoadLimits = { ...STRICT_LIMITS, maxRejected: 2, streams: 3 };
    const record = await test.warehouse.replaceDay(file, limits);
    assert.deepEqual([record.rows, record.refused], [8998n, 2n]);
    const sum = rows.reduce((sum, row) => sum + (row[9] === "x" ? 0n : BigInt(row[9]!)), 0n);
    assert.equal(record.controlTotal, String(sum));
    const numbers = (await refused(test)).map(([line]) => Number(line));
    // The embedded warehouse counts lines, of which these rows have two.
    const expected = test.name === "embedded" ? [7999, 15999] : [4000, 8000];
    assert.deepEqual(numbers, expected);

    const tooMany: LoadLimits = { ...limits, maxRejected: 1 };
    await assert.rejects(test.warehouse.replaceDay(file, tooMany), isDataError(/^Refused 2 rows/));
    assert.equal((await test.warehouse.measureDay("transactions", day)).rows, 8998n);
  },
);

warehouseTest("a load says what stood before it", async (test) => {
  await test.migrate();
  const loads: (bigint | undefined)[][] = [];
  for (const rows of [amounts(1, 2), [], amounts(3), amounts(3)]) {
    const file = await writePartition(test.workDir, "transactions", DAY, rows);
    const { rows: after, before } = await test.warehouse.replaceDay(file, STRICT_LIMITS);
    loads.push([before?.rows, after]);
  }
  assert.deepEqual(loads, [[undefined, 2n], [2n, 0n], [0n, 1n], [1n, 1n]]);
  await test.warehouse.undoDay("transactions", day);
  const file = await writePartition(test.workDir, "transactions", DAY, amounts(4));
  const { before } = await test.warehouse.replaceDay(file, STRICT_LIMITS);
  assert.equal(before?.manifestRows, 1n);
});

warehouseTest(
  "a day that would shrink is refused under the load's lock, unless that is asked for",
  async (test) => {
    await test.migrate();
    const load = async (rows: Row[], limits: Partial<LoadLimits> = {}) => {
      const file = await writePartition(test.workDir, "transactions", DAY, rows);
      return await test.warehouse.replaceDay(file, {
        ...STRICT_LIMITS,
        allowShrink: false,
        ...limits,
      });
    };
    // A day that was loaded empty, and a file of as many rows, shrink by nothing.
    await load([]);
    await load([]);
    await load(amounts(1, 2));
    await load(amounts(3, 4));
    const record = await test.warehouse.loadRecord("transactions", day);
    for (const [rows, count] of [[amounts(5), "1 row"], [[], "0 rows"]] as const) {
      await assert.rejects(
        load([...rows]),
        isDataError(
          new RegExp(
            `^Refused to shrink transactions for ${DAY}: the file has ${count}, ` +
              "the file that is loaded had 2$",
          ),
        ),
      );
      assert.deepEqual(await standing(test), ["3", "4"]);
      assert.deepEqual(await test.warehouse.loadRecord("transactions", day), record);
    }
    assert.deepEqual(await sideTables(test), await undoTables(test));
    // An undo may shrink a day, and what it puts back is what counts from then on.
    await load(amounts(6, 7, 8));
    assert.equal(await test.warehouse.undoDay("transactions", day), true);
    await load(amounts(9, 10));
    assert.equal((await load(amounts(11), { allowShrink: true })).before?.rows, 2n);
    assert.deepEqual(await standing(test), ["11"]);
  },
);

warehouseTest(
  "it is the files' rows that count, not those that were refused of them",
  async (test) => {
    await test.migrate();
    const limits = { ...STRICT_LIMITS, allowShrink: false, maxRejected: 1 };
    await test.warehouse.replaceDay(await withRefused(test, "x"), limits);
    assert.deepEqual(await standing(test), ["1"]);
    const fewer = await writePartition(test.workDir, "transactions", DAY, amounts(2));
    await assert.rejects(test.warehouse.replaceDay(fewer, limits), isDataError(/had 2$/));
    const mended = await writePartition(test.workDir, "transactions", DAY, amounts(3, 4));
    assert.equal((await test.warehouse.replaceDay(mended, limits)).before?.rows, 1n);
  },
);
