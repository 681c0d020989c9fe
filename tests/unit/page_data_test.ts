/** The page's data: packed without loss, with its holes and its stale days. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addDays,
  daysOf,
  packed,
  type PageData,
  SCALES,
  unpacked,
} from "../../lib/rendering/mart/page/data.ts";
import { packPage } from "../../lib/rendering/mart/page/pack.ts";
import type { MartRow } from "../../lib/warehouse/repository.ts";
import { madeFacts } from "../support/page/facts.ts";

const SCALE = fc.constantFrom(...Object.values(SCALES));

Deno.test("a decimal is unpacked as the text that was packed, whatever it is", () => {
  const decimal = fc.tuple(fc.bigInt(), fc.nat({ max: 8 })).map(([whole, scale]) =>
    scale === 0 ? `${whole}` : `${whole}.${"0918273645".slice(0, scale)}`
  );
  const text = fc.oneof(
    decimal,
    fc.string(),
    fc.constantFrom("-0.00", "0.00", "-0", "00.10", "1e3"),
  );
  fc.assert(fc.property(text, SCALE, (text, scale) => {
    const value = JSON.parse(JSON.stringify(packed(text, scale)));
    assert.equal(unpacked(value, scale), text);
  }));
});

Deno.test("usual figures are packed as numbers", () => {
  assert.equal(packed("-1234567.80", 2), -123456780);
  assert.equal(packed("1.2683", 4), 12683);
  assert.equal(packed("90071992547409.91", 2), 9007199254740991);
  assert.equal(packed("90071992547409.92", 2), "90071992547409.92");
});

Deno.test("days go into runs and come out again", () => {
  fc.assert(fc.property(fc.uniqueArray(fc.nat({ max: 60 })), (days) => {
    const runs: number[] = [];
    const rising = days.toSorted((one, other) => one - other);
    for (const day of rising) addDays(runs, day);
    assert.deepEqual(daysOf(runs), rising);
  }));
});

/** The rows that a page shows, as the mart has them. */
function rowsOf({ first, currencies }: PageData): string[] {
  const day = Temporal.PlainDate.from(first);
  return currencies.flatMap(({ code, runs, ...columns }) =>
    daysOf(runs).map((number, i) => {
      const figure = (name: "amount" | "transactions" | "average" | "accounts") =>
        unpacked(columns[name][i]!, SCALES[name]);
      const figures = [figure("amount"), figure("transactions"), figure("average")];
      return [day.add({ days: number }), code, ...figures, figure("accounts")].join(" ");
    })
  ).sort();
}

function textOf(row: MartRow): string {
  const { date_update, currency_from, amount_total, cnt_transactions } = row;
  const { avg_transactions_per_account, cnt_accounts_make_transactions } = row;
  return [date_update, currency_from, amount_total, cnt_transactions, avg_transactions_per_account]
    .concat(cnt_accounts_make_transactions).join(" ");
}

Deno.test("a page has every row of the mart, and says of what it lacks why", () => {
  const facts = madeFacts({
    first: "2022-10-01",
    days: 12,
    currencies: [410, 420, 999],
    unknown: [3, 4],
    unbuilt: [6],
    stale: [8, 9],
    leftOut: { 999: [1, 2, 10] },
  });
  const data = packPage(facts);
  assert.deepEqual(rowsOf(data), facts.rows.map(textOf).sort());
  assert.deepEqual([data.first, data.days], ["2022-10-01", 12]);
  assert.deepEqual(data.holes, [
    { text: "never loaded", runs: [3, 2] },
    { text: "loaded, but not built", runs: [6, 1] },
  ]);
  const cause = "built from another load of transactions; built from another load of currencies";
  assert.deepEqual(data.stale, [{ text: cause, runs: [8, 2] }]);
  const [first, dollar, left] = data.currencies;
  assert.deepEqual([first!.name, dollar!.name], [null, "USD"]);
  assert.deepEqual(left!.leftOut, [1, 3, 2, 3, 10, 3]);
  assert.deepEqual(first!.rate, Array(9).fill(1_000_000), "whatever zeros the engine writes");
  assert.deepEqual(first!.rateAge.slice(0, 4), [0, 1, 2, 2], "days from the rate to the day");
  assert.deepEqual(dollar!.rate, Array(9).fill(null));
  assert.deepEqual(data.builds.runs, [0, 3, 5, 1, 7, 5]);
  assert.deepEqual(data.loads.map(({ runs }) => runs), [[0, 3, 5, 7], [0, 3, 5, 7]]);
  assert.deepEqual(data.versions, ["0.1.0"]);
  assert.deepEqual(data.counted, [{ statuses: ["done"], types: null }]);
});

Deno.test("a day that was built without a row is no hole; of half a load it is said", () => {
  const facts = madeFacts({ first: "2022-10-01", days: 3, currencies: [] });
  const [, , last] = facts.days;
  const half = { ...last!, mart: undefined, loads: { ...last!.loads, currencies: undefined } };
  const data = packPage({ ...facts, days: [...facts.days.slice(0, 2), half] });
  assert.deepEqual(data.holes, [{ text: "currencies were never loaded", runs: [2, 1] }]);
});

Deno.test("what is not seen in a text that makes a day stale is shown as an escape", () => {
  const statuses = ["done", "\u202edone", "do\u200bne"];
  const facts = madeFacts({ first: "2022-10-01", days: 1, currencies: [410], statuses });
  const [stale] = packPage({ ...facts, counted: { statuses: ["done"], types: undefined } }).stale;
  assert.equal(
    stale!.text,
    'built with the statuses "done", "\\u202edone", "do\\u200bne"',
  );
});

Deno.test("a mart of an older version has no builds, and its days are stale", () => {
  const facts = madeFacts({ first: "2022-10-01", days: 1, currencies: [430] });
  const [day] = facts.days;
  const unrecorded = { ...day!, mart: { ...day!.mart!, record: undefined } };
  const data = packPage({
    ...facts,
    days: [unrecorded],
    origins: { builds: [], loads: [], rates: [], leftOut: [] },
  });
  assert.deepEqual(data.stale, [{ text: "built by a version that kept no record", runs: [0, 1] }]);
  assert.deepEqual([data.builds.version, data.builds.counted], [[null], [null]]);
  assert.deepEqual(data.currencies[0]!.rate, [null]);
});

Deno.test("an empty mart gives a page that says how to have rows", () => {
  const facts = madeFacts({ first: "2022-10-01", days: 0, currencies: [] });
  const { days, currencies, nothing } = packPage(facts);
  assert.deepEqual({ days, currencies, nothing }, {
    days: 0,
    currencies: [],
    nothing: "The mart has no rows",
  });
});

Deno.test("a day far from all others makes a long hole, and little data", () => {
  const near = madeFacts({ first: "0001-01-01", days: 1, currencies: [430] });
  const far = madeFacts({ first: "9999-12-31", days: 1, currencies: [430] });
  const data = packPage({
    ...near,
    rows: [...near.rows, ...far.rows],
    days: [...near.days, ...far.days],
  });
  assert.deepEqual(data.holes, [{ text: "never loaded", runs: [1, 3652057] }]);
  assert.ok(JSON.stringify(data).length < 2000);
});
