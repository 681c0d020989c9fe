/** Where Vertica and PostgreSQL differ: each point by name, as finpipe's SQL must stand on neither. */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import type { LoadLimits } from "../../lib/warehouse/repository.ts";
import { csv, writePartitionText } from "../support/partitions/reference.ts";
import { rate, transaction } from "../support/partitions/rows.ts";
import {
  STRICT_LIMITS,
  type TestWarehouse,
  warehouseTests,
} from "../support/warehouse/warehouses.ts";

const warehouseTest = warehouseTests();
const DAY = "2022-10-01";
const day = Temporal.PlainDate.from(DAY);
const DONE = { statuses: ["done"], strict: false };

function verticaTest(name: string, test: (test: TestWarehouse) => Promise<void>): void {
  warehouseTest(name, async (place) => {
    await place.migrate();
    await test(place);
  }, ["vertica"]);
}

/** The mart's row of currency 430 for these amounts and this rate. */
async function martRow(test: TestWarehouse, amounts: readonly string[], currencyRate: string) {
  const rows = amounts.map((amount, index) =>
    transaction(DAY, { amount, account_number_from: String(1 + index % 3) })
  );
  await test.load("transactions", DAY, rows);
  await test.load("currencies", DAY, [rate(DAY, { currency_with_div: currencyRate })]);
  await test.warehouse.buildMart(day, DONE);
  const [row] = await test.mart();
  return row!;
}

verticaTest("a sum of INTEGERs is an INTEGER: sums of amounts go beyond 64 bits", async (test) => {
  const most = "9223372036854775807";
  const row = await martRow(test, [most, most, most], "1.000000");
  const cents = 3n * BigInt(most);
  assert.equal(row.amount_total, `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`);
  const { controlTotal } = await test.warehouse.measureDay("transactions", day);
  assert.equal(controlTotal, String(cents));
});

verticaTest(
  "a sum of NUMERIC(18,6) may overflow silently: rates are summed wider",
  async (test) => {
    const rates = Array.from(
      { length: 3 },
      () => rate(DAY, { currency_with_div: "999999999999.999999" }),
    );
    await test.load("currencies", DAY, rates);
    const { controlTotal } = await test.warehouse.measureDay("currencies", day);
    assert.equal(controlTotal, "2999999999999.999997");
  },
);

verticaTest("ROUND is upwards from .5: below zero it is away from zero here", async (test) => {
  for (
    const [amount, expected] of [["1", "0.01"], ["-1", "-0.01"], ["3", "0.02"], [
      "-3",
      "-0.02",
    ]] as const
  ) {
    assert.equal((await martRow(test, [amount], "0.500000")).amount_total, expected, amount);
  }
});

verticaTest("a zero has no sign", async (test) => {
  assert.equal((await martRow(test, ["-1"], "0.000001")).amount_total, "0.00");
});

verticaTest("INTEGER / INTEGER is NUMERIC: averages have 4 exact decimals", async (test) => {
  const row = await martRow(test, ["1", "1", "1", "1"], "1.000000");
  assert.equal(row.avg_transactions_per_account, "1.3333");
  assert.equal(row.cnt_accounts_make_transactions, "3");
});

verticaTest("64-bit integers come to the last digit, which a double would lose", async (test) => {
  const amount = "9007199254740993";
  await test.load("transactions", DAY, [transaction(DAY, { amount, account_number_to: amount })]);
  const [row] = await test.query("SELECT amount, account_number_to FROM staging.transactions");
  assert.deepEqual(row, { amount, account_number_to: amount });
});

verticaTest(
  "-9223372036854775808 is NULL, and refused; its neighbour is a number",
  async (test) => {
    const rows = ["-9223372036854775807", "-9223372036854775808"]
      .map((amount) => transaction(DAY, { amount }));
    const figures = { rows: 2, control_total: "0" };
    const file = await writePartitionText(test.workDir, "transactions", DAY, csv(rows), figures);
    const limits: LoadLimits = { ...STRICT_LIMITS, maxRejected: 1 };
    const record = await test.warehouse.replaceDay(file, limits);
    assert.deepEqual([record.rows, record.refused], [1n, 1n]);
    assert.equal(record.controlTotal, "-9223372036854775807");
  },
);

verticaTest("VARCHAR(1000) counts bytes, and what is longer is refused, not cut", async (test) => {
  const rows = ["é".repeat(500), "é".repeat(500) + "e", "e".repeat(1000), "e".repeat(1001)]
    .map((country) => transaction(DAY, { country }));
  const figures = { rows: 4, control_total: "0" };
  const file = await writePartitionText(test.workDir, "transactions", DAY, csv(rows), figures);
  const record = await test.warehouse.replaceDay(file, { ...STRICT_LIMITS, maxRejected: 2 });
  assert.deepEqual([record.rows, record.refused], [2n, 2n]);
  const found = await test.query(
    "SELECT OCTET_LENGTH(country) AS bytes FROM staging.transactions ORDER BY country",
  );
  assert.deepEqual(found.map(({ bytes }) => bytes), ["1000", "1000"]);
});

verticaTest("a rate keeps its last digit, and a text that is none is refused", async (test) => {
  const rates = ["999999999999.999999", "0.000001", "NaN", "1e3", "1000000000000.000000", "1.5"]
    .map((currency_with_div) => rate(DAY, { currency_with_div }));
  const figures = { rows: 6, control_total: "0" };
  const file = await writePartitionText(test.workDir, "currencies", DAY, csv(rates), figures);
  const record = await test.warehouse.replaceDay(file, { ...STRICT_LIMITS, maxRejected: 4 });
  assert.deepEqual([record.rows, record.refused], [2n, 4n]);
  assert.equal(record.controlTotal, "1000000000000.000000");
  const kept = await test.query("SELECT DISTINCT reason FROM staging.load_refused");
  assert.deepEqual(kept, [{ reason: "currency_with_div: not 0.000001 to 999999999999.999999" }]);
});

verticaTest(
  "a text for a UUID that is none fails the load, and the old day stays",
  async (test) => {
    await test.load("transactions", DAY, [transaction(DAY, { amount: "1" })]);
    for (const field of ["object_id", "operation_id"]) {
      const text = csv([transaction(DAY, { [field]: "nobody" })]);
      const figures = { rows: 1, control_total: "100" };
      const file = await writePartitionText(test.workDir, "transactions", DAY, text, figures);
      const limits = { ...STRICT_LIMITS, maxRejected: 1 };
      const error = await test.warehouse.replaceDay(file, limits).catch((error) => error);
      assert.ok(isKind(error, "data"), String(error));
      assert.doesNotMatch(error.message, /nobody/);
      assert.equal((await test.warehouse.measureDay("transactions", day)).controlTotal, "1");
    }
  },
);

verticaTest("NULLs are sorted last here and first there: no column has one", async (test) => {
  const rows = [transaction(DAY, { country: "" }), transaction(DAY, { country: "a" })];
  await test.load("transactions", DAY, rows);
  const found = await test.query("SELECT country FROM staging.transactions ORDER BY country");
  assert.deepEqual(found.map(({ country }) => country), ["", "a"]);
});

verticaTest(
  "rows of another day, and codes beyond 999, are refused though COPY takes them",
  async (test) => {
    const rows = [
      transaction(DAY, { amount: "1" }),
      transaction(DAY, { amount: "20", transaction_dt: "2022-10-02 00:00:00" }),
      transaction(DAY, { amount: "300", currency_code: "1000", country: 'a "b", c' }),
    ];
    const figures = { rows: 3, control_total: "321" };
    const file = await writePartitionText(test.workDir, "transactions", DAY, csv(rows), figures);
    const record = await test.warehouse.replaceDay(file, { ...STRICT_LIMITS, maxRejected: 2 });
    assert.deepEqual([record.rows, record.refused, record.controlTotal], [1n, 2n, "1"]);
    const kept = await test.query(
      "SELECT line, reason, raw FROM staging.load_refused ORDER BY reason",
    );
    assert.deepEqual(kept.map(({ line, reason }) => [line, reason]), [
      [null, "currency_code: not 0 to 999"],
      [null, "not of the day"],
    ]);
    assert.match(kept[0]!.raw!, /,1000,"a ""b"", c","done","c2c",300,2022-10-01 12:00:00$/);
  },
);
