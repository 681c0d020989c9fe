/** Text from elsewhere, such as a file's or a path's, on a terminal. */
import assert from "node:assert/strict";
import { againstDifferences } from "../../lib/audit/against.ts";
import { compareBooks } from "../../lib/audit/audit.ts";
import type { DayBook } from "../../lib/audit/facts.ts";
import { auditText } from "../../lib/rendering/audit/text.ts";
import { describeError, FinpipeError } from "../../lib/runtime/errors.ts";
import { createLogger } from "../../lib/runtime/log.ts";
import { printable, printableLines } from "../../lib/runtime/printable.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { CaughtOutput } from "../support/output.ts";
import { emptyBook } from "../../lib/warehouse/books.ts";

const HOSTILE = "\u001b[31m\u0007\u007f\u009b2J\u202e\u2066\u2028";
const SHOWN = "\\u001b[31m\\u0007\\u007f\\u009b2J\\u202e\\u2066\\u2028";

Deno.test("what moves the cursor, turns the direction or is not seen is shown as escapes, other text as it is", () => {
  assert.equal(printable(HOSTILE), SHOWN);
  assert.equal(printable("a\nb\tc"), "a\\nb\\tc");
  assert.equal(printable("\ufeffdone\u200b\u00ad"), "\\ufeffdone\\u200b\\u00ad");
  assert.equal(printable("\u{e0041}"), "\\udb40\\udc41");
  assert.equal(printable('плата "é" 日本 עברית 👍'), 'плата "é" 日本 עברית 👍');
  assert.equal(printableLines(`${HOSTILE}\n  b`), `${SHOWN}\n  b`);
});

Deno.test("no name begins a line of its own, in an error or in the log", async () => {
  const name = "a\nfinpipe: forged\r\u2028b";
  const shown = "a\\nfinpipe: forged\\r\\u2028b";
  const error = new FinpipeError("data", `Cannot read "${name}"`, {
    hint: `Name another file than "${name}"`,
    list: [`  first: "${name}"`, "  second"],
  });
  assert.equal(error.message, `Cannot read "${shown}"\n  first: "${shown}"\n  second`);
  assert.deepEqual([error.summary, error.list.length], [`Cannot read "${shown}"`, 2]);
  assert.equal(describeError(error), `${error.message}\n  Name another file than "${shown}"`);
  const unexpected = describeError(new Error(name)).split("\n");
  assert.deepEqual([unexpected[0], unexpected.length], [`Unexpected error: ${shown}`, 2]);
  for (const format of ["text", "json"] as const) {
    const output = new CaughtOutput();
    const log = createLogger({ level: "info", format, output, now: Temporal.Now.instant });
    log.info(`Read "${name}"`, { path: `${name}\u009b` });
    await log.flush();
    const [line, end, ...more] = output.text().split("\n");
    assert.deepEqual([end, more], ["", []]);
    assert.equal(line, printable(line!));
    if (format === "text") assert.equal(line, `Read "${shown}" path=${shown}\\u009b`);
    else assert.equal(JSON.parse(line!).path, `${name}\u009b`, "a program gets the name as it is");
  }
});

Deno.test("what the command line has is shown likewise", async () => {
  for (
    const args of [["dump", `--\u009b2J`], ["a\nb"], ["dump", "1\n", "\x1b[2J"], [
      "rejected",
      "\x07",
    ]]
  ) {
    const { stderr } = await runCli(args);
    assert.equal(stderr.split("\n").length, 3, stderr);
    assert.equal(stderr, printableLines(stderr));
  }
});

Deno.test("errors and the log as text show no such character as it is", async () => {
  const error = new FinpipeError("data", `Cannot read "${HOSTILE}"`, { hint: `Run '${HOSTILE}'` });
  assert.equal(describeError(error), `Cannot read "${SHOWN}"\n  Run '${SHOWN}'`);
  const debug = describeError(new Error(HOSTILE), true);
  assert.equal(debug, printableLines(debug));
  const written: string[] = [];
  const log = createLogger({
    level: "info",
    format: "text",
    output: { write: (text: string) => Promise.resolve(void written.push(text)) } as never,
    now: Temporal.Now.instant,
  });
  log.warn(`Left out "${HOSTILE}"`, { path: HOSTILE });
  await log.flush();
  assert.deepEqual(written, [`warn: Left out "${SHOWN}" path=${SHOWN}\n`]);
});

/** Differences of a day of which nothing is known, as many as currencies and days. */
function manyFigures(days: number) {
  const first = Temporal.PlainDate.from("2022-10-01");
  const figures = () =>
    new Map(Array.from({ length: 1000 }, (_, code) => [code, { count: 1, sum: 1n }]));
  return new Map(
    Array.from({ length: days }, (_, at) => [first.add({ days: at }).toString(), figures()]),
  );
}

const NOTHING = { days: [] as DayBook[], moving: [], dimensions: [], sources: [], conflicts: [] };
const RANGE = {
  from: Temporal.PlainDate.from("0001-01-01"),
  to: Temporal.PlainDate.from("9999-12-31"),
};
const ASKED = { statuses: ["done"], types: undefined };

Deno.test("another system's file may differ in more figures than a call has arguments", () => {
  const others = manyFigures(200);
  assert.equal(againstDifferences([], others, () => true).length, 200_000);
  const { differences } = compareBooks(NOTHING, { range: RANGE, asked: ASKED, others });
  assert.equal(differences.length, 200_000);
});

Deno.test("an audit shows types, statuses and sources so that a terminal is safe", () => {
  const difference = {
    day: undefined,
    dataset: undefined,
    link: "source_rejected",
    left: 1,
    right: 2,
    cause: `rows moved (${HOSTILE}[0])`,
    source: { source: HOSTILE, partition: 0 },
  };
  const staged = { landed: 1, objects: 1, controlTotal: "1", dump: undefined };
  const day = {
    facts: { day: RANGE.from },
    staged: { transactions: staged, currencies: staged },
    warehouse: {
      ...emptyBook(),
      notCounted: {
        testAccounts: 0,
        byStatus: new Map([["done", 1], [HOSTILE, 2]]),
        byType: new Map([[HOSTILE, 3], ["a 1, b", 4]]),
      },
    },
  } as unknown as DayBook;
  const text = [
    ...auditText({ ...NOTHING, days: [day], differences: [difference], notCompared: 0 }),
  ].join("");
  assert.ok(text.includes(`  rows moved (${SHOWN}[0])\n`), text);
  assert.ok(text.includes(`Not counted by status: done 1\n`), text);
  assert.ok(text.includes(`name: "${SHOWN}" 2\n`), text);
  assert.ok(text.includes(`Not counted by type: "${SHOWN}" 3, "a 1, b" 4\n`), text);
  assert.equal(text, printableLines(text));
});
