/** What the page of the mart asks of a warehouse beside the mart: from what its days were made. */
import assert from "node:assert/strict";
import { readMartFacts } from "../../lib/looking/page_facts.ts";
import { packPage } from "../../lib/rendering/mart/page/pack.ts";
import { VERSION } from "../../lib/runtime/version.ts";
import { rate, transaction } from "../support/partitions/rows.ts";
import { DONE } from "../support/warehouse/stale.ts";
import { NOW, type TestWarehouse, warehouseTests } from "../support/warehouse/warehouses.ts";

const warehouseTest = warehouseTests();
const dayOf = (text: string) => Temporal.PlainDate.from(text);
const RANGE = { from: dayOf("2022-10-01"), to: dayOf("2022-10-04") };

/** Two days: a currency with a rate, one without until the second day, and the dollar. */
async function twoDays(test: TestWarehouse): Promise<void> {
  await test.migrate();
  const rates = {
    "2022-10-01": [rate("2022-10-01", { currency_code: "430", currency_with_div: "1.040000" })],
    "2022-10-02": [rate("2022-10-02", { currency_code: "440", currency_with_div: "0.500000" })],
  };
  for (const [day, ofDay] of Object.entries(rates)) {
    await test.load("currencies", day, ofDay);
    const rows = ["430", "440", "420"].map((currency_code) => transaction(day, { currency_code }));
    await test.load("transactions", day, rows);
    await test.warehouse.buildMart(dayOf(day), DONE);
  }
}

warehouseTest(
  "a mart's rates, versions, dumps and left-out currencies are told by day",
  async (test) => {
    await twoDays(test);
    const { builds, loads, rates, leftOut } = await test.warehouse.martOrigins(RANGE);
    const byDay = <T extends { day: string }>(list: readonly T[]) =>
      list.toSorted((one, other) => one.day < other.day ? -1 : 1);
    assert.deepEqual(byDay(builds), [
      { day: "2022-10-01", version: VERSION },
      { day: "2022-10-02", version: VERSION },
    ]);
    assert.deepEqual(
      byDay(loads).map(({ day, dataset, version }) => `${day} ${dataset} ${version}`).sort(),
      ["2022-10-01", "2022-10-02"].flatMap((day) =>
        ["currencies", "transactions"].map((dataset) => `${day} ${dataset} ${VERSION}`)
      ),
    );
    assert.ok(loads.every(({ dumpedAt }) => dumpedAt instanceof Temporal.PlainDateTime));
    assert.deepEqual(
      rates.map(({ day, currency, rate, dateUpdate }) =>
        `${day} ${currency} ${rate === null ? "none" : Number(rate)} ${dateUpdate?.toPlainDate()}`
      ),
      [
        "2022-10-01 430 1.04 2022-10-01",
        "2022-10-01 440 none undefined",
        "2022-10-02 430 1.04 2022-10-01",
        "2022-10-02 440 0.5 2022-10-02",
      ],
    );
    assert.deepEqual(leftOut, [{ day: "2022-10-01", currency: 440, transactions: 1n }]);
    const [first] = (await test.warehouse.martOrigins({ ...RANGE, to: RANGE.from })).builds;
    assert.equal(first!.day, "2022-10-01");
  },
);

warehouseTest("a page is made of them, with its rates and its stale day", async (test) => {
  await twoDays(test);
  await test.load("transactions", "2022-10-02", [transaction("2022-10-02")]);
  const data = packPage({
    ...await readMartFacts(test.warehouse, RANGE),
    counted: { statuses: ["done"], types: undefined },
    asked: RANGE,
    madeAt: NOW,
    madeBy: "finpipe",
    nothing: "",
  });
  const [dollar, known, late] = data.currencies;
  assert.deepEqual([dollar!.code, dollar!.rate], [420, [null, null]]);
  assert.deepEqual([known!.code, known!.rate, known!.rateAge], [430, [1_040_000, 1_040_000], [
    0,
    1,
  ]]);
  assert.deepEqual([late!.runs, late!.rate, late!.leftOut], [[1, 1], [500_000], [0, 1]]);
  assert.deepEqual(data.stale, [{ text: "built from another load of transactions", runs: [1, 1] }]);
  assert.deepEqual(data.builds.at.length, 2);
});

warehouseTest(
  "a day that is built while it is read is read again, three times at most",
  async (test) => {
    await twoDays(test);
    const { warehouse } = test;
    /** Reads while a day is built at the end of the first so many readings; the number of readings. */
    const readings = async (builds: number) => {
      let reads = 0;
      const facts = await readMartFacts({
        dayFacts: (range) => warehouse.dayFacts(range),
        martOrigins: (range) => warehouse.martOrigins(range),
        mart: async function* (range) {
          yield* warehouse.mart(range);
          if (++reads <= builds) await warehouse.buildMart(dayOf("2022-10-02"), DONE);
        },
      }, RANGE);
      assert.equal(facts.rows.length, 5);
      return reads;
    };
    assert.deepEqual([await readings(0), await readings(1), await readings(2)], [1, 2, 3]);
    await assert.rejects(readings(3), {
      kind: "locked",
      exitCode: 75,
      passes: "soon",
      message: "The mart changed each time that it was read",
    });
  },
);
