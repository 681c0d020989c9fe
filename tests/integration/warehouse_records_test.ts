/** What a warehouse records of loads and builds, and what it knows of its days by that. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { LoadFacts } from "../../lib/standing/facts.ts";
import { csv, type Row, writePartition } from "../support/partitions/reference.ts";
import { objectId, rate, transaction } from "../support/partitions/rows.ts";
import { amounts, DAY } from "../support/warehouse/days.ts";
import { ALL, DONE, staleDays } from "../support/warehouse/stale.ts";
import {
  STRICT_LIMITS,
  type TestWarehouse,
  type TextRow,
  warehouseTests,
} from "../support/warehouse/warehouses.ts";

const warehouseTest = warehouseTests();
const day = Temporal.PlainDate.from(DAY);
const dayOf = (text: string) => Temporal.PlainDate.from(text);

const sha256Of = (rows: readonly Row[]) => createHash("sha256").update(csv(rows)).digest("hex");

async function loadFacts(test: TestWarehouse): Promise<LoadFacts> {
  const [facts] = await test.warehouse.dayFacts({ from: day, to: day });
  return facts!.loads.transactions!;
}

/** Loads a day with a transaction of each currency, and its rates, and builds it. */
async function buildDay(
  test: TestWarehouse,
  date: string,
  rates: readonly Row[],
  codes = ["430"],
): Promise<void> {
  await test.load("currencies", date, rates);
  const rows = codes.map((code) => transaction(date, { currency_code: code }));
  await test.load("transactions", date, rows);
  await test.warehouse.buildMart(dayOf(date), DONE);
}

const values = (rows: readonly TextRow[]) => rows.map((row) => Object.values(row).join(" "));

/** What a build changed, as it was before; of each build, in order of time. */
async function changes(test: TestWarehouse): Promise<string[]> {
  return values(
    await test.query(`
    SELECT currency_from, amount_total, cnt_transactions, avg_transactions_per_account,
      cnt_accounts_make_transactions, stands
    FROM staging.build_changes JOIN staging.builds USING (build_id)
    ORDER BY stands, currency_from, COALESCE(amount_total, 0)`),
  );
}

warehouseTest(
  "a load records the dump that it was of, until the day is loaded anew",
  async (test) => {
    await test.migrate();
    const file = await writePartition(test.workDir, "transactions", DAY, amounts(1));
    const sources = [{ source: "it's", partition: 1, next_position: "9", rows: 3 }];
    const manifest = {
      ...file.manifest,
      staged_rows: 3,
      created_at: "2022-10-02T01:02:03.5+01:00",
      sources,
    };
    await test.warehouse.replaceDay({ ...file, manifest }, STRICT_LIMITS);
    const { rows, stagedRows, refused, isRestored } = await loadFacts(test);
    assert.deepEqual({ rows, stagedRows, refused, isRestored }, {
      rows: 1,
      stagedRows: 3,
      refused: 0,
      isRestored: false,
    });
    const [origin] = await test.query(`SELECT origins.* FROM staging.load_origins AS origins
    JOIN staging.loads USING (load_id)`);
    assert.deepEqual(JSON.parse(origin!.sources!), sources);
    assert.equal(origin!.dumped_at, "2022-10-02 00:02:03.5");
    assert.deepEqual([origin!.bytes, origin!.version], [String(manifest.bytes), "reference"]);

    // The undo can be put back, what was before it no more.
    for (const count of [2, 2]) {
      await test.load("transactions", DAY, amounts(count));
      assert.equal((await test.query("SELECT * FROM staging.load_origins")).length, 2);
    }
    await test.load("transactions", "2022-10-02", []);
    await test.load("transactions", DAY, amounts(4));
    assert.equal((await test.query("SELECT * FROM staging.load_origins")).length, 3);
  },
);

warehouseTest("a load of currencies records the last dollar rate of each", async (test) => {
  await test.migrate();
  const late = { date_update: `${DAY} 12:00:00.5` };
  const rates = [
    rate(DAY, {
      object_id: objectId(1),
      currency_with_div: "9.000000",
      sent_dttm: `${DAY} 23:00:00`,
    }),
    rate(DAY, { object_id: objectId(2), currency_with_div: "2.500000", ...late }),
    rate(DAY, { object_id: objectId(3), currency_with_div: "2.500001", ...late }),
    rate(DAY, {
      object_id: objectId(4),
      ...late,
      currency_code: "440",
      sent_dttm: `${DAY} 01:00:00`,
    }),
    rate(DAY, { object_id: objectId(5), ...late, currency_code: "440" }),
    rate(DAY, { object_id: objectId(6), currency_code: "450", currency_code_with: "430" }),
    rate(DAY, { object_id: objectId(7), currency_code: "420" }),
  ];
  await test.load("currencies", DAY, rates);
  const recorded = () =>
    test.query(`SELECT currency_code, rate, date_update, object_id, partition_date
      FROM staging.load_rates JOIN staging.loads USING (load_id, partition_date)
      ORDER BY currency_code`);
  const expected = [
    `430 2.500001 2022-10-01 12:00:00.5 ${objectId(3)} 2022-10-01`,
    `440 1.000000 2022-10-01 12:00:00.5 ${objectId(4)} 2022-10-01`,
  ];
  assert.deepEqual(values(await recorded()), expected);
  await test.load("currencies", DAY, []);
  assert.deepEqual(await recorded(), []);
  await test.warehouse.undoDay("currencies", day);
  assert.deepEqual(values(await recorded()), expected);
  await test.load("currencies", DAY, rates.slice(3));
  await test.load("currencies", DAY, []);
  await test.load("currencies", DAY, []);
  assert.deepEqual(await test.query("SELECT * FROM staging.load_rates"), []);
});

warehouseTest("restored is what an undo of another file put back, until a load", async (test) => {
  await test.migrate();
  const [first, second] = [amounts(1), amounts(2)];
  const standing = async () => {
    const { sha256, isRestored } = await loadFacts(test);
    return [sha256 === sha256Of(first) ? "first" : "second", isRestored];
  };
  const load = (rows: readonly Row[]) => test.load("transactions", DAY, rows);
  await load(first);
  await load(second);
  assert.deepEqual(await standing(), ["second", false]);
  await test.warehouse.undoDay("transactions", day);
  assert.deepEqual(await standing(), ["first", true]);
  await load(second);
  assert.deepEqual(await standing(), ["second", false]);
  // The same file once more: nothing of it is lost by its undo.
  await load(second);
  await test.warehouse.undoDay("transactions", day);
  assert.deepEqual(await standing(), ["second", false]);
  await load(first);
  await test.warehouse.undoDay("transactions", day);
  assert.deepEqual(await standing(), ["second", true]);
  // What was never loaded is nothing that stands again.
  await test.load("transactions", "2022-10-02", []);
  await test.warehouse.undoDay("transactions", dayOf("2022-10-02"));
  assert.deepEqual((await test.warehouse.dayFacts(ALL)).map(({ day }) => `${day}`), [DAY]);
});

warehouseTest("a build records what it was built from, and what it changed", async (test) => {
  await test.migrate();
  await buildDay(test, DAY, [rate(DAY, { object_id: objectId(1) })], ["420", "430", "440"]);
  const [facts] = await test.warehouse.dayFacts(ALL);
  const { record, rows, builtAt } = facts!.mart!;
  assert.deepEqual([rows, record!.leftOut, `${builtAt}`], [2, 1, "2022-10-02T03:04:05.25"]);
  assert.deepEqual(record!.loads, {
    transactions: facts!.loads.transactions!.loadId,
    currencies: facts!.loads.currencies!.loadId,
  });
  assert.deepEqual([record!.statuses, record!.types, record!.changedRates], [
    ["done"],
    undefined,
    [],
  ]);
  const rates = "SELECT currency_code, rate, date_update, object_id FROM staging.build_rates " +
    "ORDER BY currency_code";
  assert.deepEqual(values(await test.query(rates)), [
    `430 1.000000 2022-10-01 00:00:00 ${objectId(1)}`,
    "440   ",
  ]);
  assert.deepEqual(await changes(test), ["420     t", "430     t"]);

  // 420 stays as it is, 430 changes, 440 comes.
  await test.load("currencies", DAY, [
    rate(DAY, { currency_with_div: "2.000000" }),
    rate(DAY, { currency_code: "440" }),
  ]);
  const quoted = { statuses: ["done", 'it\'s "odd"'], types: ["c2c", "b,c"], strict: false };
  await test.warehouse.buildMart(day, quoted);
  const before = "430 1.00 1 1.0000 1 t";
  assert.deepEqual(await changes(test), ["420     f", "430     f", before, "440     t"]);
  const again = (await test.warehouse.dayFacts(ALL))[0]!.mart!.record!;
  assert.deepEqual([again.statuses, again.types], [quoted.statuses, quoted.types]);
  // Nothing changes.
  await test.warehouse.buildMart(day, quoted);
  assert.equal((await changes(test)).length, 4);
  const builds =
    "SELECT step, rows, left_out, stands FROM staging.builds ORDER BY left_out, stands";
  assert.deepEqual(values(await test.query(builds)), ["cdm 3 0 f", "cdm 3 0 t", "cdm 2 1 f"]);
});

warehouseTest("a mart that is taken away leaves a build without its load", async (test) => {
  await test.migrate();
  await buildDay(test, DAY, [rate(DAY)]);
  await test.warehouse.undoDay("transactions", day);
  await test.warehouse.buildMart(day, DONE);
  assert.equal((await test.warehouse.dayFacts(ALL))[0]!.mart, undefined);
  assert.deepEqual(await changes(test), ["430     f", "430 1.00 1 1.0000 1 f"]);
  const gone = "SELECT rows, transactions_load_id IS NULL AS gone, currencies_load_id IS NULL AS " +
    "too, stands FROM staging.builds ORDER BY rows";
  assert.deepEqual(values(await test.query(gone)), ["0 t f f", "1 f f f"]);
});

warehouseTest("a build that fails leaves the one that stands, with its record", async (test) => {
  await test.migrate();
  await buildDay(test, DAY, []);
  const records = async () => {
    const tables = ["builds", "build_rates", "build_changes"];
    return await Promise.all(tables.map((table) => test.query(`SELECT * FROM staging.${table}`)));
  };
  const before = await records();
  await assert.rejects(test.warehouse.buildMart(day, { ...DONE, strict: true }), /no dollar rate/);
  assert.deepEqual(await records(), before);
});

warehouseTest(
  "a corrected rate makes exactly the days stale that used another one",
  async (test) => {
    await test.migrate();
    const dates = [1, 2, 3, 4, 5, 6].map((number) => `2022-10-0${number}`);
    const both = (date: string) => [rate(date), rate(date, { currency_code: "440" })];
    for (const date of dates) {
      // 430 has rates of the 1st, the 3rd and the 5th, 440 of the 1st alone; the 6th has none of both.
      const rates = date === dates[0] ? both(date) : /[35]$/.test(date) ? [rate(date)] : [];
      await buildDay(test, date, rates, date === dates[5] ? ["420"] : ["430", "440"]);
    }
    assert.deepEqual(await staleDays(test), []);
    const other = (cause: string) =>
      cause.startsWith("currencies")
        ? `the rates of ${cause} have changed`
        : `the rate of ${cause} has changed`;

    await test.load("currencies", "2022-10-03", [rate("2022-10-03")]);
    assert.deepEqual(await staleDays(test), [
      `2022-10-03 built from another load of currencies; ${other("currency 430")}`,
      `2022-10-04 ${other("currency 430")}`,
    ]);
    // Also where the range begins after the rate.
    const late = { from: dayOf("2022-10-04"), to: dayOf("2022-10-05") };
    assert.deepEqual(await staleDays(test, late), [`2022-10-04 ${other("currency 430")}`]);

    await test.warehouse.undoDay("currencies", dayOf("2022-10-03"));
    assert.deepEqual(await staleDays(test), [], "the mart shows what stands again");

    await test.load("currencies", "2022-10-02", both("2022-10-02"));
    assert.deepEqual(await staleDays(test), [
      `2022-10-02 built from another load of currencies; ${other("currencies 430 and 440")}`,
      `2022-10-03 ${other("currency 440")}`,
      `2022-10-04 ${other("currency 440")}`,
      `2022-10-05 ${other("currency 440")}`,
    ]);
    for (const date of dates) await test.warehouse.buildMart(dayOf(date), DONE);
    assert.deepEqual(await staleDays(test), []);
  },
);

warehouseTest("a first rate that comes late, and one that goes, make days stale", async (test) => {
  await test.migrate();
  await buildDay(test, "2022-09-30", []);
  await buildDay(test, DAY, []);
  assert.deepEqual(await staleDays(test), []);
  const stale = ["2022-09-30", DAY].map((date) => `${date} the rate of currency 430 has changed`);
  await test.load("currencies", "2022-09-29", [rate("2022-09-29")]);
  assert.deepEqual(await staleDays(test), stale);
  for (const date of ["2022-09-30", DAY]) await test.warehouse.buildMart(dayOf(date), DONE);
  assert.deepEqual(await staleDays(test), []);
  await test.warehouse.undoDay("currencies", dayOf("2022-09-29"));
  assert.deepEqual(await staleDays(test), stale);
});

warehouseTest("a mart is stale where other statuses or types are asked for", async (test) => {
  await test.migrate();
  await buildDay(test, DAY, [rate(DAY)]);
  const asked = { statuses: ["chargeback", "done"], types: ["c2c"] };
  assert.deepEqual(await staleDays(test, ALL, asked), [
    `${DAY} built with the statuses "done"; built with all types`,
  ]);
  await test.warehouse.buildMart(day, {
    ...asked,
    statuses: ["done", "chargeback"],
    strict: false,
  });
  assert.deepEqual(await staleDays(test, ALL, asked), []);
  assert.deepEqual(await staleDays(test), [
    `${DAY} built with the statuses "done", "chargeback"; built with the types "c2c"`,
  ]);
});

warehouseTest(
  "records of loads go with the next load of the day, but for what was built",
  async (test) => {
    await test.migrate();
    const loads = async () => (await test.query("SELECT * FROM staging.load_origins")).length;
    await buildDay(test, DAY, [rate(DAY)]);
    assert.equal(await loads(), 2);
    for (let count = 0; count < 3; count++) {
      await test.load("transactions", DAY, amounts(count));
      await test.load("currencies", DAY, [rate(DAY)]);
    }
    // Of each dataset the one that stands, the one before it, and the one that the mart was built from.
    assert.equal(await loads(), 6);
    assert.equal((await test.query("SELECT * FROM staging.load_rates")).length, 3);
    // Nobody's record of another day is touched.
    await test.load("transactions", "2022-10-02", []);
    assert.equal(await loads(), 7);
  },
);
