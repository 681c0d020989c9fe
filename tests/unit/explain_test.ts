/** One cell of the mart explained, and its history: what is told of it, in words and as JSON. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { dollarsOf } from "../../lib/explain/amount.ts";
import type { CellChanges, CellRecords, CellRows, Figures } from "../../lib/explain/cell.ts";
import { explained } from "../../lib/explain/explain.ts";
import { restated } from "../../lib/explain/history.ts";
import { explainedLines } from "../../lib/rendering/cell/explained.ts";
import { historyLines } from "../../lib/rendering/cell/history.ts";
import { explainedJson, restatedJson } from "../../lib/rendering/cell/json.ts";
import { type ErrorKind, FinpipeError } from "../../lib/runtime/errors.ts";
import type { BuildRecord, WarehouseDay } from "../../lib/standing/facts.ts";
import { steadyRead } from "../../lib/warehouse/steady_read.ts";

const DAY = Temporal.PlainDate.from("2022-10-01");
const CELL = { day: DAY, currency: 430 };
const ASKED = { statuses: ["done"], types: undefined };
const AT = "2022-10-02 03:04:05";
const LOAD_FACTS = {
  loadId: "l",
  sha256: "aa",
  rows: 9,
  refused: 0,
  stagedRows: 20,
  loadedAt: Temporal.PlainDateTime.from("2022-10-02T03:00:00"),
  isRestored: false,
};
const RECORD: BuildRecord = {
  buildId: "b1",
  loads: { transactions: "l", currencies: "l" },
  ...ASKED,
  leftOut: 0,
  changedRates: [],
};
const LOAD = {
  sha256: "aa",
  rows: 9,
  refused: 0,
  loadedAt: AT,
  version: "0.2.0",
  dump: {
    createdAt: AT,
    sources: [{ source: "payments", partition: 2, nextPosition: "41" }],
  },
};
const RATE = { value: "0.500000", dateUpdate: "2022-09-30 08:00:00", objectId: "o" };

const figures = (amountTotal: string, transactions: bigint, accounts: bigint): Figures => ({
  amountTotal,
  transactions,
  perAccount: "1.5000",
  accounts,
});
const rows = (reason: CellRows["reason"], count: number, value?: string): CellRows => ({
  reason,
  value,
  rows: count,
  amountSum: String(count * 1000 + 1),
  accounts: 1,
});

function dayFacts(record: Partial<BuildRecord> | undefined = {}): WarehouseDay {
  return {
    day: DAY,
    loads: { transactions: LOAD_FACTS, currencies: LOAD_FACTS },
    unfinished: undefined,
    core: undefined,
    mart: {
      record: record && { ...RECORD, ...record },
      rows: 1,
      builtAt: Temporal.PlainDateTime.from("2022-10-02T04:00:00"),
    },
  };
}

const RECORDS: CellRecords = {
  facts: dayFacts(),
  figures: figures("15.01", 3n, 2n),
  isLeftOut: false,
  build: { ...ASKED, version: "0.2.0", builtAt: AT, rate: RATE },
  rateNow: RATE,
  rows: [
    rows("counted", 3),
    rows("status", 1, "queued"),
    rows("status", 2, "blocked"),
    rows("test_account", 1),
  ],
  loads: { transactions: LOAD, currencies: LOAD },
};

function refuses(run: () => unknown, kind: ErrorKind, message: RegExp, hint: RegExp): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof FinpipeError, String(error));
    assert.equal(error.kind, kind);
    assert.match(error.message, message);
    assert.match(error.hint!, hint);
    return true;
  });
}

const textOf = (records: CellRecords, cell = CELL) =>
  explainedLines(explained(cell, records, ASKED)).join("\n");
const jsonOf = (records: CellRecords, cell = CELL) =>
  explainedJson(explained(cell, records, ASKED));

Deno.test("the formula rounds half away from zero, and knows no zero below zero", () => {
  assert.equal(dollarsOf("62010247", "1.010000"), "626303.49");
  assert.equal(dollarsOf("1", "0.500000"), "0.01");
  assert.equal(dollarsOf("-1", "0.500000"), "-0.01");
  assert.equal(dollarsOf("-1", "0.499999"), "0.00");
  assert.equal(dollarsOf("0", "3.000000"), "0.00");
  assert.equal(dollarsOf("-12345", "1.000000"), "-123.45");
  const rates = fc.bigInt({ min: 1n, max: 999_999_999_999_999_999n });
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 100n), max: 2n ** 100n }), rates, (sum, millionths) => {
      const digits = String(millionths).padStart(7, "0");
      const given = dollarsOf(String(sum), `${digits.slice(0, -6)}.${digits.slice(-6)}`);
      assert.match(given, /^-?\d+\.\d\d$/);
      const cents = BigInt(given.replace(".", ""));
      const off = sum * millionths - cents * 1_000_000n;
      assert.ok(off <= 500_000n && off >= -500_000n, "to the nearest cent");
    }),
  );
});

Deno.test("a cell is explained from its figures down", () => {
  assert.equal(
    textOf(RECORDS),
    `2022-10-01, currency 430: 15.01 US dollars

Formula      3001 hundredths of currency 430 * 0.500000 / 100 = 15.01
             3 / 2 = 1.5000 per account
Rate         0.500000 US dollars for 1 of currency 430, dated 2022-09-30 08:00:00, object_id o
Counted      3 rows of 1 account, with a sum of 3001 hundredths of currency 430
             status "done", all types, no test accounts
Not counted  4 rows
             1 of test accounts
             2 status "blocked"
             1 status "queued"
Built        2022-10-02 03:04:05 by finpipe 0.2.0
Loaded       transactions: 2022-10-02 03:04:05 by finpipe 0.2.0, 9 rows, sha256 aa
             currencies: 2022-10-02 03:04:05 by finpipe 0.2.0, 9 rows, sha256 aa
Dumped       transactions: 2022-10-02 03:04:05, from what was read up to
               position 41 of payments[2]
             currencies: 2022-10-02 03:04:05, from what was read up to
               position 41 of payments[2]`,
  );
  assert.deepEqual(Object.keys(jsonOf(RECORDS)), [
    "date",
    "currency",
    "amount_total",
    "cnt_transactions",
    "avg_transactions_per_account",
    "cnt_accounts_make_transactions",
    "rate",
    "counted",
    "not_counted",
    "loads",
    "dumps",
    "stale",
  ]);
});

Deno.test("words of the data stay words: of statuses, types and sources", () => {
  const hostile = {
    ...RECORDS,
    rows: [rows("status", 1, "__proto__"), rows("type", 2, "a\u001b[2J\n")],
  };
  assert.match(JSON.stringify(jsonOf(hostile).not_counted), /"by_status":\{"__proto__":1\}/);
  const text = textOf(hostile);
  assert.match(text, /1 status "__proto__"/);
  assert.ok(!text.includes("\u001b"));
});

Deno.test("the dollar has a rate that comes from nowhere, whatever is counted", () => {
  const dollar = { day: DAY, currency: 420 };
  const build = { ...RECORDS.build!, rate: undefined };
  const rate = { value: "1.000000", date_update: null, object_id: null };
  const records = { ...RECORDS, build, rateNow: undefined };
  assert.deepEqual(jsonOf(records, dollar).rate, rate);
  const none = { ...records, figures: undefined, rows: [rows("status", 1, "queued")] };
  assert.deepEqual(jsonOf(none, dollar).rate, rate);
  assert.match(textOf(records, dollar), /3001 cents \* 1.000000 \/ 100 = 30.01, not 15.01/);
  assert.match(textOf(records, dollar), /Rate +1.000000, because it is the dollar/);
});

Deno.test("a currency that is left out, or has nothing that is counted, has no figures", () => {
  const build = { ...RECORDS.build!, rate: undefined };
  const leftOut = { ...RECORDS, figures: undefined, isLeftOut: true, build, rateNow: undefined };
  const json = jsonOf(leftOut);
  assert.deepEqual([json.amount_total, json.cnt_transactions, json.rate], [null, null, null]);
  assert.deepEqual(json.counted, { rows: 3, amount_sum: "3001", accounts: 1 });
  assert.match(textOf(leftOut), /430: left out of the mart, because no dollar rate is known\n/);
  assert.match(textOf(leftOut), /Rate +none that is dated on or before 2022-10-01\n/);
  // A rate that is known now is none that the build used.
  assert.equal(jsonOf({ ...leftOut, rateNow: RATE }).rate, null);

  const queued = { ...RECORDS, figures: undefined, build, rows: [rows("status", 1, "queued")] };
  const { amount_total, rate, counted } = jsonOf(queued);
  assert.deepEqual([amount_total, rate?.value], [null, "0.500000"]);
  assert.deepEqual(counted, { rows: 0, amount_sum: "0", accounts: 0 });
  assert.match(textOf(queued), /430: not in the mart, because no row is counted\n/);
  assert.match(textOf(queued), /Rate +0.500000 .*, not used\n/);
});

Deno.test("what an older version built is stale, and nobody knows what it counted", () => {
  const old = { ...RECORDS, facts: dayFacts(undefined), build: undefined };
  old.facts.mart!.record = undefined;
  const { counted, not_counted, rate, stale, amount_total } = jsonOf(old);
  assert.deepEqual([counted, not_counted, rate, amount_total], [null, null, null, "15.01"]);
  assert.equal(stale, "built by a version that kept no record");
  const text = textOf(old);
  assert.match(text, /\nStale: built by a version that kept no record\n/);
  assert.match(text, /Formula +15.01: nobody recorded from what it was built\n/);
});

Deno.test("a cell is stale by its own rate, and not by another currency's", () => {
  const stale = (changedRates: number[]) =>
    jsonOf({ ...RECORDS, facts: dayFacts({ changedRates }) }).stale;
  assert.equal(stale([410, 440]), null);
  assert.equal(stale([410, 430]), "the rate of currency 430 has changed");
  const undone = {
    ...RECORDS,
    facts: { ...dayFacts(), loads: { transactions: undefined, currencies: LOAD_FACTS } },
    loads: { transactions: undefined, currencies: LOAD },
    rows: [],
  };
  const json = jsonOf(undone);
  assert.match(json.stale!, /the load of transactions that it was built from was undone/);
  assert.deepEqual([json.loads.transactions, json.dumps.transactions], [null, null]);
  assert.match(textOf(undone), /= 0.00, not 15.01: it is stale/);
  assert.match(textOf(undone), /Loaded +transactions: no load stands\n/);
});

Deno.test("what is not there is refused with the command that helps", () => {
  const none = { ...RECORDS, figures: undefined, rows: [] };
  refuses(
    () => explained(CELL, none, ASKED),
    "failed",
    /^2022-10-01 has no transactions of currency 430$/,
    /'finpipe report 2022-10-01'/,
  );
  const unbuilt = { ...RECORDS, facts: { ...dayFacts(), mart: undefined } };
  refuses(
    () => explained(CELL, unbuilt, ASKED),
    "prerequisite",
    /not built/,
    /'finpipe cdm 2022-10-02'/,
  );
  const unknown = { ...RECORDS, facts: undefined };
  refuses(
    () => explained(CELL, unknown, ASKED),
    "prerequisite",
    /^The mart of 2022-10-01 was not built$/,
    /'finpipe backfill 2022-10-02'/,
  );
});

const CHANGES: CellChanges = {
  facts: dayFacts(),
  changes: [
    { before: undefined, rate: RATE, id: "a" as string | undefined },
    { before: figures("1.00", 1n, 1n), rate: RATE, id: "b" },
    { before: figures("2.00", 2n, 1n), rate: undefined, id: undefined },
    { before: undefined, rate: { value: "0.700000", dateUpdate: AT }, id: "c" },
  ].map(({ id, ...change }, at) => ({
    builtAt: `2022-10-0${at + 2} 03:04:05`,
    version: "0.2.0",
    loads: { transactions: id, currencies: "r" },
    dumpedAt: { transactions: id && AT, currencies: undefined },
    ...change,
  })),
  figures: figures("3.00", 1n, 1n),
};

Deno.test("what one build made of a cell stands with the next one, or in the mart", () => {
  const history = restated(CELL, CHANGES);
  const amounts = history.map(restatedJson).map(({ before, after, rate, loads }) => [
    before?.amount_total,
    after?.amount_total,
    rate,
    loads.transactions,
  ]);
  assert.deepEqual(amounts, [
    [undefined, "1.00", "0.500000", "a"],
    ["1.00", "2.00", "0.500000", "b"],
    ["2.00", undefined, null, null],
    [undefined, "3.00", "0.700000", "c"],
  ]);
  const lines = historyLines(CELL, history);
  assert.equal(lines[0], "2022-10-01, currency 430: 4 builds changed it");
  assert.deepEqual(lines.slice(-7), [
    "",
    "2022-10-05 03:04:05 by finpipe 0.2.0",
    "  before  nothing",
    "  after   3.00 US dollars, 1 transaction of 1 account, 1.5000 per account",
    "  rate    0.700000, dated 2022-10-02 03:04:05",
    "  loads   transactions: c, dumped 2022-10-02 03:04:05",
    "          currencies: r",
  ]);
});

Deno.test("of the dollar a build has the rate 1 where it made a row, else none", () => {
  const changes = CHANGES.changes.map((change) => ({ ...change, rate: undefined }));
  const history = restated({ day: DAY, currency: 420 }, { ...CHANGES, changes });
  const rates = history.map(restatedJson).map(({ rate }) => rate);
  assert.deepEqual(rates, ["1.000000", "1.000000", null, "1.000000"]);
});

Deno.test("a history without builds: of an older version's cell, of none, of no mart", () => {
  const none = { ...CHANGES, changes: [] };
  assert.deepEqual(restated(CELL, none), []);
  assert.match(historyLines(CELL, [])[0]!, /no build that is recorded has changed it/);
  const never = { ...none, figures: undefined };
  refuses(() => restated(CELL, never), "failed", /never had currency 430/, /finpipe report/);
  const unbuilt = { ...never, facts: undefined };
  refuses(
    () => restated(CELL, unbuilt),
    "prerequisite",
    /not built/,
    /finpipe backfill 2022-10-02/,
  );
  // What was removed was built once.
  const removed = restated(CELL, { ...CHANGES, facts: undefined, figures: undefined });
  assert.equal(removed.at(-1)!.after, undefined);
});

Deno.test("a read is made again while the records change, and given up where they always do", async () => {
  const read = async (changes: number) => {
    let looks = 0;
    const seen: number[] = [];
    const look = () => Promise.resolve({ build: Math.min(looks++, changes) });
    const result = await steadyRead(DAY, look, ({ build }) => {
      seen.push(build);
      return Promise.resolve(build);
    });
    return { result, seen };
  };
  assert.deepEqual(await read(0), { result: 0, seen: [0] });
  assert.deepEqual(await read(2), { result: 2, seen: [0, 1, 2] });
  await assert.rejects(read(Infinity), (error) => {
    assert.ok(error instanceof FinpipeError);
    assert.equal(error.kind, "locked");
    return true;
  });
});
