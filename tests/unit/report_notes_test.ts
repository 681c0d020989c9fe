/** What a report says on stderr of the mart that it shows. */
import assert from "node:assert/strict";
import { daysText } from "../../lib/partitions/days_text.ts";
import { leftOutNote, openDaysNote, staleNotes } from "../../lib/rendering/mart/notes.ts";
import type { BuildRecord, WarehouseDay } from "../../lib/standing/facts.ts";

const day = (text: string) => Temporal.PlainDate.from(text);
const ASKED = { statuses: ["done"], types: undefined };
const AT = Temporal.PlainDateTime.from("2022-10-02T03:00:00");
const LOAD = {
  loadId: "l",
  sha256: "aa",
  rows: 1,
  refused: 0,
  stagedRows: 1,
  loadedAt: AT,
  isRestored: false,
};
const RECORD = {
  buildId: "b1",
  loads: { transactions: "l", currencies: "l" },
  ...ASKED,
  leftOut: 0,
  changedRates: [],
};

/** Days on which all stands, but for this. */
function known(facts: Partial<WarehouseDay>, ...days: string[]): WarehouseDay[] {
  return days.map((text) => ({
    day: day(text),
    loads: { transactions: LOAD, currencies: LOAD },
    unfinished: undefined,
    core: undefined,
    mart: { record: RECORD, rows: 1, builtAt: AT },
    ...facts,
  }));
}

const built = (record: Partial<BuildRecord>): Partial<WarehouseDay> => ({
  mart: { record: { ...RECORD, ...record }, rows: 1, builtAt: AT },
});
const UNBUILT = { mart: undefined };
const UNDONE = { loads: { transactions: LOAD, currencies: undefined } };
const ELSE = { transactions: "l", currencies: "before" };

Deno.test("days are named as ranges, and beyond ten of those by their number", () => {
  const text = (...days: string[]) => daysText(days.map(day));
  assert.equal(text("2022-10-01"), "2022-10-01");
  assert.equal(
    text("2022-09-30", "2022-10-01", "2022-10-03", "2022-10-05", "2022-10-06"),
    "2022-09-30..2022-10-01, 2022-10-03 and 2022-10-05..2022-10-06",
  );
  const every = (step: number, count: number) =>
    Array.from({ length: count }, (_, n) => day("2022-01-01").add({ days: n * step }));
  assert.equal(daysText(every(1, 10_000)), "2022-01-01..2049-05-18");
  const many = daysText(every(2, 12));
  assert.match(many, /, 2022-01-19 and 2 more days$/);
  assert.match(daysText(every(2, 11)), / and 1 more day$/);
  assert.doesNotMatch(daysText(every(2, 10)), /more/);
});

Deno.test("stale days are one sentence a cause, with the command for the first of them", () => {
  assert.deepEqual(
    staleNotes([
      ...known(UNBUILT, "2022-10-01"),
      ...known(UNDONE, "2022-10-02", "2022-10-03"),
      ...known({}, "2022-10-04"),
      ...known({ ...UNBUILT, ...UNDONE }, "2022-10-05"),
      ...known(built({ loads: ELSE, changedRates: [430] }), "9999-12-31"),
    ], ASKED),
    [
      "The mart of 2022-10-02..2022-10-03 shows a load that was undone: 'finpipe cdm 2022-10-03' " +
      "removes it, and so on for each of the 2 days",
      "The mart of 9999-12-31 is stale, built before the last load or undo of the day: " +
      "'finpipe cdm --partition 9999-12-31' builds it again",
      "The mart has nothing for 2022-10-01, loaded but not built since: " +
      "'finpipe cdm 2022-10-02' builds it",
    ],
  );
  const unfinished = (isUndo: boolean) => ({
    unfinished: { dataset: "currencies", isUndo } as const,
  });
  assert.deepEqual(
    staleNotes([
      ...known({ ...unfinished(false), ...UNBUILT }, "2022-10-01"),
      ...known({ ...unfinished(true), ...UNDONE }, "2022-10-05"),
    ], ASKED),
    [
      "The mart of 2022-10-01 may be stale, because a load is running or broke off: " +
      "'finpipe load 2022-10-02 --dataset currencies' completes it",
      "The mart of 2022-10-05 may be stale, because an undo is running or broke off: " +
      "'finpipe load 2022-10-06 --dataset currencies --undo' completes it",
    ],
  );
});

Deno.test("stale by its rates, its statuses or its version, a day is told with its cause", () => {
  assert.deepEqual(
    staleNotes([
      ...known(built({ changedRates: [430, 440] }), "2022-10-01"),
      ...known(built({ statuses: ["done", "chargeback"] }), "2022-10-02"),
      ...known(built({ changedRates: [430, 440] }), "2022-10-03"),
      ...known(built({ types: ["c2c"], loads: ELSE }), "2022-10-04"),
      ...known({ mart: { record: undefined, rows: 1, builtAt: AT } }, "2022-10-05", "2022-10-06"),
    ], ASKED),
    [
      "The mart of 2022-10-01 and 2022-10-03 is stale, the rates of currencies 430 and 440 " +
      "have changed: 'finpipe cdm 2022-10-02' builds it again, and so on for each of the 2 days",
      'The mart of 2022-10-02 is stale, built with the statuses "done", "chargeback": ' +
      "'finpipe cdm 2022-10-03' builds it again",
      "The mart of 2022-10-04 is stale, built from another load of currencies; built with the " +
      "types \"c2c\": 'finpipe cdm 2022-10-05' builds it again",
      "The mart of 2022-10-05..2022-10-06 is stale, built by a version that kept no record: " +
      "'finpipe cdm 2022-10-06' builds it again, and so on for each of the 2 days",
    ],
  );
});

Deno.test("a currency that was left out is one sentence, for a day or for many", () => {
  const one = { currency: 440, transactions: 1n, days: 1, first: "2022-10-01", last: "2022-10-01" };
  assert.equal(
    leftOutNote(one),
    "Left out currency 440, which has no dollar rate: 1 counted transaction on 2022-10-01",
  );
  assert.equal(
    leftOutNote({ ...one, transactions: 70n, days: 9, last: "2022-10-31" }),
    "Left out currency 440, which has no dollar rate: 70 counted transactions on 9 days from " +
      "2022-10-01 to 2022-10-31",
  );
});

Deno.test("days that are not over are counted, with the command that shows them", () => {
  assert.equal(
    openDaysNote({ days: 1, first: "2022-10-06", last: "2022-10-06" }),
    "Left out 1 day that is not over by the clock (UTC): 'finpipe report 2022-10-06' shows it",
  );
  assert.equal(
    openDaysNote({ days: 2, first: "2022-10-06", last: "2022-10-09" }),
    "Left out 2 days that are not over by the clock (UTC): " +
      "'finpipe report 2022-10-06..2022-10-09' shows them",
  );
});
