/** The lines of a backfill's dates. */
import assert from "node:assert/strict";
import type { BackfilledDay } from "../../lib/backfill/backfill.ts";
import { runOfPartition } from "../../lib/partitions/run_date.ts";
import { DayLines } from "../../lib/rendering/day_lines.ts";

const FIRST = Temporal.PlainDate.from("2022-10-01");

function day(at: number, rows: number): BackfilledDay {
  const facts = { json: {}, lines: [], brief: `${rows} rows`, rows };
  return { ...runOfPartition(FIRST.add({ days: at })), steps: [{ name: "cdm", facts }] };
}

/** All that is shown, in the order in which it can be shown. */
function shown(days: readonly BackfilledDay[]): string[] {
  const lines = new DayLines();
  return [...days.map((day) => lines.add(day)), lines.rest()].map((some) => some.join("\n"));
}

Deno.test("an empty quarter is one line, shown as soon as a day with data comes", () => {
  const empty = Array.from({ length: 90 }, (_, at) => day(at + 1, 0));
  const all = shown([day(0, 7), ...empty, day(91, 7)]);
  assert.deepEqual(all.filter((text) => text !== ""), [
    "2022-10-02 (2022-10-01): cdm: 7 rows",
    "2022-10-03..2022-12-31 (2022-10-02..2022-12-30): 90 dates, each cdm: 0 rows\n" +
    "2023-01-01 (2022-12-31): cdm: 7 rows",
  ]);
  const newestFirst = shown(empty.toReversed()).at(-1);
  assert.equal(
    newestFirst,
    "2022-10-03..2022-12-31 (2022-10-02..2022-12-30): 90 dates, each cdm: 0 rows",
  );
});

Deno.test("dates with nothing to do are one line, and few empty ones a line each", () => {
  const idle = Array.from({ length: 5 }, (_, at) => ({
    ...day(at, 0),
    steps: [{ name: "cdm", skipped: "it is fresh" }],
  }));
  assert.deepEqual(
    shown(idle).at(-1),
    "2022-10-02..2022-10-06 (2022-10-01..2022-10-05): 5 dates, each nothing to do",
  );
  assert.deepEqual(
    shown([day(0, 0), day(1, 0)]).at(-1),
    [
      "2022-10-02 (2022-10-01): cdm: 0 rows",
      "2022-10-03 (2022-10-02): cdm: 0 rows",
    ].join("\n"),
  );
  // Dates that do not follow each other are not a range.
  const apart = shown([0, 1, 2, 3, 5].map((at) => day(at, 0))).filter((text) => text !== "");
  assert.deepEqual(apart, [
    "2022-10-02..2022-10-05 (2022-10-01..2022-10-04): 4 dates, each cdm: 0 rows",
    "2022-10-07 (2022-10-06): cdm: 0 rows",
  ]);
});
