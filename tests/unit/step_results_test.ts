import assert from "node:assert/strict";
import {
  datesOf,
  dayLine,
  loadLine,
  martLines,
  martResult,
  titleOf,
} from "../../commands/step_results.ts";
import { runOfPartition } from "../../lib/partitions/run_date.ts";
import type { DatasetLoad } from "../../lib/steps/load.ts";
import { counted } from "../../lib/runtime/words.ts";

const BUILT = { rows: 1, leftOut: [], oldRates: [], absent: { statuses: [], types: [] } };

Deno.test("a step names its run date and partition; the last of all days has no run date", () => {
  const run = runOfPartition(Temporal.PlainDate.from("2022-10-01"));
  assert.equal(titleOf(run), "Run date 2022-10-02, partition 2022-10-01");
  assert.deepEqual(datesOf(run), { run_date: "2022-10-02", partition: "2022-10-01" });
  const last = runOfPartition(Temporal.PlainDate.from("9999-12-31"));
  assert.equal(titleOf(last), "Partition 9999-12-31, which has no run date");
  assert.deepEqual(datesOf(last), { run_date: null, partition: "9999-12-31" });
});

Deno.test("one is singular, and nothing else is", () => {
  assert.equal(counted(1, "row"), "1 row");
  assert.equal(counted(1n, "currency", "currencies"), "1 currency");
  assert.equal(counted(0, "row"), "0 rows");
  assert.equal(counted(2n, "currency", "currencies"), "2 currencies");
});

Deno.test("what is left out of the mart is named with its count", () => {
  const leftOut = [{ currency: 440, transactions: 2n }];
  assert.deepEqual(martLines({ ...BUILT, leftOut }), [
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
  const line = (...datasets: DatasetLoad[]) => {
    const run = runOfPartition(Temporal.PlainDate.from("2022-10-01"));
    const steps = { dump: [], load: datasets, cdm: { ...run, ...BUILT, rates: [] } };
    return dayLine({ ...run, steps }).split("; ")[1];
  };
  assert.equal(loadLine(load({})), "transactions: 3 rows loaded, never loaded before");
  assert.equal(loadLine(load({ rowsBefore: 0n })), "transactions: 3 rows loaded, 0 before");
  assert.equal(
    loadLine(load({ rowsBefore: 5n, refused: 1n })),
    "transactions: 3 rows loaded, 5 before, 1 refused; control total 6, the manifest says 7",
  );
  assert.equal(
    loadLine(load({ outcome: "unchanged", rowsBefore: 3n })),
    "transactions: 3 rows, left alone: the file is already loaded",
  );
  const currencies = load({ dataset: "currencies", rowsBefore: 2n, refused: 1n });
  assert.equal(line(load({}), load({ dataset: "currencies" })), "load: loaded");
  assert.equal(
    line(load({ rowsBefore: 0n }), currencies),
    "load: loaded, 0 -> 3 transactions, 2 -> 3 currencies, 1 row refused",
  );
  const unchanged = load({ outcome: "unchanged", rowsBefore: 3n });
  assert.equal(line(unchanged, currencies), "load: loaded, 2 -> 3 currencies, 1 row refused");
  assert.equal(line(unchanged, unchanged), "load: already loaded");
});

Deno.test("a mart tells as JSON what was warned of, and whether it was taken away", () => {
  assert.deepEqual(martResult({ ...BUILT, rows: 0, takenAway: { rows: 7, leftOut: 1 } }), {
    outcome: "taken_away",
    rows: 0,
    left_out: [],
    old_rates: [],
    absent_statuses: [],
    absent_types: [],
  });
  const date = Temporal.PlainDate.from("2022-09-01");
  assert.deepEqual(
    martResult({
      ...BUILT,
      oldRates: [{ currency: 430, date }],
      absent: { statuses: ["dnoe"], types: ["x"] },
    }),
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
