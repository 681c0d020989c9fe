/** What audit tells of the core of a day, by the figures that both warehouses give of it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { dayDifferences, dimensionDifferences } from "../../lib/audit/audit.ts";
import { roundedTo } from "../../lib/audit/decimals.ts";
import type { CoreBook, DayBook, FactsBook } from "../../lib/audit/facts.ts";
import { dateRow } from "../../lib/audit/links/dim_dates.ts";
import { unknownDay } from "../../lib/standing/day_facts.ts";
import { emptyBook } from "../../lib/warehouse/books.ts";

const DAY = Temporal.PlainDate.from("2022-10-01");
const AT = "2022-10-02 03:00:00";
const TIME = Temporal.PlainDateTime.from(AT);
const ASKED = { statuses: ["done"], types: undefined };

const STAMPS = { loadedAt: [AT, AT], loadSource: ["finpipe 1.0.0", "finpipe 1.0.0"] } as const;

/** Two payments in dollars, one in 430, one in 470, which has no rate. */
const FACTS: readonly FactsBook[] = ([
  [420, "1.000000", 2, 300n],
  [430, "1.500000", 1, 100n],
  [470, null, 1, 50n],
] as const).map(([currency, rate, facts, amountSum]) => ({
  currency,
  rate,
  facts,
  amountSum,
  without: new Map([["dim_dates", 0], ["dim_accounts", 0]]),
  otherTest: 0,
  seenLater: 0,
  otherDollars: 0,
  stamps: STAMPS,
}));

const USED = [
  { day: `${DAY}`, currency: 430, rate: "1.500000", dateUpdate: `${DAY}`, objectId: "a" },
  { day: `${DAY}`, currency: 470, rate: null, dateUpdate: null, objectId: null },
];
const BUILD = {
  buildId: "c",
  statuses: [],
  types: undefined,
  rows: 4,
  leftOut: 1,
  version: "1.0.0",
  builtAt: AT,
};

const CORE: CoreBook = {
  builds: [BUILD],
  usedRates: USED,
  facts: FACTS,
  rates: { staged: 2, facts: 2, without: 0, same: 2, stamps: STAMPS },
  counted: [
    { currency: 420, transactions: 2, amountSum: 300n, dollars: "3.00000000" },
    { currency: 430, transactions: 1, amountSum: 100n, dollars: "1.50000000" },
    { currency: 470, transactions: 1, amountSum: 50n, dollars: null },
  ],
  dates: [dateRow(DAY)],
  same: 4,
};

function loadBook(rows: number, total: string) {
  return {
    loadId: "l",
    sha256: "aa",
    manifestRows: rows,
    manifestControlTotal: total,
    rows,
    refused: 0,
    controlTotal: total,
    origin: undefined,
    fingerprint: undefined,
  };
}

function bookOf(core: Partial<CoreBook> = {}, facts: Partial<DayBook["facts"]> = {}): DayBook {
  const load = (rows: number) => ({
    loadId: "l",
    sha256: "aa",
    rows,
    refused: 0,
    stagedRows: rows,
    loadedAt: TIME,
    isRestored: false,
  });
  const loads = { transactions: load(4), currencies: load(2) };
  const origin = {
    buildId: "b",
    loads: { transactions: "l", currencies: "l" },
    changedRates: [],
  };
  const dataset = {
    landed: 0,
    rows: 0,
    objects: 0,
    controlTotal: "0",
    sources: [],
    dump: undefined,
    deep: undefined,
  };
  const row = (currency: number, transactions: number, amountTotal: string) => ({
    key: String(20221001000 + currency),
    currency,
    amountTotal,
    transactions,
    perAccount: "1.0000",
    accounts: transactions,
    loadedAt: AT,
    loadSource: "finpipe 1.0.0",
  });
  return {
    isOver: true,
    facts: {
      ...unknownDay(DAY),
      loads,
      core: { record: origin, rows: 4, builtAt: TIME, unfinished: false },
      mart: {
        record: { ...origin, ...ASKED, leftOut: 1 },
        rows: 2,
        builtAt: TIME,
      },
      ...facts,
    },
    staged: { transactions: dataset, currencies: dataset },
    warehouse: {
      ...emptyBook(),
      loads: {
        transactions: loadBook(4, "450"),
        currencies: loadBook(2, "3"),
      },
      staged: {
        transactions: { rows: 4, controlTotal: "450" },
        currencies: { rows: 2, controlTotal: "3" },
      },
      usedRates: USED,
      mart: [row(420, 2, "3.00"), row(430, 1, "1.50")],
      leftOut: [{ currency: 470, transactions: 1, amountSum: 50n, loadedAt: AT }],
      core: { ...CORE, ...core },
    },
  };
}

/** Links that do not hold, of the core. */
const linksOf = (book: DayBook) =>
  dayDifferences(book, ASKED).filter(({ link }) => link === "dwh" || link.startsWith("core_"))
    .map(({ link, left, right, currency }) =>
      `${link}${currency === undefined ? "" : ` ${currency}`}: ${left} | ${right}`
    );

/** The facts of a currency changed. */
const changed = (currency: number, change: Partial<FactsBook>) => ({
  facts: FACTS.map((row) => row.currency === currency ? { ...row, ...change } : row),
});

Deno.test("a core that has each loaded row, and counts as the mart does, is in balance", () => {
  assert.deepEqual(linksOf(bookOf()), []);
  assert.deepEqual(linksOf(bookOf({ same: undefined })), []);
});

const changes: [what: string, core: Partial<CoreBook>, links: string[]][] = [
  [
    "a fact less",
    changed(420, { facts: 1, amountSum: 200n }),
    ["core_build: 4 | 3", "core_facts: 4 | 3", "core_amount: 450 | 350"],
  ],
  [
    "a fact less, by the record too",
    { ...changed(420, { facts: 1 }), builds: [{ ...BUILD, rows: 3 }] },
    ["core_facts: 4 | 3"],
  ],
  ["two builds", { builds: [BUILD, BUILD] }, ["core_build: 1 | 2"]],
  [
    "another number of currencies without a rate",
    { builds: [{ ...BUILD, leftOut: 0 }] },
    ["core_build: 0 | 1"],
  ],
  [
    "statuses and types in the record",
    { builds: [{ ...BUILD, statuses: ["done"], types: ["p2p"] }] },
    ["core_build: every fact | done,p2p"],
  ],
  [
    "facts without an account",
    changed(430, { without: new Map([["dim_accounts", 1]]) }),
    ["core_dimensions: 4 | 3"],
  ],
  ["a test account", changed(430, { otherTest: 1 }), ["core_accounts: 4 | 3"]],
  ["an account seen later", changed(420, { seenLater: 2 }), ["core_accounts: 4 | 2"]],
  ["dollars", changed(430, { otherDollars: 1 }), ["core_dollars: 4 | 3"]],
  ["a rate", changed(430, { rate: "2.5" }), ["core_rate 430: 1.500000 | 2.5"]],
  ["a rate of none", changed(470, { rate: "2.5" }), ["core_rate 470: none | 2.5"]],
  ["a rate of the dollar", changed(420, { rate: "2.5" }), ["core_rate 420: 1 | 2.5"]],
  [
    "a rate that nothing has",
    { usedRates: [...USED, { ...USED[0]!, currency: 999 }] },
    ["core_rate 999: 1.500000 | no facts"],
  ],
  [
    "when it was built",
    changed(430, { stamps: { ...STAMPS, loadedAt: [AT, "2022-10-03 00:00:00"] } }),
    [`core_row: ${AT} | 2022-10-03 00:00:00`],
  ],
  [
    "by which version",
    { builds: [{ ...BUILD, version: "2.0.0" }] },
    [
      "core_row: finpipe 2.0.0 | finpipe 1.0.0",
      "core_row: finpipe 2.0.0 | finpipe 1.0.0",
    ],
  ],
  [
    "a rate fact that is another one",
    { rates: { ...CORE.rates, same: 1 } },
    ["core_rates: 2 | 1"],
  ],
  ["a rate fact more", { rates: { ...CORE.rates, facts: 3 } }, ["core_rates: 2 | 3"]],
  [
    "a rate fact without its currency",
    { rates: { ...CORE.rates, without: 1 } },
    ["core_dimensions: 2 | 1"],
  ],
  ["a date twice", { dates: [dateRow(DAY), dateRow(DAY)] }, ["core_date: 1 | 2"]],
  ["a weekday", { dates: [{ ...dateRow(DAY), weekday: "1" }] }, ["core_date: 6 | 1"]],
  [
    "a count",
    { counted: CORE.counted.map((row) => ({ ...row, transactions: 1 })) },
    ["core_counted 420: 1 | 2"],
  ],
  [
    "nothing counted",
    { counted: [] },
    ["core_counted 420: 0 | 2", "core_counted 430: 0 | 1", "core_counted 470: 0 | 1"],
  ],
  [
    "dollars that are counted",
    { counted: CORE.counted.map((row) => ({ ...row, dollars: row.dollars && "1.49500000" })) },
    ["core_total 420: 1.50 | 3.00"],
  ],
  ["a value", { same: 3 }, ["core_values: 4 | 3"]],
];

for (const [what, core, links] of changes) {
  Deno.test(`a core changed by hand: ${what}`, () => {
    assert.deepEqual(linksOf(bookOf(core)), links);
  });
}

Deno.test("a day without a core, or with one that is stale, is told as such alone", () => {
  const nothing = { builds: [], facts: [], counted: [], dates: [] };
  assert.deepEqual(linksOf(bookOf(nothing, { core: undefined })), ["dwh: 4 | null"]);
  const { core } = bookOf().facts;
  const stale = (change: object) => ({ core: { ...core!, ...change } });
  const record = { ...core!.record!, loads: { transactions: "k", currencies: "l" } };
  assert.deepEqual(linksOf(bookOf(changed(430, { otherTest: 1 }), stale({ record }))), [
    "dwh: l | k",
  ]);
  assert.deepEqual(linksOf(bookOf(changed(420, { facts: 1 }), stale({ unfinished: true }))), [
    "dwh: a build | null",
  ]);
  const rates = { ...core!.record!, changedRates: [430] };
  assert.deepEqual(
    linksOf(bookOf(changed(430, { otherTest: 1 }), stale({ record: rates }))),
    ["dwh: a changed rate of 430 | 1.500000", "core_accounts: 4 | 3"],
  );
  // A mart of another rate, which is stale, is not compared by that currency.
  const book = bookOf();
  const other = book.warehouse.usedRates.map((rate) => ({ ...rate, rate: rate.rate && "9.0" }));
  const mart = book.warehouse.mart.map((row) => ({ ...row, amountTotal: "9.00" }));
  const later = { ...book, warehouse: { ...book.warehouse, usedRates: other, mart } };
  assert.deepEqual(linksOf(later), ["core_total 420: 3.00 | 9.00"]);
});

Deno.test("facts of a day that no build made are told", () => {
  const book = bookOf({}, { core: undefined });
  const loads = { transactions: undefined, currencies: undefined };
  const facts = { ...book.facts, loads, mart: undefined };
  const warehouse = { ...book.warehouse, loads, mart: [], leftOut: [] };
  assert.deepEqual(
    linksOf({ ...book, facts, warehouse: { ...warehouse, core: { ...CORE, builds: [] } } }),
    ["core_facts: null | 4", "core_rates: null | 2"],
  );
});

Deno.test("a dimension has each member once, and says what it is", () => {
  const book = { dimension: "dim_accounts", rows: 3, keys: 3, members: 3, other: 0 };
  const told = (change: Partial<typeof book>) =>
    dimensionDifferences({ ...book, ...change }).map(({ link, left, right, dimension }) =>
      `${dimension} ${link}: ${left} | ${right}`
    );
  assert.deepEqual(told({}), []);
  assert.deepEqual(told({ rows: 0, keys: 0, members: 0 }), []);
  assert.deepEqual(told({ keys: 2 }), ["dim_accounts core_members: 3 | 2"]);
  assert.deepEqual(told({ members: 2 }), ["dim_accounts core_members: 3 | 2"]);
  assert.deepEqual(told({ other: 1 }), ["dim_accounts core_members: 3 | 2"]);
});

Deno.test("what is known of a date: ISO weeks, Monday first", () => {
  const row = (text: string) => Object.values(dateRow(Temporal.PlainDate.from(text))).join(" ");
  assert.equal(row("2022-10-01"), "2022-10-01 2022 4 10 1 2022 39 6 true");
  assert.equal(row("2021-01-03"), "2021-01-03 2021 1 1 3 2020 53 7 true");
  assert.equal(row("2024-12-30"), "2024-12-30 2024 4 12 30 2025 1 1 false");
});

Deno.test("a decimal is rounded half away from zero", () => {
  assert.deepEqual(
    ["1.005", "-1.005", "0.00499999", "-0.004", "2", ".5"].map((text) => roundedTo(text, 2)),
    ["1.01", "-1.01", "0.00", "0.00", "2.00", "0.50"],
  );
  fc.assert(fc.property(fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }), (units) => {
    const size = (units < 0n ? -units : units).toString().padStart(9, "0");
    const text = `${units < 0n ? "-" : ""}${size.slice(0, -8)}.${size.slice(-8)}`;
    const rest = units - BigInt(roundedTo(text, 2).replace(".", "")) * 1_000_000n;
    assert.ok(rest >= -500_000n && rest <= 500_000n);
    if (rest === 500_000n || rest === -500_000n) assert.ok(rest < 0n === units > 0n);
  }));
});
