/** Which rates that a mart was built with are other ones now. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { changedRates, type KnownRate, type UsedRate } from "../../lib/standing/changed_rates.ts";

const day = (number: number) => `2022-10-${String(number).padStart(2, "0")}`;

function known(number: number, rate = "1.000000", currency = 430): KnownRate {
  const date = day(number);
  return { day: date, currency, rate, dateUpdate: `${date} 00:00:00`, objectId: `${number}` };
}

function used(number: number, { day: _, ...rate }: KnownRate): UsedRate {
  return { day: day(number), ...rate };
}

const none = (number: number): UsedRate => ({
  day: day(number),
  currency: 430,
  rate: null,
  dateUpdate: null,
  objectId: null,
});

const cases: [what: string, known: KnownRate[], used: UsedRate[], changed: [string, number[]][]][] =
  [
    ["the same", [known(1), known(3)], [used(1, known(1)), used(2, known(1))], []],
    ["the one before the days", [known(1)], [used(9, known(1))], []],
    ["another value", [known(1, "2.000000")], [used(2, known(1))], [[day(2), [430]]]],
    [
      "another object, or another time, of one value",
      [{ ...known(1), objectId: "x" }, { ...known(1), currency: 440, dateUpdate: "later" }],
      [used(2, known(1)), used(2, { ...known(1), currency: 440 })],
      [[day(2), [430, 440]]],
    ],
    ["a later one between", [known(1), known(2)], [used(1, known(1)), used(2, known(1))], [
      [day(2), [430]],
    ]],
    ["one where there was none", [known(2)], [none(1), none(2), none(3)], [
      [day(2), [430]],
      [day(3), [430]],
    ]],
    ["none where there was one", [], [used(1, known(1))], [[day(1), [430]]]],
    ["none, as before", [known(3)], [none(2)], []],
    ["currencies in order", [], [used(1, known(1, "1", 440)), used(1, known(1, "1", 7))], [
      [day(1), [7, 440]],
    ]],
  ];

for (const [what, rates, builds, changed] of cases) {
  Deno.test(`changed rates: ${what}`, () => {
    assert.deepEqual([...changedRates(rates, builds)], changed);
  });
}

Deno.test("changed rates are those that a naive look finds, in whatever order they come", () => {
  const number = fc.integer({ min: 1, max: 28 });
  const rate = fc.record({
    number,
    currency: fc.constantFrom(1, 2, 3),
    rate: fc.constantFrom("1.000000", "2.000000"),
    objectId: fc.constantFrom("a", "b"),
  });
  const knownRates = fc.uniqueArray(rate, {
    selector: ({ number, currency }) => `${number} ${currency}`,
  }).map((rates) => rates.map(({ number, ...rest }): KnownRate => ({ ...known(number), ...rest })));
  const usedRates = fc.uniqueArray(
    fc.tuple(number, fc.constantFrom(1, 2, 3), fc.option(rate, { nil: undefined })),
    { selector: ([number, currency]) => `${number} ${currency}` },
  ).map((rates) =>
    rates.map(([number, currency, rate]): UsedRate =>
      rate === undefined
        ? { ...none(number), currency }
        : { ...used(number, { ...known(rate.number), ...rate }), currency }
    )
  );
  fc.assert(fc.property(knownRates, usedRates, (rates, builds) => {
    const expected = new Map<string, number[]>();
    for (const build of builds) {
      const [now] = rates
        .filter(({ currency, day }) => currency === build.currency && day <= build.day)
        .toSorted((one, other) => one.day < other.day ? 1 : -1);
      const isSame = now === undefined
        ? build.objectId === null
        : now.objectId === build.objectId && now.rate === build.rate &&
          now.dateUpdate === build.dateUpdate;
      if (isSame) continue;
      expected.set(build.day, [...expected.get(build.day) ?? [], build.currency].sort());
    }
    const sorted = (map: Map<string, number[]>) => [...map].toSorted();
    assert.deepEqual(sorted(changedRates(rates, builds)), sorted(expected));
  }));
});
