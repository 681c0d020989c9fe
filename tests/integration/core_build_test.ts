/** What a build of the core makes of a day, and what becomes of it (contract, section 7). */
import assert from "node:assert/strict";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { rate, transaction } from "../support/partitions/rows.ts";
import { DAY } from "../support/warehouse/days.ts";
import { type TestWarehouse, warehouseTests } from "../support/warehouse/warehouses.ts";

const warehouseTest = warehouseTests();
const NEXT = "2022-10-02";
const day = (text: string) => Temporal.PlainDate.from(text);

/** Facts of transactions with what their dimensions say. */
const facts = (test: TestWarehouse) =>
  test.query(
    `SELECT date, account_from, account_to, is_test, currency_code, alphabetic_code, country, status,
       status_rank, transaction_type, amount, rate, amount_usd
     FROM mart.v_transactions ORDER BY date, amount`,
  );

warehouseTest("a day's core: each row a fact, whatever its status and accounts", async (test) => {
  await test.migrate();
  await test.load("currencies", DAY, [
    rate(DAY, { currency_with_div: "2.500000" }),
    rate(DAY, { currency_with_div: "0.333333", date_update: `${DAY} 10:00:00` }),
    rate(DAY, { currency_code: "420", currency_code_with: "430", currency_with_div: "3.000000" }),
  ]);
  await test.load("transactions", DAY, [
    transaction(DAY, { amount: "-7" }),
    transaction(DAY, { amount: "1", currency_code: "420", status: "chargeback" }),
    transaction(DAY, { amount: "2", currency_code: "440", account_number_from: "-5" }),
    transaction(DAY, { amount: "9223372036854775807", country: "CYPRUS", status: "other" }),
  ]);
  const built = await test.warehouse.buildCore(day(DAY));
  assert.deepEqual(built, { transactions: 4, currencyRates: 2 });
  const shown = (await facts(test)).map((row) => Object.values(row).join("|"));
  assert.deepEqual(shown, [
    "2022-10-01|1|2|f|430|||done|3|c2c|-7|0.333333|-0.02333331",
    "2022-10-01|1|2|f|420|USD||chargeback|4|c2c|1|1.000000|0.01000000",
    "2022-10-01|-5|2|t|440|||done|3|c2c|2||",
    "2022-10-01|1|2|f|430||CYPRUS|other||c2c|9223372036854775807|0.333333|" +
    usd("9223372036854775807", "0.333333"),
  ]);
});

function usd(amount: string, rate: string): string {
  const digits = String(BigInt(amount) * BigInt(rate.replace(".", "")));
  return `${digits.slice(0, -8)}.${digits.slice(-8)}`;
}

warehouseTest("keys are kept, and an account's first date is its least", async (test) => {
  await test.migrate();
  await test.load("currencies", NEXT, []);
  await test.load("transactions", NEXT, [transaction(NEXT, { account_number_from: "7" })]);
  await test.load("currencies", DAY, []);
  await test.load("transactions", DAY, [
    transaction(DAY, { account_number_from: "3" }),
    transaction(DAY, { account_number_from: "7" }),
  ]);
  await test.warehouse.buildCore(day(NEXT));
  const members = () =>
    test.query(
      "SELECT account_key, account_number, first_seen_date FROM mart.dim_accounts " +
        "ORDER BY account_key",
    );
  const before = await members();
  await test.warehouse.buildCore(day(DAY));
  const after = await members();
  assert.deepEqual(after.map((row) => Object.values(row).join("|")), [
    "1|2|2022-10-01",
    "2|7|2022-10-01",
    "3|3|2022-10-01",
  ]);
  assert.deepEqual(before.map(({ account_key }) => account_key), ["1", "2"]);
  await test.warehouse.buildCore(day(NEXT));
  assert.deepEqual(await members(), after);
});

warehouseTest("texts are members exactly", async (test) => {
  const texts = ["", " ", "a", "a ", "a  ", "A", "'\"\\", "שלום", "é", "e\u0301", "x".repeat(1000)];
  await test.migrate();
  await test.load("currencies", DAY, []);
  await test.load(
    "transactions",
    DAY,
    texts.map((text, index) =>
      transaction(DAY, { country: text, transaction_type: text, status: text, amount: `${index}` })
    ),
  );
  await test.warehouse.buildCore(day(DAY));
  const found = await facts(test);
  for (const column of ["country", "status", "transaction_type"]) {
    assert.deepEqual(found.map((row) => row[column]), texts, column);
  }
  for (const table of ["dim_countries", "dim_statuses", "dim_transaction_types"]) {
    const [row] = await test.query(`SELECT COUNT(*) AS members FROM mart.${table}`);
    assert.equal(row!.members, String(texts.length), table);
  }
});

warehouseTest(
  "a day that was never loaded has no core; an undone one's is removed",
  async (test) => {
    await test.migrate();
    const isPrerequisite = (error: unknown) =>
      error instanceof FinpipeError && error.kind === "prerequisite" &&
      /Cannot build the core for 2022-10-01: never loaded: /.test(error.message);
    await assert.rejects(() => test.warehouse.buildCore(day(DAY)), isPrerequisite);
    await test.load("currencies", DAY, [rate(DAY)]);
    await assert.rejects(() => test.warehouse.buildCore(day(DAY)), isPrerequisite);
    await test.load("transactions", DAY, [transaction(DAY), transaction(DAY)]);
    assert.deepEqual(await test.warehouse.buildCore(day(DAY)), {
      transactions: 2,
      currencyRates: 1,
    });
    await test.warehouse.undoDay("transactions", day(DAY));
    assert.deepEqual(await test.warehouse.buildCore(day(DAY)), {
      transactions: 0,
      currencyRates: 0,
      takenAway: { transactions: 2, currencyRates: 1 },
    });
    assert.deepEqual(await facts(test), []);
    await assert.rejects(() => test.warehouse.buildCore(day(DAY)), isPrerequisite);
  },
);

warehouseTest("an empty day has a core that stands", async (test) => {
  await test.migrate();
  await test.load("currencies", DAY, []);
  await test.load("transactions", DAY, []);
  assert.deepEqual(await test.warehouse.buildCore(day(DAY)), { transactions: 0, currencyRates: 0 });
  assert.deepEqual(await test.query("SELECT * FROM mart.dim_dates"), []);
  await test.warehouse.undoDay("transactions", day(DAY));
  const { takenAway } = await test.warehouse.buildCore(day(DAY));
  assert.deepEqual(takenAway, { transactions: 0, currencyRates: 0 });
});
