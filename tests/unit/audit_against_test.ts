/** Figures of another system: their file, and how they are compared. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { againstDifferences, notCompared, type OtherFigures } from "../../lib/audit/against.ts";
import { readOtherFigures } from "../../lib/audit/against_file.ts";
import type { DayBook } from "../../lib/audit/facts.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { emptyBook } from "../../lib/warehouse/books.ts";

const NEVER = new AbortController().signal;

/** The figures of a file with such a text. */
async function read(text: string | Uint8Array): Promise<OtherFigures> {
  const folder = await Deno.makeTempDir({ prefix: "finpipe-against-" });
  try {
    const path = join(folder, "figures.csv");
    await Deno.writeFile(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
    return await readOtherFigures(path, NEVER);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const plain = (figures: OtherFigures) =>
  [...figures].flatMap(([date, currencies]) =>
    [...currencies].map(([currency, { count, sum }]) => `${date} ${currency} ${count} ${sum}`)
  );

Deno.test("a file may have a header, in any case, or none", async () => {
  const rows = "2022-10-01,430,52,-62630349\n2022-10-01,7,1,+5\n";
  const expected = ["2022-10-01 430 52 -62630349", "2022-10-01 7 1 5"];
  for (const header of ["", "date,currency,count,sum\n", "Date, CURRENCY ,Count,Sum\r\n"]) {
    assert.deepEqual(plain(await read(header + rows)), expected, header);
  }
  assert.deepEqual(plain(await read(`\ufeff"date",currency,count,sum\n\n${rows}`)), expected);
  assert.deepEqual(plain(await read(rows.trimEnd())), expected);
  assert.deepEqual(plain(await read("")), []);
});

Deno.test("a file that is no such CSV is refused, naming the line", async () => {
  const good = "2022-10-01,430,52,1\n";
  for (
    const [text, message] of [
      [`${good}2022-10-01,440,52\n`, /line 2: it has 3 columns, not the four/],
      [`${good}\n2022-02-30,440,52,1\n`, /line 3: "2022-02-30" is no date/],
      [`${good}date,currency,count,sum\n`, /line 2: "date" is no date/],
      ["2022-10-01,USD,1,1\n", /line 1: "USD" is no currency from 0 to 999/],
      ["2022-10-01,430,1.5,1\n", /line 1: its count is no whole number/],
      ["2022-10-01,430,1,12.50\n", /line 1: its sum is no whole number of minor units/],
      [`${good}2022-10-01,0430,1,1\n`, /line 2: "0430" is no currency/],
      [good + good, /line 2: currency 430 of 2022-10-01 is in the file twice/],
      [`${good}2022-10-01,"4\n`, /line 2: it is no CSV|line 3: it is no CSV/],
    ] as const
  ) {
    await assert.rejects(read(text), (error) => {
      assert.ok(isKind(error, "data"), String(error));
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("a file that is absent, or a folder, cannot be read", async () => {
  for (const path of ["/nowhere/figures.csv", "/tmp"]) {
    await assert.rejects(
      readOtherFigures(path, NEVER),
      (error) => isKind(error, "failed") && error.message.startsWith(`Cannot read "${path}"`),
    );
  }
});

const figures = (...rows: [date: string, currency: number, count: number, sum: bigint][]) => {
  const found = new Map<string, Map<number, { count: number; sum: bigint }>>();
  for (const [date, currency, count, sum] of rows) {
    found.set(date, (found.get(date) ?? new Map()).set(currency, { count, sum }));
  }
  return found;
};

/** A day on which these are counted; undefined: it was never built. */
function book(date: string, counted: [currency: number, count: number, sum: bigint][] | undefined) {
  return {
    facts: { day: Temporal.PlainDate.from(date) },
    warehouse: {
      ...emptyBook(),
      counted: counted?.map(([currency, transactions, amountSum]) => {
        return { currency, transactions, amountSum, accounts: 1 };
      }),
    },
  } as unknown as DayBook;
}

Deno.test("each figure that is not equal on both sides is told", () => {
  const days = [
    book("2022-10-01", [[430, 2, 100n], [440, 1, 5n], [450, 1, 7n]]),
    book("2022-10-02", undefined),
  ];
  const others = figures(
    ["2022-10-01", 430, 3, 90n],
    ["2022-10-01", 440, 1, 5n],
    ["2022-10-01", 460, 4, 1n],
    ["2022-10-01", 470, 0, 0n],
    ["2022-10-02", 430, 1, 1n],
    ["2022-10-03", 430, 1, 1n],
    ["2023-01-01", 430, 1, 1n],
  );
  const isCompared = ({ year }: Temporal.PlainDate) => year === 2022;
  const told = againstDifferences(days, others, isCompared).map((found) =>
    `${found.day} ${found.link} ${found.currency}: ${found.left} | ${found.right}: ${found.cause}`
  );
  assert.deepEqual(told, [
    "2022-10-01 against_count 430: 2 | 3: the other system counts 1 transaction more",
    "2022-10-01 against_sum 430: 100 | 90: the other system's sum is less by 10",
    "2022-10-01 against_count 450: 1 | null: the other system's file has no such row",
    "2022-10-01 against_count 460: null | 4: nothing of the currency is counted here",
    "2022-10-02 against_count 430: null | 1: the day was never built here",
    "2022-10-03 against_count 430: null | 1: nothing is known of this day here",
  ]);
  assert.equal(notCompared(others, isCompared), 1);
});
