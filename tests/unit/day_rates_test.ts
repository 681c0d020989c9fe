/** Rates of days come by the thousand: they are decoded by hand, to what their columns say. */
import assert from "node:assert/strict";
import { query } from "../../lib/sql/query.ts";
import {
  DAY_RATE,
  DAY_RATE_USED,
  quickRate,
  quickRateUsed,
  usedBy,
} from "../../lib/warehouse/day_facts.ts";

const RATE = {
  partition_date: "2022-10-01",
  currency_code: "430",
  rate: "1.250000",
  date_update: "2022-10-01 06:00:00",
  object_id: "00000000-0000-4000-8000-000000000001",
};
const USED = { ...RATE, of_core: "1", of_mart: "0" };

const slow = query("x", "SELECT 1", DAY_RATE);
const slowUsed = query("x", "SELECT 1", DAY_RATE_USED);

Deno.test("a rate that is decoded by hand is the one that its columns say", () => {
  assert.deepEqual(quickRate(RATE), slow.decode(RATE));
  assert.deepEqual(quickRateUsed(USED), slowUsed.decode(USED));
});

Deno.test("a row that is not as usual is left to its columns", () => {
  for (const name of Object.keys(RATE)) {
    assert.equal(quickRate({ ...RATE, [name]: null }), undefined, name);
  }
  assert.equal(quickRate({ ...RATE, currency_code: "four" }), undefined);
  for (const change of [{ of_core: null }, { of_mart: "" }, { rate: null }, { of_core: "x" }]) {
    assert.equal(quickRateUsed({ ...USED, ...change }), undefined);
  }
  const none = { ...USED, rate: null, date_update: null, object_id: null };
  assert.equal(slowUsed.decode(none).rate, null);
});

Deno.test("what core and mart used in common is told of each", () => {
  const used = [
    USED,
    { ...USED, currency_code: "440", of_core: "1", of_mart: "1" },
    { ...USED, currency_code: "450", of_core: "0", of_mart: "1" },
  ].map((row) => slowUsed.decode(row));
  const currencies = (step: "dwh" | "cdm") => usedBy(step, used).map(({ currency }) => currency);
  assert.deepEqual([currencies("dwh"), currencies("cdm")], [[430, 440], [440, 450]]);
});
