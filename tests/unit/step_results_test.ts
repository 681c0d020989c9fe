import assert from "node:assert/strict";
import type { Manifest } from "../../lib/partitions/manifest.ts";
import { runOfPartition } from "../../lib/partitions/run_date.ts";
import { dayShown, planShown, stepShown } from "../../lib/rendering/runs.ts";
import { counted } from "../../lib/runtime/words.ts";
import { cdmFacts } from "../../lib/steps/cdm.ts";
import { dumpFacts } from "../../lib/steps/dump.ts";
import { dwh, dwhFacts } from "../../lib/steps/dwh.ts";
import { type DatasetLoad, loadFacts } from "../../lib/steps/load.ts";
import { undoFacts } from "../../lib/steps/undo_load.ts";
import { recordingLog } from "../support/logs.ts";

const BUILT = { rows: 1, leftOut: [], oldRates: [], absent: { statuses: [], types: [] } };

const RUN = runOfPartition(Temporal.PlainDate.from("2022-10-01"));
const LAST_RUN = runOfPartition(Temporal.PlainDate.from("9999-12-31"));

Deno.test("a step names its run date and partition; the last of all days has no run date", () => {
  const shown = { json: { rows: 1 }, lines: ["1 row"] };
  assert.deepEqual(stepShown(RUN, shown), {
    json: { run_date: "2022-10-02", partition: "2022-10-01", rows: 1 },
    lines: ["Run date 2022-10-02, partition 2022-10-01", "1 row"],
  });
  assert.deepEqual(stepShown(LAST_RUN, shown), {
    json: { run_date: null, partition: "9999-12-31", rows: 1 },
    lines: ["Partition 9999-12-31, which has no run date", "1 row"],
  });
});

Deno.test("a day of a backfill shows each step by what it shows alone, on one line", () => {
  const facts = (rows: number) => ({ json: { rows }, lines: [], brief: `${rows} done`, rows });
  const steps = [{ name: "b", facts: facts(1) }, { name: "a", facts: facts(2) }];
  const { json, lines } = dayShown({ ...RUN, steps });
  assert.equal(
    JSON.stringify(json),
    '{"run_date":"2022-10-02","partition":"2022-10-01","steps":{"b":{"rows":1},"a":{"rows":2}}}',
  );
  assert.deepEqual(lines, ["2022-10-02 (2022-10-01): b: 1 done; a: 2 done"]);
});

Deno.test("a step of a backfill that was passed over says why; a day of such says so in words", () => {
  const facts = { json: { rows: 1 }, lines: [], brief: "1 done", rows: 1 };
  const skipped = { name: "a", skipped: "fresh" };
  const { json, lines } = dayShown({ ...RUN, steps: [{ name: "b", facts }, skipped] });
  assert.deepEqual(json.steps, { b: { rows: 1 }, a: { skipped: "fresh" } });
  assert.deepEqual(lines, ["2022-10-02 (2022-10-01): b: 1 done; a: fresh"]);
  const fresh = dayShown({ ...RUN, steps: [skipped] });
  assert.deepEqual(fresh.lines, ["2022-10-02 (2022-10-01): nothing to do"]);
});

Deno.test("a plan says what is done with each step, and why", () => {
  const steps = [
    { step: "b", action: "run", reason: "missing" },
    { step: "a", action: "blocked", reason: "b has to run first", needs: "b" },
  ] as const;
  assert.deepEqual(planShown({ ...RUN, steps }), {
    json: {
      run_date: "2022-10-02",
      partition: "2022-10-01",
      steps: [
        { step: "b", action: "run", reason: "missing" },
        { step: "a", action: "blocked", reason: "b has to run first" },
      ],
    },
    lines: ["2022-10-02 (2022-10-01): b: run, missing; a: blocked, b has to run first"],
  });
});

Deno.test("one is singular, and nothing else is", () => {
  assert.equal(counted(1, "row"), "1 row");
  assert.equal(counted(1n, "currency", "currencies"), "1 currency");
  assert.equal(counted(0, "row"), "0 rows");
  assert.equal(counted(2n, "currency", "currencies"), "2 currencies");
});

Deno.test("what is left out of the mart is named with its count", () => {
  const leftOut = [{ currency: 440, transactions: 2n }];
  const facts = cdmFacts({ ...BUILT, leftOut });
  assert.equal(facts.brief, "1 row, 1 currency left out");
  assert.deepEqual(facts.lines, [
    "mart: 1 row",
    "left out: currency 440, 2 transactions, no dollar rate",
  ]);
});

Deno.test("a load tells the rows before and after", () => {
  const load = (given: Partial<DatasetLoad>): DatasetLoad => ({
    dataset: "transactions",
    outcome: "loaded",
    rows: 3n,
    rowsBefore: undefined,
    refused: 0n,
    controlTotal: "6",
    manifestControlTotal: "7",
    ...given,
  });
  const line = (given: Partial<DatasetLoad>) => loadFacts([load(given)]).lines[0];
  const brief = (...datasets: DatasetLoad[]) => loadFacts(datasets).brief;
  assert.equal(line({}), "transactions: 3 rows loaded, never loaded before");
  assert.equal(line({ rowsBefore: 0n }), "transactions: 3 rows loaded, 0 before");
  assert.equal(
    line({ rowsBefore: 5n, refused: 1n }),
    "transactions: 3 rows loaded, 5 before, 1 refused; control total 6, the manifest says 7",
  );
  assert.equal(
    line({ outcome: "unchanged", rowsBefore: 3n }),
    "transactions: 3 rows, unchanged: the file is already loaded",
  );
  const currencies = load({ dataset: "currencies", rowsBefore: 2n, refused: 1n });
  assert.equal(brief(load({}), load({ dataset: "currencies" })), "loaded");
  assert.equal(
    brief(load({ rowsBefore: 0n }), currencies),
    "loaded, 0 -> 3 transactions, 2 -> 3 currencies, 1 row refused",
  );
  const unchanged = load({ outcome: "unchanged", rowsBefore: 3n });
  assert.equal(brief(unchanged, currencies), "loaded, 2 -> 3 currencies, 1 row refused");
  assert.equal(brief(unchanged, unchanged), "already loaded");
});

Deno.test("a mart tells as JSON what was warned of, and whether it was taken away", () => {
  assert.deepEqual(cdmFacts({ ...BUILT, rows: 0, takenAway: { rows: 7, leftOut: 1 } }).json, {
    outcome: "taken_away",
    rows: 0,
    left_out: [],
    old_rates: [],
    absent_statuses: [],
    absent_types: [],
  });
  const date = Temporal.PlainDate.from("2022-09-01");
  assert.deepEqual(
    cdmFacts({
      ...BUILT,
      oldRates: [{ currency: 430, date }],
      absent: { statuses: ["dnoe"], types: ["x"] },
    }).json,
    {
      outcome: "built",
      rows: 1,
      left_out: [],
      old_rates: [{ currency: 430, date: "2022-09-01" }],
      absent_statuses: ["dnoe"],
      absent_types: ["x"],
    },
  );
});

Deno.test("a core tells its facts by table, or what was removed", async () => {
  const built = dwhFacts({ transactions: 400, currencyRates: 1 });
  assert.deepEqual(built, {
    json: { outcome: "built", transactions: 400, currency_rates: 1 },
    lines: ["core: 400 transactions, 1 currency rate"],
    brief: "400 transactions",
    rows: 400,
  });
  const result = {
    transactions: 0,
    currencyRates: 0,
    takenAway: { transactions: 1, currencyRates: 42 },
  };
  assert.deepEqual(dwhFacts(result), {
    json: { outcome: "taken_away", transactions: 0, currency_rates: 0 },
    lines: [
      "core: removed, 1 transaction, 42 currency rates: a load that it was built from was undone",
    ],
    brief: "removed",
    rows: 0,
  });
  const { log, lines } = recordingLog("info");
  for (const given of [{ transactions: 1, currencyRates: 0 }, result]) {
    await dwh({ warehouse: { buildCore: () => Promise.resolve(given) }, log }, RUN);
  }
  await log.flush();
  assert.match(lines[0]!, /^Built the core for 2022-10-01/);
  assert.match(lines[1]!, /^warn: Removed the core of 2022-10-01: a load .* was undone/);
});

Deno.test("an undo tells of each dataset what stands again", () => {
  const { json, lines } = undoFacts({
    ...RUN,
    datasets: [
      { dataset: "transactions", outcome: "put back", rows: 1n },
      { dataset: "currencies", outcome: "never loaded", rows: 0n },
      { dataset: "currencies", outcome: "none" },
    ],
    isCoreStale: false,
    isMartStale: true,
  });
  assert.deepEqual(lines, [
    "transactions: put back, 1 row",
    "currencies: put back: the day was never loaded",
    "currencies: unchanged: nothing is kept to put back",
  ]);
  assert.deepEqual(json, {
    datasets: [
      { dataset: "transactions", outcome: "put_back", rows: 1 },
      { dataset: "currencies", outcome: "never_loaded", rows: 0 },
      { dataset: "currencies", outcome: "none", rows: null },
    ],
    core_stale: false,
    mart_stale: true,
  });
});

Deno.test("a step counts what stands by it: rows of all datasets, bytes of files", () => {
  const manifest = (rows: number, bytes: number): Manifest => ({
    dataset: "transactions",
    partition: "2022-10-01",
    rows,
    staged_rows: rows + 1,
    bytes,
    sha256: "",
    control_total: "0",
    created_at: "",
    version: "",
    sources: [],
    complete: false,
  });
  const dumped = dumpFacts([manifest(1, 20), manifest(2, 30)]);
  assert.deepEqual([dumped.rows, dumped.bytes, dumped.json.complete], [3, 50, false]);
  assert.equal(dumpFacts([]).json.complete, null);
  const figures = {
    rowsBefore: undefined,
    refused: 0n,
    controlTotal: "",
    manifestControlTotal: "",
  };
  const loaded = loadFacts([
    { ...figures, dataset: "transactions", outcome: "loaded", rows: 3n },
    { ...figures, dataset: "currencies", outcome: "unchanged", rows: 4n },
  ]);
  assert.deepEqual([loaded.rows, loaded.bytes], [7, undefined]);
  assert.deepEqual(cdmFacts(BUILT).rows, 1);
});
