/** The mart of a warehouse: the sample, and the rules of the contract's section 6. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { DATASET_NAMES } from "../../lib/events/dataset.ts";
import { csvReport } from "../../lib/rendering/mart/csv.ts";
import { FinpipeError, isKind } from "../../lib/runtime/errors.ts";
import { VERSION } from "../../lib/runtime/version.ts";
import { objectId, rate, transaction } from "../support/partitions/rows.ts";
import { type TestWarehouse, warehouseTests } from "../support/warehouse/warehouses.ts";
import { partitionRows, type Row } from "../support/partitions/reference.ts";
import { runs } from "../support/runs.ts";

const warehouseTest = warehouseTests();
const DONE = { statuses: ["done"], strict: false };
const DAY = "2022-10-01";

/** The mart of one day that holds these rows. */
async function martOf(test: TestWarehouse, transactions: readonly Row[], rates: readonly Row[]) {
  await test.load("transactions", DAY, transactions);
  await test.load("currencies", DAY, rates);
  await test.warehouse.buildMart(Temporal.PlainDate.from(DAY), DONE);
  return await test.mart();
}

warehouseTest("the sample gives its mart, byte for byte", async (test) => {
  await test.migrate();
  const events = await Deno.readTextFile(new URL("../fixtures/events.jsonl", import.meta.url));
  const days = ["2022-10-01", "2022-10-02", "2022-10-03", "2022-10-04", "2022-10-05"];
  const rows: Record<string, number[]> = {};
  for (const dataset of DATASET_NAMES) {
    const partitions = partitionRows(events, dataset);
    for (const day of days) await test.load(dataset, day, partitions.get(day) ?? []);
    rows[dataset] = days.map((day) => partitions.get(day)?.length ?? 0);
  }
  for (const day of days) await test.warehouse.buildMart(Temporal.PlainDate.from(day), DONE);

  const expected = await Deno.readTextFile(
    new URL("../fixtures/global_metrics.csv", import.meta.url),
  );
  const report = await Array.fromAsync(csvReport(test.warehouse.mart()));
  assert.equal(report.join(""), expected);
  assert.deepEqual(rows, { transactions: [400, 400, 1, 0, 400], currencies: [42, 42, 0, 0, 42] });
});

warehouseTest("a row of the mart has every column of the contract", async (test) => {
  await test.migrate();
  const rows = await martOf(test, [
    transaction(DAY, { amount: "150", account_number_from: "1" }),
    transaction(DAY, { amount: "-50", account_number_from: "1" }),
    transaction(DAY, { amount: "1", account_number_from: "7" }),
  ], [rate(DAY, { currency_with_div: "2.500000" })]);
  assert.deepEqual(rows, [{
    hk_global_metrics: "20221001430",
    date_update: DAY,
    currency_from: "430",
    amount_total: "2.53",
    cnt_transactions: "3",
    avg_transactions_per_account: "1.5000",
    cnt_accounts_make_transactions: "2",
    load_dt: "2022-10-02 03:04:05.25",
    load_src: `finpipe ${VERSION}`,
  }]);
});

warehouseTest(
  "counted are the statuses asked for, and no test account on either side",
  async (test) => {
    await test.migrate();
    await test.load("currencies", DAY, [rate(DAY)]);
    await test.load("transactions", DAY, [
      transaction(DAY, { amount: "1" }),
      transaction(DAY, { amount: "20", status: "chargeback" }),
      transaction(DAY, { amount: "300", status: "Done" }),
      transaction(DAY, { amount: "4000", account_number_from: "-1" }),
      transaction(DAY, { amount: "50000", account_number_to: "0" }),
    ]);
    const amount = async (statuses: string[]) => {
      await test.warehouse.buildMart(Temporal.PlainDate.from(DAY), { statuses, strict: false });
      return (await test.mart()).map(({ amount_total }) => amount_total);
    };
    assert.deepEqual(await amount(["done"]), ["0.01"]);
    assert.deepEqual(await amount(["done", "chargeback"]), ["0.21"]);
    assert.deepEqual(await amount(["queued"]), []);
  },
);

warehouseTest(
  "counted are the types asked for, by their exact text; left out and strict go by them too",
  async (test) => {
    await test.migrate();
    const ofType = (transaction_type: string, fields: Record<string, string>) =>
      transaction(DAY, { transaction_type, ...fields });
    await test.load("currencies", DAY, [rate(DAY)]);
    await test.load("transactions", DAY, [
      ofType("sbp_incoming", { amount: "1" }),
      ofType("loan, early", { amount: "20" }),
      ofType("", { amount: "300" }),
      ofType("it's", { amount: "4000" }),
      ofType("SBP_incoming", { amount: "50000" }),
      ofType("sbp_incoming ", { amount: "600000" }),
      ofType("fee", { currency_code: "440", amount: "7" }),
      ofType("tax", { currency_code: "450", amount: "8", status: "queued" }),
    ]);
    const day = Temporal.PlainDate.from(DAY);
    const build = async (types: string[] | undefined, strict = false) => {
      const result = await test.warehouse.buildMart(day, { statuses: ["done"], types, strict });
      const amounts = (await test.mart()).map(({ amount_total }) => amount_total);
      return { amounts, leftOut: result.leftOut.map(({ currency }) => currency), ...result.absent };
    };
    const none = { statuses: [], types: [], leftOut: [] };
    assert.deepEqual(await build(["sbp_incoming"], true), { ...none, amounts: ["0.01"] });
    assert.deepEqual(await build(["loan, early", "it's"]), { ...none, amounts: ["40.20"] });
    assert.deepEqual(await build([""]), { ...none, amounts: ["3.00"] });
    assert.deepEqual(await build(["fee"]), { ...none, amounts: [], leftOut: [440] });
    await assert.rejects(build(["fee"], true), (error) => isKind(error, "data"));
    // One that occurs, though in nothing that is counted, is no misspelt one.
    assert.deepEqual(await build(["nope", "tax", "no"]), {
      ...none,
      amounts: [],
      types: ["nope", "no"],
    });
    assert.deepEqual(await build(undefined), {
      ...none,
      amounts: ["6543.21"],
      leftOut: [440],
    });
  },
);

warehouseTest(
  "a status that neither the contract nor the day knows is told, and how old the rates are",
  async (test) => {
    await test.migrate();
    const day = Temporal.PlainDate.from(DAY);
    await test.load("currencies", "2022-09-27", [
      rate("2022-09-27"),
      rate("2022-09-27", { currency_code: "440", date_update: "2022-09-27 23:59:59.999999" }),
    ]);
    await test.load("currencies", DAY, [
      rate(DAY, { currency_code: "450", date_update: `${DAY} 23:59:59` }),
      rate(DAY, { currency_code: "420" }),
    ]);
    await test.load("transactions", DAY, [
      ...["420", "430", "440", "450"].map((code) => transaction(DAY, { currency_code: code })),
      transaction(DAY, { status: "Done" }),
    ]);
    const statuses = ["dnoe", "done", "queued", "Done"];
    const { absent, rates } = await test.warehouse.buildMart(day, { statuses, strict: false });
    assert.deepEqual(absent, { statuses: ["dnoe"], types: [] });
    assert.deepEqual(rates.map(({ currency, date }) => `${currency} ${date}`), [
      "430 2022-09-27",
      "440 2022-09-27",
      "450 2022-10-01",
    ]);
  },
);

warehouseTest(
  "the rate is the latest by date_update, then by sent_dttm, then by object_id",
  async (test) => {
    await test.migrate();
    const at = (value: string, fields: Record<string, string>) =>
      rate(DAY, { currency_with_div: `${value}.000000`, ...fields });
    const ten = transaction(DAY, { amount: "1000" });
    const candidates = [
      at("1", { object_id: objectId(9), sent_dttm: "2022-10-01 09:00:00" }),
      at("2", { object_id: objectId(8), date_update: "2022-10-01 06:00:00" }),
      at("3", {
        object_id: objectId(3),
        date_update: "2022-10-01 06:00:00",
        sent_dttm: "2022-10-01 07:00:00",
      }),
      at("4", {
        // Below zero, were it a signed number.
        object_id: `f${objectId(4).slice(1)}`,
        date_update: "2022-10-01 06:00:00",
        sent_dttm: "2022-10-01 07:00:00",
      }),
      at("5", { currency_code_with: "410", date_update: "2022-10-01 23:00:00" }),
      at("6", { currency_code: "440", date_update: "2022-10-01 23:00:00" }),
    ];
    for (
      const [count, expected] of [[1, "10.00"], [2, "20.00"], [3, "30.00"], [6, "40.00"]] as const
    ) {
      const given = candidates.slice(0, count);
      for (const rates of [given, given.toReversed()]) {
        const [row] = await martOf(test, [ten], rates);
        assert.equal(row!.amount_total, expected);
      }
    }
  },
);

warehouseTest(
  "the rate of an earlier day serves until the next, one of a later day never",
  async (test) => {
    await test.migrate();
    const days = ["2022-09-30", "2022-10-01", "2022-10-02", "2022-10-03"];
    const rates = [[rate(days[0]!, { currency_with_div: "2.000000" })], [], [], [rate(days[3]!)]];
    for (const [index, day] of days.entries()) {
      await test.load("transactions", day, [transaction(day, { amount: "500" })]);
      await test.load("currencies", day, rates[index]!);
      await test.warehouse.buildMart(Temporal.PlainDate.from(day), DONE);
    }
    const amounts = (await test.mart()).map(({ amount_total }) => amount_total);
    assert.deepEqual(amounts, ["10.00", "10.00", "10.00", "5.00"]);
  },
);

warehouseTest("a dollar is a dollar, whatever rate is sent for it", async (test) => {
  await test.migrate();
  const dollars = [transaction(DAY, { currency_code: "420", amount: "123" })];
  const rows = await martOf(test, dollars, [
    rate(DAY, { currency_code: "420", currency_with_div: "7.000000" }),
  ]);
  assert.equal(rows[0]!.amount_total, "1.23");
});

warehouseTest(
  "a currency without a rate is left out and recorded; strict keeps what stands",
  async (test) => {
    await test.migrate();
    const day = Temporal.PlainDate.from(DAY);
    await test.load("currencies", DAY, [rate(DAY), rate("2022-10-01", { currency_code: "440" })]);
    await test.load("transactions", DAY, [transaction(DAY)]);
    await test.warehouse.buildMart(day, DONE);
    const before = await test.mart();

    await test.load("transactions", DAY, [
      transaction(DAY, { amount: "200" }),
      transaction(DAY, { currency_code: "999", amount: "7" }),
      transaction(DAY, { currency_code: "999", amount: "-9" }),
    ]);
    await assert.rejects(
      test.warehouse.buildMart(day, { statuses: ["done"], strict: true }),
      (error) =>
        error instanceof FinpipeError && error.kind === "data" && /999 \(2\)/.test(error.message),
    );
    assert.deepEqual(await test.mart(), before);
    assert.deepEqual(await test.query("SELECT * FROM mart.global_metrics_left_out"), []);

    const result = await test.warehouse.buildMart(day, DONE);
    assert.deepEqual([result.rows, result.leftOut], [1, [{ currency: 999, transactions: 2n }]]);
    assert.equal((await test.mart())[0]!.amount_total, "2.00");
    assert.deepEqual(await test.query("SELECT * FROM mart.global_metrics_left_out"), [{
      date_update: DAY,
      currency_from: "999",
      cnt_transactions: "2",
      amount_sum: "-2",
      load_dt: "2022-10-02 03:04:05.25",
    }]);
  },
);

warehouseTest("a rate that arrives late takes the currency back in", async (test) => {
  await test.migrate();
  const day = Temporal.PlainDate.from(DAY);
  await martOf(test, [transaction(DAY)], []);
  assert.equal((await test.query("SELECT * FROM mart.global_metrics_left_out")).length, 1);
  await test.load("currencies", DAY, [rate(DAY)]);
  await test.warehouse.buildMart(day, DONE);
  assert.equal((await test.mart()).length, 1);
  assert.deepEqual(await test.query("SELECT * FROM mart.global_metrics_left_out"), []);
});

warehouseTest(
  "a day of which a dataset was never loaded asks for the load; an empty one does not",
  async (test) => {
    await test.migrate();
    const day = Temporal.PlainDate.from(DAY);
    await test.load("transactions", DAY, []);
    await assert.rejects(test.warehouse.buildMart(day, DONE), (error) => {
      assert.ok(error instanceof FinpipeError);
      assert.equal(error.kind, "prerequisite");
      assert.match(error.message, /never loaded: currencies$/);
      assert.equal(error.hint, "Run 'finpipe load 2022-10-02' first");
      return true;
    });
    await test.load("currencies", DAY, []);
    const { rows, leftOut } = await test.warehouse.buildMart(day, DONE);
    assert.deepEqual([rows, leftOut], [0, []]);
  },
);

warehouseTest(
  "the first and the last date, the greatest amounts and rates can be counted",
  async (test) => {
    await test.migrate();
    const most = "9223372036854775807";
    for (const day of ["0001-01-01", "9999-12-31"]) {
      await test.load("transactions", day, [
        transaction(day, { amount: most, account_number_from: most, currency_code: "999" }),
        transaction(day, { amount: most, account_number_from: most, currency_code: "999" }),
      ]);
      const greatest = { currency_code: "999", currency_with_div: "999999999999.999999" };
      await test.load("currencies", day, [rate(day, greatest)]);
      await test.warehouse.buildMart(Temporal.PlainDate.from(day), DONE);
    }
    const rows = await test.mart();
    assert.deepEqual(rows.map((row) => row.hk_global_metrics), ["10101999", "99991231999"]);
    assert.equal(rows[0]!.amount_total, rows[1]!.amount_total);
    const sum = 2n * (2n ** 63n - 1n);
    const rateMicros = 10n ** 18n - 1n;
    assert.equal(rows[0]!.amount_total, decimal(divide(sum * rateMicros, 1_000_000n), 2));
  },
);

warehouseTest("more days than a page are read in order, and a range of them", async (test) => {
  await test.migrate();
  await test.query(`
    INSERT INTO mart.global_metrics
    SELECT 0, DATE '2022-01-01' + day, currency, 0, 1, 1, 1, TIMESTAMP '2022-01-01 00:00:00', ''
    FROM (${numbers("day", 300)}) AS days CROSS JOIN (${numbers("currency", 5)}) AS currencies`);
  const key = (row: { date_update: string; currency_from: string }) =>
    `${row.date_update} ${row.currency_from}`;
  const keys = (await test.mart()).map(key);
  assert.equal(new Set(keys).size, 1500);
  assert.deepEqual(keys, keys.toSorted());
  const range = {
    from: Temporal.PlainDate.from("2022-01-02"),
    to: Temporal.PlainDate.from("2022-01-03"),
  };
  assert.deepEqual((await Array.fromAsync(test.warehouse.mart(range))).map(key), keys.slice(5, 15));
});

warehouseTest("amounts and averages are exact and rounded half away from zero", async (test) => {
  await test.migrate();
  const amount = fc.oneof(
    fc.bigInt({ min: -300n, max: 300n }),
    fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
  );
  const micros = fc.oneof(
    fc.constantFrom(500_000n, 5_000n, 1n, 10n ** 18n - 1n),
    fc.bigInt({ min: 1n, max: 10n ** 9n }),
  );
  const account = fc.integer({ min: 1, max: 7 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(amount, account), { minLength: 1, maxLength: 12 }),
      micros,
      async (operations, rateMicros) => {
        const transactions = operations.map(([amount, from]) =>
          transaction(DAY, { amount: String(amount), account_number_from: String(from) })
        );
        const [row] = await martOf(test, transactions, [
          rate(DAY, { currency_with_div: decimal(rateMicros, 6) }),
        ]);
        const sum = operations.reduce((sum, [amount]) => sum + amount, 0n);
        const accounts = new Set(operations.map(([, from]) => from)).size;
        assert.equal(row!.amount_total, decimal(divide(sum * rateMicros, 1_000_000n), 2));
        const average = divide(BigInt(operations.length) * 10_000n, BigInt(accounts));
        assert.equal(row!.avg_transactions_per_account, decimal(average, 4));
      },
    ),
    {
      // The same is reckoned in both dialects, and takes the test server of Vertica longer.
      numRuns: runs(test.name === "vertica" ? 15 : 40),
      examples: [
        // A cent's half, both ways, and less than it below zero: no -0.00.
        [[[1n, 1]], 500_000n],
        [[[-1n, 1]], 500_000n],
        [[[-1n, 1]], 5_000n],
        // Just below a half: a quotient rounded to 16 digits first would reach it.
        [[[10n ** 16n + 499_999n, 1]], 1_000_001n],
      ],
    },
  );
});

/** A query of the numbers from 0, in what both dialects have. */
function numbers(column: string, count: number): string {
  return Array.from({ length: count }, (_, n) => `SELECT ${n} AS ${column}`).join(" UNION ALL ");
}

/** Half away from zero. */
function divide(dividend: bigint, divisor: bigint): bigint {
  const [sign, size] = dividend < 0n ? [-1n, -dividend] : [1n, dividend];
  return sign * ((2n * size + divisor) / (2n * divisor));
}

/** Units of the last place as a decimal. */
function decimal(units: bigint, places: number): string {
  const digits = String(units < 0n ? -units : units).padStart(places + 1, "0");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
