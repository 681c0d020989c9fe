/** Run dates and partitions: arithmetic on any date, and what is refused. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  datesOf,
  parseDate,
  parseRange,
  partitionOf,
  runOfDate,
  runOfPartition,
  today,
} from "../../lib/partitions/run_date.ts";
import { isKind } from "../../lib/runtime/errors.ts";

const FIRST = Temporal.PlainDate.from("0001-01-01");
const DAYS = FIRST.until("9999-12-31").days;

/** Any date of the years 0001 to 9999. */
const date = fc.integer({ min: 0, max: DAYS }).map((days) => FIRST.add({ days }));

Deno.test("a backfill of 2022-10-02..2022-11-01 makes 31 runs, for the days of October", () => {
  const runs = [...datesOf(parseRange("2022-10-02..2022-11-01", "RANGE"))].map(runOfDate);
  assert.equal(runs.length, 31);
  assert.equal(String(runs.at(0)!.partition), "2022-10-01");
  assert.equal(String(runs.at(-1)!.partition), "2022-10-31");
});

Deno.test("a run date's partition is the day before, and leads back to it", () => {
  // There is no day before the first one.
  const later = date.filter((date) => date.toString() !== "0001-01-01");
  fc.assert(fc.property(later, (runDate) => {
    const partition = partitionOf(runDate);
    assert.equal(partition.until(runDate).days, 1);
    const run = runOfPartition(partition);
    assert.ok(run.runDate.equals(runDate) && run.partition.equals(partition));
    const same = runOfDate(runDate);
    assert.ok(same.runDate.equals(runDate) && same.partition.equals(partition));
  }));
});

Deno.test("a date is read back from its text", () => {
  fc.assert(fc.property(date, (date) => {
    assert.ok(parseDate(date.toString(), "DATE").equals(date));
  }));
});

Deno.test("a text is read as the date that it says, or is a usage error", () => {
  const digits = fc.stringMatching(/^\d{4}-\d{2}-\d{2}$/);
  fc.assert(fc.property(fc.oneof(digits, fc.string()), (text) => {
    try {
      assert.equal(parseDate(text, "DATE").toString(), text);
    } catch (error) {
      assert.ok(isKind(error, "usage"));
    }
  }));
});

for (
  const text of [
    "0000-01-01",
    "2022-02-29",
    "2022-13-01",
    "2022-1-1",
    "20221001",
    "-000001-01-01",
    "+012022-01-01",
    "2022-10-01T00:00",
    "2022-10-01[u-ca=hebrew]",
    " 2022-10-01",
    "",
  ]
) {
  Deno.test(`"${text}" is no date`, () => {
    assert.throws(
      () => parseDate(text, "--partition"),
      (error) => isKind(error, "usage") && error.message.includes(`--partition "${text}"`),
    );
  });
}

Deno.test("a range has every date from the first to the last, once and in order", () => {
  fc.assert(fc.property(date, fc.integer({ min: 0, max: 400 }), (from, days) => {
    const to = from.add({ days });
    fc.pre(to.year <= 9999);
    const dates = [...datesOf(parseRange(`${from}..${to}`, "RANGE"))];
    assert.equal(dates.length, days + 1);
    dates.forEach((date, index) => assert.ok(date.equals(from.add({ days: index }))));
  }));
});

Deno.test("one date alone is a range of one", () => {
  fc.assert(fc.property(date, (date) => {
    const { from, to } = parseRange(date.toString(), "RANGE");
    assert.ok(from.equals(date) && to.equals(date));
  }));
});

Deno.test("a range that ends before it starts is a usage error with the mend", () => {
  fc.assert(fc.property(date, date, (a, b) => {
    fc.pre(Temporal.PlainDate.compare(a, b) > 0);
    assert.throws(
      () => parseRange(`${a}..${b}`, "RANGE"),
      (error) => isKind(error, "usage") && error.hint === `Write it as ${b}..${a}`,
    );
  }));
});

for (const text of ["..", "2022-10-01..", "..2022-10-01", "2022-10-01...2022-10-02", "a..b..c"]) {
  Deno.test(`"${text}" is no range`, () => {
    assert.throws(() => parseRange(text, "RANGE"), (error) => isKind(error, "usage"));
    if (text.includes("...")) return;
    assert.throws(() => parseRange(text, "RANGE"), {
      message: `Cannot read RANGE "${text}": not a range`,
    });
  });
}

Deno.test("today is UTC's date", () => {
  assert.equal(String(today(Temporal.Instant.from("2022-10-01T23:59:59.999999Z"))), "2022-10-01");
  assert.equal(String(today(Temporal.Instant.from("2022-10-02T00:00:00+00:00"))), "2022-10-02");
  assert.equal(String(today(Temporal.Instant.from("2022-10-02T01:00:00+02:00"))), "2022-10-01");
});
