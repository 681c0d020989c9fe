/** The samples end where the contract says (docs/contract.md, section 9), on each engine. */
import assert from "node:assert/strict";
import { DATASET_NAMES, type DatasetName } from "../../lib/events/dataset.ts";
import { dollarsOf } from "../../lib/explain/amount.ts";
import { explained } from "../../lib/explain/explain.ts";
import { restated } from "../../lib/explain/history.ts";
import { csvReport } from "../../lib/rendering/mart/csv.ts";
import { ENGINES, engineTests, type TestEngine } from "../support/engine/engines.ts";
import { csv, partitionRows } from "../support/partitions/reference.ts";
import { embeddedTest } from "../support/engine/embedded_timers.ts";

const engineTest = engineTests();
const FIXTURES = new URL("../fixtures/", import.meta.url).pathname;
const EVENTS = `${FIXTURES}events.jsonl`;
const HOSTILE = `${FIXTURES}hostile.jsonl`;
const DAYS = ["2022-10-01", "2022-10-02", "2022-10-03", "2022-10-04", "2022-10-05"];

/** Each day's two partition files and its mart, as dump, load and cdm make them. */
async function processDays(engine: TestEngine, days: readonly string[]) {
  const files: Record<string, string> = {};
  for (const day of days) {
    await engine.dump(day);
    await engine.load(day);
    await engine.cdm(day);
    for (const name of DATASET_NAMES) {
      files[`${name} ${day}`] = await engine.partitionFile(name, day);
    }
  }
  return { files, mart: (await Array.fromAsync(csvReport(engine.warehouse.mart()))).join("") };
}

/** What is counted of each cell gives its figures, and with the rest all that was loaded. */
async function assertExplained(engine: TestEngine, mart: string): Promise<void> {
  const told = new Map<string, number>();
  for (const line of mart.trimEnd().split("\n").slice(1)) {
    const [date, code, amount, transactions, , accounts] = line.split(",");
    const cell = { day: Temporal.PlainDate.from(date!), currency: Number(code) };
    const { counted, notCounted, rate, stale } = explained(
      cell,
      await engine.warehouse.cell(cell),
      { statuses: ["done"], types: undefined },
    );
    assert.equal(dollarsOf(counted!.amountSum, rate!.value), amount, line);
    assert.deepEqual([counted!.rows, counted!.accounts], [Number(transactions), Number(accounts)]);
    assert.equal(stale, null);
    const { testAccounts, byStatus, byType } = notCounted!;
    const others = [...byStatus, ...byType].reduce((sum, [, rows]) => sum + rows, testAccounts);
    told.set(date!, (told.get(date!) ?? 0) + counted!.rows + others);
    const [change, ...more] = restated(cell, await engine.warehouse.cellChanges(cell));
    assert.deepEqual([change!.before, change!.after?.amountTotal, more], [undefined, amount, []]);
  }
  // All currencies of the sample have a rate.
  assert.deepEqual([...told.values()], [400, 400, 1, 400]);
}

function lineCount(text: string): number {
  return text.split("\n").length - 1;
}

engineTest("the sample's counters, partition files and mart are the contract's", async (engine) => {
  await engine.warehouse.migrate();
  assert.deepEqual(await engine.land(EVENTS), {
    messages_read: 3839,
    transactions: 3655,
    currencies: 126,
    rejected: 0,
    duplicates: 58,
  });
  const { files, mart } = await processDays(engine, DAYS);
  const rows = (name: DatasetName) => DAYS.map((day) => lineCount(files[`${name} ${day}`]!));
  assert.deepEqual(rows("transactions"), [400, 400, 1, 0, 400]);
  assert.deepEqual(rows("currencies"), [42, 42, 0, 0, 42]);
  assert.equal(mart, await Deno.readTextFile(`${FIXTURES}global_metrics.csv`));
  await assertExplained(engine, mart);

  const input = await Deno.readTextFile(EVENTS);
  for (const name of DATASET_NAMES) {
    const expected = partitionRows(input, name);
    for (const day of DAYS) {
      assert.equal(files[`${name} ${day}`], csv(expected.get(day) ?? []), `${name} of ${day}`);
    }
  }
});

/** A line of the hostile sample: where it begins, its bytes, and where it should end. */
interface HostileLine {
  position: number;
  raw: Uint8Array;
  expected: string;
}

async function hostileLines(): Promise<HostileLine[]> {
  const bytes = await Deno.readFile(HOSTILE);
  const expected = (await Deno.readTextFile(`${FIXTURES}hostile.tsv`)).trimEnd().split("\n")
    .map((line) => line.split("\t")[1]!);
  const lines: Omit<HostileLine, "expected">[] = [];
  for (let start = 0; start < bytes.length;) {
    const lf = bytes.indexOf(0x0a, start);
    const raw = bytes.subarray(start, bytes[lf - 1] === 0x0d ? lf - 1 : lf);
    // White space alone is no message.
    if (raw.some((byte) => ![0x09, 0x0d, 0x20].includes(byte))) {
      lines.push({ position: start, raw });
    }
    start = lf + 1;
  }
  assert.equal(lines.length, expected.length);
  return lines.map((line, i) => ({ ...line, expected: expected[i]! }));
}

engineTest("each line of the hostile sample ends where it should", async (engine) => {
  assert.deepEqual(await engine.land(HOSTILE, { rows: 50 }), {
    messages_read: 178,
    transactions: 56,
    currencies: 11,
    rejected: 106,
    duplicates: 5,
  });
  const found = new Map<number, string>();
  for (const name of DATASET_NAMES) {
    for (const { position } of await engine.query(`SELECT position FROM stg.${name}`)) {
      found.set(Number(position), name);
    }
  }
  const rejected = await engine.query(
    `SELECT position, reason, field, encode(raw, 'hex') AS raw, length, sha256, source, partition,
            rejected_at IS NOT NULL AND replayed_at IS NULL AND replay_outcome IS NULL AS fresh
     FROM stg.rejected`,
  );
  const lines = await hostileLines();
  for (const { position, reason, field, raw, ...rest } of rejected) {
    found.set(Number(position), field === null ? reason! : `${reason}:${field}`);
    const line = lines.find((line) => line.position === Number(position))!;
    assert.equal(raw, line.raw.toHex());
    assert.deepEqual(rest, {
      length: String(line.raw.length),
      sha256: new Uint8Array(await crypto.subtle.digest("SHA-256", line.raw.slice())).toHex(),
      source: HOSTILE,
      partition: "0",
      fresh: "t",
    });
  }
  assert.deepEqual(
    lines.map(({ position }) => `${position} ${found.get(position) ?? "duplicate"}`),
    lines.map(({ position, expected }) => `${position} ${expected}`),
  );
});

const hostile = new Map<string, Awaited<ReturnType<typeof processDays>>>();

engineTest("every landed day of the hostile sample goes on to the mart", async (engine) => {
  await engine.warehouse.migrate();
  await engine.land(HOSTILE);
  const days = await engine.query(
    `SELECT transaction_dt::date AS day FROM stg.transactions
     UNION SELECT date_update::date FROM stg.currencies ORDER BY day`,
  );
  const dates = days.map(({ day }) => day!);
  assert.equal(dates[0], "0001-01-01");
  assert.equal(dates.at(-1), "9999-12-31");
  const done = await processDays(engine, dates);
  const rows = Object.values(done.files).reduce((sum, text) => sum + lineCount(text), 0);
  assert.ok(rows > 50, `${rows} rows`);
  hostile.set(engine.name, done);
});

embeddedTest("partition files and mart of the hostile sample are the same on all engines", () => {
  const [first, ...others] = ENGINES.map((name) => hostile.get(name)).filter(Boolean);
  for (const other of others) assert.deepEqual(other, first);
});
