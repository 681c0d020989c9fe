/** Days that change while the books are read are read again, and left out if they change each time. */
import assert from "node:assert/strict";
import { compareBooks } from "../../lib/audit/audit.ts";
import { readBooks } from "../../lib/audit/read_books.ts";
import { auditJson } from "../../lib/rendering/audit/json.ts";
import { summary } from "../../lib/rendering/audit/text.ts";
import type { BooksSnapshot, DumpOfDay } from "../../lib/staging/books.ts";
import { emptyBook, type WarehouseRead } from "../../lib/warehouse/books.ts";
import type { DateRange } from "../../lib/partitions/run_date.ts";

const dayOf = (text: string) => Temporal.PlainDate.from(text);
const DAYS = ["2022-10-01", "2022-10-02", "2022-10-03"].map(dayOf);
const RANGE = { from: DAYS[0]!, to: DAYS[2]! };

const within = ({ from, to }: DateRange) => (day: Temporal.PlainDate) =>
  Temporal.PlainDate.compare(day, from) >= 0 && Temporal.PlainDate.compare(day, to) <= 0;

/** Ends of three days; `moved` and `dumps` say what changes at which reading. */
function ends(
  { moved = () => [], dumps = () => [] }: {
    moved?: (reading: number) => string[];
    dumps?: (look: number) => DumpOfDay[];
  },
) {
  const ranges: string[] = [];
  let looks = 0;
  const snapshot = {
    staged: () => Promise.resolve([]),
    dumps: (range: DateRange) =>
      Promise.resolve(dumps(looks++).filter(({ day }) => within(range)(day))),
    daysWithRows: (range: DateRange) => Promise.resolve(DAYS.filter(within(range))),
    measure: () => Promise.resolve({ rows: 0, objects: 0, controlTotal: "0", conflicts: 0 }),
    unequalSources: () => Promise.resolve([]),
    conflicts: () => Promise.resolve([]),
    sources: () => Promise.resolve([]),
  } as unknown as BooksSnapshot;
  const read = (range: DateRange): Promise<WarehouseRead> => {
    ranges.push(`${range.from}..${range.to}`);
    const days = DAYS.filter(within(range)).map((day) => ({
      day,
      facts: undefined,
      book: emptyBook(),
    }));
    return Promise.resolve({ days, dimensions: [], moved: new Set(moved(ranges.length)) });
  };
  const deps = {
    staging: {
      books: { snapshot: <T>(work: (one: BooksSnapshot) => Promise<T>) => work(snapshot) },
    },
    warehouse: { books: { read } },
    now: () => Temporal.Instant.from("2022-10-06T00:00:00Z"),
    signal: new AbortController().signal,
  };
  return { deps, ranges };
}

const dump = (snapshot: string): DumpOfDay => ({
  dataset: "transactions",
  day: DAYS[1]!,
  sha256: "aa",
  rows: 1,
  stagedRows: 1,
  bytes: 1,
  controlTotal: "1",
  snapshot,
  createdAt: "2022-10-02 00:00:00",
  sources: "[]",
  complete: null,
  version: "1",
});

Deno.test("a day that a load changed while it was read is read again", async () => {
  const { deps, ranges } = ends({ moved: (reading) => reading === 1 ? ["2022-10-02"] : [] });
  const { days, moving } = await readBooks(deps, RANGE);
  assert.deepEqual(ranges, ["2022-10-01..2022-10-03", "2022-10-02..2022-10-02"]);
  assert.deepEqual([days.length, moving.length], [3, 0]);
});

Deno.test("a day that was dumped between the readings of the two ends is read again", async () => {
  const { deps, ranges } = ends({ dumps: (look) => [dump(look === 0 ? "before" : "after")] });
  assert.equal((await readBooks(deps, RANGE)).days.length, 3);
  assert.deepEqual(ranges, ["2022-10-01..2022-10-03", "2022-10-02..2022-10-02"]);
});

Deno.test("nothing is said of a day that changes each time that it is read", async () => {
  const { deps, ranges } = ends({ moved: () => ["2022-10-02"] });
  const { days, moving } = await readBooks(deps, RANGE);
  assert.equal(ranges.length, 4);
  assert.deepEqual(days.map(({ facts }) => `${facts.day}`), ["2022-10-01", "2022-10-03"]);
  assert.deepEqual(moving.map(String), ["2022-10-02"]);
});

Deno.test("books of which a day changed each time are not said to balance", async () => {
  const { deps } = ends({ moved: () => ["2022-10-02"] });
  const asked = { statuses: ["done"], types: undefined };
  const audit = compareBooks(await readBooks(deps, RANGE), { range: RANGE, asked });
  assert.deepEqual(audit.differences, []);
  assert.equal(auditJson(audit).balanced, false);
  assert.match(
    summary(audit),
    /^The books of 2 days balance; of 1 day that changed meanwhile noth/,
  );
});
