/** What a report shows where there is no row: a command that can be typed as it stands. */
import assert from "node:assert/strict";
import { parseRange } from "../../lib/partitions/run_date.ts";
import { noRowsText } from "../../lib/rendering/mart/no_rows.ts";

const TODAY = Temporal.PlainDate.from("2022-10-06");
const NONE = "The mart has no rows for these dates";

const daysOf = (days: string[]) => days.map((day) => Temporal.PlainDate.from(day));

function textOf(asked?: string, ...unbuilt: string[]): string {
  const range = asked === undefined ? undefined : parseRange(asked, "FROM..TO");
  return noRowsText(range, { unbuilt: daysOf(unbuilt), built: [] }, TODAY);
}

function builtText(asked: string, ...built: string[]): string {
  return noRowsText(parseRange(asked, "FROM..TO"), { unbuilt: [], built: daysOf(built) }, TODAY);
}

const CASES: [what: string, text: string, expected: string][] = [
  [
    "nothing is known",
    textOf(),
    "The mart has no rows: for example, 'finpipe backfill 2022-10-06' builds 2022-10-05",
  ],
  [
    "a day is loaded and not built",
    textOf(undefined, "2022-10-03"),
    `${NONE}: 'finpipe backfill 2022-10-04' builds those that are loaded`,
  ],
  [
    "days are loaded, one of them is not over",
    textOf("2022-10-01..2022-10-31", "2022-10-04", "2022-10-02", "2022-10-06"),
    `${NONE}: 'finpipe backfill 2022-10-03..2022-10-05' builds those that are loaded`,
  ],
  [
    "a day was asked for",
    textOf("2022-10-02"),
    `${NONE}: 'finpipe backfill 2022-10-03' builds those that are missing`,
  ],
  [
    "a month was asked for that is not over",
    textOf("2022-10-01..2022-10-31"),
    `${NONE}: 'finpipe backfill 2022-10-02..2022-10-06' builds those that are missing`,
  ],
  [
    "all of time was asked for",
    textOf("0001-01-01..9999-12-31"),
    `${NONE}: 'finpipe backfill 2022-10-06' builds 2022-10-05`,
  ],
  [
    "a day was asked for that is not over",
    textOf("2022-10-06"),
    `${NONE}, which are not over by the clock (UTC)`,
  ],
  [
    "all that were asked for are built",
    builtText("2022-10-02..2022-10-03", "2022-10-01", "2022-10-02", "2022-10-03"),
    `${NONE}: it was built for them, and no transaction of theirs counts and has a rate`,
  ],
  [
    "one of those that were asked for is not built",
    builtText("2022-10-02..2022-10-03", "2022-10-01", "2022-10-02"),
    `${NONE}: 'finpipe backfill 2022-10-03..2022-10-04' builds those that are missing`,
  ],
];

for (const [what, text, expected] of CASES) {
  Deno.test(`${what}: how to have rows is said`, () => {
    assert.equal(text, expected);
    const [, range] = /'finpipe backfill ([^']+)'/.exec(text) ?? [];
    if (range !== undefined) parseRange(range, "FROM..TO");
  });
}
