/** The core of either warehouse is the one that a second implementation works out (section 7). */
import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { DATASET_NAMES, type DatasetName } from "../../lib/events/dataset.ts";
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { PostgresStaging } from "../../lib/staging/postgres/staging.ts";
import { TestEngine } from "../support/engine/engines.ts";
import { partitionRows, type Row } from "../support/partitions/reference.ts";
import { objectId, rate, transaction } from "../support/partitions/rows.ts";
import { runs } from "../support/runs.ts";
import { CoreModel } from "../support/warehouse/core_model.ts";
import { CoreTables } from "../support/warehouse/core_tables.ts";
import { DONE } from "../support/warehouse/stale.ts";
import { type TestWarehouse, warehouseTests } from "../support/warehouse/warehouses.ts";

const warehouseTest = warehouseTests();
const FIXTURES = new URL("../fixtures/", import.meta.url).pathname;
const dayOf = (text: string) => Temporal.PlainDate.from(text);

/** Rows of each day, of both datasets. */
type Days = Record<DatasetName, Map<string, readonly Row[]>>;

/** A warehouse and the model of it: whatever is done to one is done to the other. */
class Pair {
  readonly model = new CoreModel();
  readonly tables: CoreTables;

  constructor(readonly test: TestWarehouse) {
    this.tables = new CoreTables(test);
  }

  async load(dataset: DatasetName, day: string, rows: readonly Row[]): Promise<void> {
    await this.test.load(dataset, day, rows);
    this.model.load(dataset, day, rows);
  }

  async undo(dataset: DatasetName, day: string): Promise<void> {
    const undone = await this.test.warehouse.undoDay(dataset, dayOf(day));
    assert.equal(undone, this.model.undo(dataset, day));
  }

  async build(day: string): Promise<void> {
    const expected = this.model.build(day);
    const built = this.test.warehouse.buildCore(dayOf(day));
    if (expected !== undefined) return assert.deepEqual(await built, expected);
    await assert.rejects(built, (error) => isKind(error, "prerequisite"));
  }

  /** Builds days in the order given, and their marts, and compares all of it. */
  async buildAll(days: readonly string[]): Promise<void> {
    for (const day of days) await this.build(day);
    for (const day of days) await this.test.warehouse.buildMart(dayOf(day), DONE);
    await this.tables.assertEqual(this.model);
    await this.tables.assertMart(this.model, days);
  }
}

/** Loads all days of both datasets; a day without rows is an empty one. */
async function loadAll(pair: Pair, days: readonly string[], rows: Days): Promise<void> {
  for (const day of days) {
    for (const dataset of DATASET_NAMES) {
      await pair.load(dataset, day, rows[dataset].get(day) ?? []);
    }
  }
}

warehouseTest("the sample's core is the model's, and its golden file", async (test) => {
  await test.migrate();
  const pair = new Pair(test);
  const events = await Deno.readTextFile(`${FIXTURES}events.jsonl`);
  const days = ["2022-10-01", "2022-10-02", "2022-10-03", "2022-10-04", "2022-10-05"];
  const rows = {
    transactions: partitionRows(events, "transactions"),
    currencies: partitionRows(events, "currencies"),
  };
  await loadAll(pair, days, rows);
  await pair.buildAll(["2022-10-05", "2022-10-02", "2022-10-04", "2022-10-01", "2022-10-03"]);
  await pair.buildAll(days);

  const figures = await test.query(`
    SELECT date, currency_code, status, is_test, COUNT(*) AS facts, SUM(amount) AS amount,
      SUM(amount_usd) AS amount_usd
    FROM mart.v_transactions GROUP BY date, currency_code, status, is_test`);
  const lines = figures.map((row) => `${Object.values(row).join(",")}\n`).sort();
  const golden = await Deno.readTextFile(`${FIXTURES}core.csv`);
  assert.equal(
    `date,currency_code,status,is_test,facts,amount,amount_usd\n${lines.join("")}`,
    golden,
  );
});

warehouseTest("what the hostile sample lands has the model's core", async (test) => {
  await test.migrate();
  const pair = new Pair(test);
  const rows = await hostileDays();
  const days = [...new Set(DATASET_NAMES.flatMap((name) => [...rows[name].keys()]))].sort();
  await loadAll(pair, days, rows);
  assert.ok(days.length > 2);
  await pair.buildAll(days.toReversed());
});

/** What `dump` makes of the hostile sample. */
async function hostileDays(): Promise<Days> {
  const folder = await Deno.makeTempDir();
  const session = await openEmbeddedSession(folder);
  try {
    await new PostgresStaging(session).schema.migrate();
    await using engine = await TestEngine.open("embedded", session, session, 1);
    await engine.land(`${FIXTURES}hostile.jsonl`);
    const landed = await engine.query(
      "SELECT DISTINCT day FROM finpipe.landed_days",
    );
    const rows: Days = { transactions: new Map(), currencies: new Map() };
    for (const { day } of landed) {
      await engine.dump(day!);
      for (const name of DATASET_NAMES) {
        rows[name].set(day!, parse(await engine.partitionFile(name, day!)) as string[][]);
      }
    }
    return rows;
  } finally {
    await session.close();
    await Deno.remove(folder, { recursive: true });
  }
}

warehouseTest("the first and the last date, the greatest amounts and rates", async (test) => {
  await test.migrate();
  const pair = new Pair(test);
  const most = "9223372036854775807";
  const days = ["9999-12-31", "0001-01-01", "2020-12-31", "2021-01-03", "2024-12-30", "2024-02-29"];
  for (const day of days) {
    const fields = {
      currency_code: "999",
      account_number_from: most,
      account_number_to: `-${most}`,
    };
    await pair.load("transactions", day, [
      transaction(day, { ...fields, amount: most }),
      transaction(day, { ...fields, amount: `-${most}`, account_number_to: "1" }),
      transaction(day, { amount: most, currency_code: "0" }),
    ]);
    await pair.load("currencies", day, [
      rate(day, { currency_code: "999", currency_with_div: "999999999999.999999" }),
      rate(day, { currency_code: "0", currency_with_div: "0.000001" }),
      rate(day, { currency_code: "999", currency_code_with: "0" }),
    ]);
  }
  await pair.buildAll(days);
});

const DAYS = ["2022-12-30", "2022-12-31", "2023-01-01"];
const TEXTS = [
  "",
  " ",
  "a",
  "a ",
  "A",
  "é",
  "e\u0301",
  "'",
  '"',
  "שלום",
  "\r\n",
  "done.",
  "\\N",
  "NULL",
];
const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
  fc.string({ unit: "grapheme", maxLength: 5 }),
)
  .filter((text) => !text.includes("\0"));
const anyDay = fc.constantFrom(...DAYS);
const dataset = fc.constantFrom(...DATASET_NAMES);
const code = fc.constantFrom("0", "410", "420", "430", "999");
const time = fc.constantFrom("00:00:00", "00:00:00.5", "12:00:00", "23:59:59.999999");
const id = fc.integer({ min: 1, max: 999 });

const aTransaction = fc.record({
  account_number_from: fc.constantFrom("1", "2", "3", "0", "-1", "9223372036854775807"),
  account_number_to: fc.constantFrom("1", "4", "5", "0"),
  currency_code: code,
  country: text,
  status: fc.oneof({ weight: 3, arbitrary: fc.constantFrom("done", "queued", "chargeback") }, text),
  transaction_type: text,
  amount: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }).map(String),
});
const aRate = fc.record({
  currency_code: code,
  currency_code_with: fc.oneof({ weight: 3, arbitrary: fc.constant("420") }, code),
  currency_with_div: fc.integer({ min: 1, max: 9_999_999 })
    .map((micros) => `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, "0")}`),
});

/** What happens to a day. */
type Event = (pair: Pair) => Promise<void>;

const transactionsLoad = fc.tuple(
  anyDay,
  fc.array(fc.tuple(id, aTransaction, time), { maxLength: 6 }),
)
  .map(([day, rows]): Event => (pair) =>
    pair.load(
      "transactions",
      day,
      rowsOf(rows, (id, fields, time) =>
        transaction(day, { ...fields, object_id: id, transaction_dt: `${day} ${time}` })),
    )
  );
const currenciesLoad = fc.tuple(anyDay, fc.array(fc.tuple(id, aRate, time), { maxLength: 6 }))
  .map(([day, rows]): Event => (pair) =>
    pair.load(
      "currencies",
      day,
      rowsOf(rows, (id, fields, time) =>
        rate(day, { ...fields, object_id: id, date_update: `${day} ${time}` })),
    )
  );
const build = anyDay.map((day): Event => async (pair) => {
  await pair.build(day);
  await pair.tables.assertEqual(pair.model);
});
const undo = fc.tuple(dataset, anyDay).map(([name, day]): Event => (pair) => pair.undo(name, day));

/** One row of each object, in order. */
function rowsOf<Fields>(
  rows: readonly (readonly [number, Fields, string])[],
  rowOf: (id: string, fields: Fields, time: string) => Row,
): Row[] {
  return [...new Map(rows.map((row) => [row[0], row])).values()]
    .sort(([one], [other]) => one - other)
    .map(([id, fields, time]) => rowOf(objectId(id), fields, time));
}

const history = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: transactionsLoad },
    { weight: 2, arbitrary: currenciesLoad },
    { weight: 4, arbitrary: build },
    { weight: 1, arbitrary: undo },
  ),
  { minLength: 8, maxLength: 14 },
);

warehouseTest("any loads, undos and builds, in any order, give the model's core", async (test) => {
  await test.migrate();
  // One pair for all: each history goes on where the one before it ended.
  const pair = new Pair(test);
  await fc.assert(
    fc.asyncProperty(history, async (events) => {
      for (const event of events) await event(pair);
      for (const day of DAYS) {
        for (const name of DATASET_NAMES) {
          const facts = await test.warehouse.dayFacts({ from: dayOf(day), to: dayOf(day) });
          if (facts[0]?.loads[name] === undefined) await pair.load(name, day, []);
        }
      }
      await pair.buildAll(DAYS);
    }),
    { numRuns: runs(test.name === "vertica" ? 2 : 4), endOnFailure: true },
  );
});
