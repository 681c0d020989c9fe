/** Days that are not over by the clock are not processed unasked. */
import assert from "node:assert/strict";
import { refuseOpenDay, refuseOpenRange } from "../../lib/partitions/open_day.ts";
import { parseRange, runOfDate, runOfPartition } from "../../lib/partitions/run_date.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";

const BEFORE_MIDNIGHT = Temporal.Instant.from("2022-10-05T23:59:59.999999Z");
const MIDNIGHT = Temporal.Instant.from("2022-10-06T00:00:00Z");
const OPTION = "To process the data so far, add --allow-open-day";

function refusal(work: () => void): { message: string; hint: string | undefined } {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof FinpipeError, String(error));
    assert.equal(error.kind, "prerequisite");
    return { message: error.message, hint: error.hint };
  }
  assert.fail("it was not refused");
}

Deno.test("a day is over with its last moment, in UTC", () => {
  const run = runOfPartition(Temporal.PlainDate.from("2022-10-05"));
  refuseOpenDay("dump", run, MIDNIGHT);
  assert.deepEqual(refusal(() => refuseOpenDay("dump", run, BEFORE_MIDNIGHT)), {
    message: "Cannot dump: partition 2022-10-05 is not over by the clock (UTC)",
    hint:
      `The last possible run date is 2022-10-05 (partition 2022-10-04): 'finpipe dump 2022-10-05'. ${OPTION}`,
  });
  // The run of today, which is what a command without a date takes, is of yesterday.
  refuseOpenDay("load", runOfDate(Temporal.PlainDate.from("2022-10-05")), BEFORE_MIDNIGHT);
});

Deno.test("a range is refused for its last date, and the part of it that can is named", () => {
  refuseOpenRange(parseRange("2022-10-01..2022-10-06", "range"), MIDNIGHT);
  for (
    const [range, message, command] of [
      [
        "2022-10-04..2022-10-08",
        "2022-10-04..2022-10-08: partition 2022-10-06",
        "2022-10-04..2022-10-06",
      ],
      ["2022-10-06..2022-10-07", "2022-10-06..2022-10-07: partition 2022-10-06", "2022-10-06"],
      ["2027-01-01..2027-01-03", "2027-01-01..2027-01-03: partition 2026-12-31", "2022-10-06"],
      ["2022-10-07", "2022-10-07..2022-10-07: partition 2022-10-06", "2022-10-06"],
    ] as const
  ) {
    assert.deepEqual(refusal(() => refuseOpenRange(parseRange(range, "range"), MIDNIGHT)), {
      message: `Cannot backfill ${message} is not over by the clock (UTC)`,
      hint:
        `The last possible run date is 2022-10-06 (partition 2022-10-05): 'finpipe backfill ${command}'. ${OPTION}`,
    });
  }
});

Deno.test("the last day that there is is not over either", () => {
  const run = runOfPartition(Temporal.PlainDate.from("9999-12-31"));
  assert.match(
    refusal(() => refuseOpenDay("load", run, MIDNIGHT)).message,
    /load: partition 9999-12-31/,
  );
});

Deno.test("what is to be typed takes the options that were given, but the day", () => {
  const open = runOfPartition(Temporal.PlainDate.from("2022-10-06"));
  const given = ["--dataset", "currencies", "--partition", "2022-10-06"];
  assert.ok(
    refusal(() => refuseOpenDay("dump", open, MIDNIGHT, given)).hint!
      .includes("'finpipe dump 2022-10-06 --dataset currencies'"),
  );
  const range = parseRange("2022-10-04..2022-10-08", "range");
  assert.ok(
    refusal(() => refuseOpenRange(range, MIDNIGHT, ["--types", "a b,c"])).hint!
      .includes(`'finpipe backfill 2022-10-04..2022-10-06 --types "a b,c"'`),
  );
});
