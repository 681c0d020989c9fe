/** What `report`, `demo` and the steps make of their options, before any I/O. */
import assert from "node:assert/strict";
import { backfillCallOf } from "../../commands/backfill.ts";
import { cdmCallOf } from "../../commands/cdm.ts";
import { demoOptionsOf } from "../../commands/demo.ts";
import { loadCallOf } from "../../commands/load.ts";
import { reportCallOf } from "../../commands/report.ts";
import { isKind } from "../../lib/runtime/errors.ts";

const NOW = Temporal.Instant.from("2022-10-02T23:59:59Z");

const isUsage = (error: unknown) => isKind(error, "usage");

Deno.test("report: all there is as a table, unless something is said", () => {
  assert.deepEqual(reportCallOf([], {}, false), {
    range: undefined,
    format: "table",
    out: undefined,
  });
  assert.equal(reportCallOf([], {}, true).format, "json");
  assert.equal(reportCallOf([], { format: "csv" }, true).format, "csv");
  assert.equal(reportCallOf([], { out: "x.csv" }, false).out, "x.csv");
  const { range } = reportCallOf(["2022-10-01..2022-10-31"], {}, false);
  assert.deepEqual([String(range?.from), String(range?.to)], ["2022-10-01", "2022-10-31"]);
  assert.throws(() => reportCallOf(["2022-10-31..2022-10-01"], {}, false), isUsage);
  assert.throws(() => reportCallOf(["october"], {}, false), isUsage);
});

Deno.test("load: both datasets of yesterday, no refused row", () => {
  const { run, ...call } = loadCallOf([], {}, NOW);
  assert.equal(String(run.partition), "2022-10-01");
  assert.deepEqual(call, {
    datasets: ["transactions", "currencies"],
    maxRejected: 0,
    force: false,
    allowShrink: false,
    streams: 1,
    undo: false,
    allowOpenDay: false,
  });
  const load = { maxRejected: 7, force: true, allowShrink: true, streams: 4 };
  const options = { dataset: "currencies", ...load };
  const { run: named, ...asked } = loadCallOf(["2022-09-02"], options, NOW);
  assert.equal(String(named.partition), "2022-09-01");
  assert.deepEqual(asked, {
    datasets: ["currencies"],
    ...load,
    undo: false,
    allowOpenDay: false,
  });
});

Deno.test("load --undo goes with no option of a load", () => {
  assert.equal(loadCallOf([], { undo: true }, NOW).undo, true);
  assert.throws(() => loadCallOf([], { undo: true, force: true }, NOW), isUsage);
  assert.throws(() => loadCallOf([], { undo: true, maxRejected: 0 }, NOW), isUsage);
  assert.throws(() => loadCallOf([], { undo: true, streams: 2 }, NOW), isUsage);
  assert.throws(() => loadCallOf([], { undo: true, allowShrink: true }, NOW), isUsage);
  assert.throws(() => loadCallOf([], { undo: true, allowOpenDay: true }, NOW), isUsage);
});

Deno.test("cdm: done is counted, or the list that is given", () => {
  const { run, ...call } = cdmCallOf([], { partition: "2022-10-05" }, NOW);
  assert.equal(String(run.runDate), "2022-10-06");
  assert.deepEqual(call, { statuses: ["done"], strict: false });
  const { statuses, strict } = cdmCallOf(
    [],
    { statuses: "done, chargeback,done", strict: true },
    NOW,
  );
  assert.deepEqual([statuses, strict], [["done", "chargeback"], true]);
  for (const statuses of ["", "done,", ","]) {
    assert.throws(() => cdmCallOf([], { statuses }, NOW), isUsage);
  }
});

Deno.test("backfill: a range, and the options of all its steps", () => {
  const { range, ...call } = backfillCallOf(["2022-10-02..2022-10-31"], {});
  assert.deepEqual([String(range.from), String(range.to)], ["2022-10-02", "2022-10-31"]);
  const plain = {
    dryRun: false,
    allowOpenDay: false,
    requireComplete: false,
    maxRejected: 0,
    force: false,
    allowShrink: false,
    streams: 1,
  };
  assert.deepEqual(call, { ...plain, statuses: ["done"], strict: false });
  const given = {
    dryRun: true,
    allowOpenDay: true,
    requireComplete: true,
    maxRejected: 2,
    force: true,
    allowShrink: true,
    streams: 3,
  };
  const { range: _range, ...asked } = backfillCallOf(["2022-10-02"], {
    ...given,
    statuses: "queued",
    strict: true,
  });
  assert.deepEqual(asked, { ...given, statuses: ["queued"], strict: true });
  assert.throws(() => backfillCallOf(["2022-10-03..2022-10-02"], {}), isUsage);
  assert.throws(() => backfillCallOf(["2022-10-02"], { statuses: "" }), isUsage);
});

Deno.test("demo: a folder that was named, or the first that is free", () => {
  assert.deepEqual(demoOptionsOf({ workDir: "x" }), { folder: "x", named: true });
  assert.deepEqual(demoOptionsOf({}), { folder: "./finpipe-demo", named: false });
});
