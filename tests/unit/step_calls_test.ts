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
const isConfiguration = (error: unknown) => isKind(error, "configuration");

/** What a call is handed beside arguments and options. */
function world(env: Record<string, string> = {}) {
  return { now: NOW, env: (name: string) => env[name] };
}

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

Deno.test("cdm: done of any type is counted, or the lists that are given", () => {
  const { run, ...call } = cdmCallOf([], { partition: "2022-10-05" }, world());
  assert.equal(String(run.runDate), "2022-10-06");
  assert.deepEqual(call, { statuses: ["done"], types: undefined, maxRateAge: 3, strict: false });
  const given = { statuses: "done, chargeback,done", types: "b, a ,b", strict: true };
  const { statuses, types, strict } = cdmCallOf([], given, world());
  assert.deepEqual([statuses, types, strict], [["done", "chargeback"], ["b", "a"], true]);
  for (const list of ["", "done,", ",", " ", "a, ,b", '"a', '"a"b', '"a" b,c']) {
    assert.throws(() => cdmCallOf([], { statuses: list }, world()), isUsage, list);
    assert.throws(() => cdmCallOf([], { types: list }, world()), isUsage, list);
  }
});

Deno.test("cdm: a value may hold commas, spaces, quotes or nothing, in double quotes", () => {
  const typesOf = (types: string) => cdmCallOf([], { types }, world()).types;
  assert.deepEqual(typesOf('"a,b", c'), ["a,b", "c"]);
  assert.deepEqual(typesOf(' " a " ,""'), [" a ", ""]);
  assert.deepEqual(typesOf('"say ""yes""",in "words"'), ['say "yes"', 'in "words"']);
  assert.deepEqual(typesOf('a,"a"'), ["a"]);
  assert.deepEqual(typesOf("a\nb"), ["a\nb"]);
});

Deno.test("cdm, backfill: variables are the defaults of the lists", () => {
  const { env } = world({ FINPIPE_STATUSES: "done,blocked", FINPIPE_TYPES: 'x,"y,z"' });
  const asked = cdmCallOf([], {}, { now: NOW, env });
  assert.deepEqual([asked.statuses, asked.types], [["done", "blocked"], ["x", "y,z"]]);
  const both = backfillCallOf(["2022-10-02"], { types: "w" }, env);
  assert.deepEqual([both.statuses, both.types], [["done", "blocked"], ["w"]]);
  const empty = cdmCallOf([], {}, world({ FINPIPE_STATUSES: "", FINPIPE_TYPES: "" }));
  assert.deepEqual([empty.statuses, empty.types], [["done"], undefined]);
  for (const name of ["FINPIPE_STATUSES", "FINPIPE_TYPES"]) {
    const wrong = () => cdmCallOf([], {}, world({ [name]: "a,,b" }));
    assert.throws(wrong, (error) => isConfiguration(error) && String(error).includes(name));
  }
});

Deno.test("cdm: the age of a rate is in days, or a duration of which whole days count", () => {
  const ageOf = (maxRateAge: string) => cdmCallOf([], { maxRateAge }, world()).maxRateAge;
  assert.deepEqual(["0d", "7", "10d", "36h", "23h"].map(ageOf), [0, 7, 10, 1, 0]);
  for (const text of ["", "-1", "3 days", "1.5d", "40000d"]) {
    assert.throws(() => ageOf(text), isUsage, text);
  }
});

Deno.test("backfill: a range, and the options of all its steps", () => {
  const { env } = world();
  const { range, ...call } = backfillCallOf(["2022-10-02..2022-10-31"], {}, env);
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
  const counted = { types: undefined, maxRateAge: 3, strict: false };
  assert.deepEqual(call, { ...plain, ...counted, statuses: ["done"] });
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
    types: "x",
    maxRateAge: "5d",
    strict: true,
  }, env);
  const mart = { statuses: ["queued"], types: ["x"], maxRateAge: 5, strict: true };
  assert.deepEqual(asked, { ...given, ...mart });
  assert.throws(() => backfillCallOf(["2022-10-03..2022-10-02"], {}, env), isUsage);
  assert.throws(() => backfillCallOf(["2022-10-02"], { statuses: "" }, env), isUsage);
});

Deno.test("demo: a folder that was named, or the first that is free", () => {
  assert.deepEqual(demoOptionsOf({ workDir: "x" }), { folder: "x", named: true });
  assert.deepEqual(demoOptionsOf({}), { folder: "./finpipe-demo", named: false });
});
