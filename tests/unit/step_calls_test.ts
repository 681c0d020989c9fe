/** What `report`, `demo` and the steps make of their options, before any I/O. */
import assert from "node:assert/strict";
import { backfillCallOf } from "../../commands/backfill_call.ts";
import { demoOptionsOf } from "../../commands/demo.ts";
import { reportCallOf } from "../../commands/report_call.ts";
import { stepCallOf } from "../../commands/step_command.ts";
import type { ConfigSource } from "../../lib/config/settings.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { cdmOptionsOf } from "../../lib/steps/cdm.ts";
import { dumpOptionsOf } from "../../lib/steps/dump.ts";
import { loadOptionsOf } from "../../lib/steps/load.ts";
import { loadSteps, STEPS } from "../../lib/steps/registry.ts";

const NOW = Temporal.Instant.from("2022-10-02T23:59:59Z");

const isUsage = (error: unknown) => isKind(error, "usage");
const isConfiguration = (error: unknown) => isKind(error, "configuration");

/** Options and variables, as a step reads them. */
function given(flags: ConfigSource["flags"], env: Record<string, string> = {}): ConfigSource {
  return { flags, env: (name) => env[name] };
}

/** What one of the steps was asked for. */
async function callOf(name: string, args: string[], flags: ConfigSource["flags"]) {
  const [step] = await loadSteps(STEPS.filter((step) => step.name === name));
  return stepCallOf(step!, args, given(flags), NOW);
}

Deno.test("report: all there is as a table, unless something is said", () => {
  assert.deepEqual(reportCallOf([], {}, false), {
    range: undefined,
    format: "table",
    out: undefined,
    plain: false,
  });
  assert.ok(reportCallOf([], { plain: true }, false).plain);
  assert.equal(reportCallOf([], {}, true).format, "json");
  assert.throws(() => reportCallOf([], { format: "csv" }, true), isUsage);
  assert.equal(reportCallOf([], { out: "x.csv" }, false).out, "x.csv");
  assert.equal(reportCallOf([], { out: "-" }, false).out, undefined, "stdout, as with emit --to");
  const { range } = reportCallOf(["2022-10-01..2022-10-31"], {}, false);
  assert.deepEqual([String(range?.from), String(range?.to)], ["2022-10-01", "2022-10-31"]);
  assert.throws(() => reportCallOf(["2022-10-31..2022-10-01"], {}, false), isUsage);
  assert.throws(() => reportCallOf(["october"], {}, false), isUsage);
});

Deno.test("a step takes the run of yesterday, a run date or a partition, that is over", async () => {
  const partitionOf = async (name: string, args: string[], flags: ConfigSource["flags"] = {}) =>
    String((await callOf(name, args, flags)).run.partition);
  for (const { name } of STEPS) {
    assert.equal(await partitionOf(name, []), "2022-10-01");
    assert.equal(await partitionOf(name, ["2022-09-02"]), "2022-09-01");
    assert.equal(await partitionOf(name, [], { partition: "2022-10-05" }), "2022-10-05");
    await assert.rejects(callOf(name, ["2022-09-02"], { partition: "2022-09-01" }), isUsage);
  }
  const isBound = async (name: string, flags: ConfigSource["flags"] = {}) =>
    (await callOf(name, [], flags)).onlyIfOver;
  for (const name of ["dump", "load"]) {
    assert.deepEqual([await isBound(name), await isBound(name, { allowOpenDay: true })], [
      true,
      false,
    ]);
  }
  for (const name of ["dwh", "cdm"]) assert.equal(await isBound(name), false);
  assert.equal(await isBound("load", { undo: true }), false);
});

Deno.test("dump: both datasets, also of a day that is not complete", () => {
  const both = ["transactions", "currencies"];
  assert.deepEqual(dumpOptionsOf(given({})), { datasets: both, requireComplete: false });
  assert.deepEqual(dumpOptionsOf(given({ dataset: "currencies", requireComplete: true })), {
    datasets: ["currencies"],
    requireComplete: true,
  });
});

Deno.test("load: both datasets, no refused row", () => {
  assert.deepEqual(loadOptionsOf(given({})), {
    datasets: ["transactions", "currencies"],
    maxRejected: 0,
    force: false,
    allowShrink: false,
    streams: 1,
  });
  const load = { maxRejected: 7, force: true, allowShrink: true, streams: 4 };
  assert.deepEqual(loadOptionsOf(given({ dataset: "currencies", ...load })), {
    datasets: ["currencies"],
    ...load,
  });
});

Deno.test("load --undo goes with no option of a load, but with the dataset", async () => {
  await callOf("load", [], { undo: true, dataset: "currencies" });
  for (
    const [option, flags] of Object.entries({
      "--force": { force: true },
      "--max-rejected": { maxRejected: 0 },
      "--streams": { streams: 2 },
      "--allow-shrink": { allowShrink: true },
      "--allow-open-day": { allowOpenDay: true },
    })
  ) {
    await assert.rejects(
      callOf("load", [], { undo: true, ...flags }),
      (error) => isUsage(error) && String(error).includes(`--undo with ${option}`),
    );
  }
});

Deno.test("cdm: done of any type is counted, or the lists that are given", () => {
  assert.deepEqual(cdmOptionsOf(given({})), {
    statuses: ["done"],
    types: undefined,
    maxRateAge: 3,
    strict: false,
  });
  const lists = { statuses: "done, chargeback,done", types: "b, a ,b", strict: true };
  const { statuses, types, strict } = cdmOptionsOf(given(lists));
  assert.deepEqual([statuses, types, strict], [["done", "chargeback"], ["b", "a"], true]);
  for (const list of ["", "done,", ",", " ", "a, ,b", '"a', '"a"b', '"a" b,c']) {
    assert.throws(() => cdmOptionsOf(given({ statuses: list })), isUsage, list);
    assert.throws(() => cdmOptionsOf(given({ types: list })), isUsage, list);
  }
});

Deno.test("cdm: a value may hold commas, spaces, quotes or nothing, in double quotes", () => {
  const typesOf = (types: string) => cdmOptionsOf(given({ types })).types;
  assert.deepEqual(typesOf('"a,b", c'), ["a,b", "c"]);
  assert.deepEqual(typesOf(' " a " ,""'), [" a ", ""]);
  assert.deepEqual(typesOf('"say ""yes""",in "words"'), ['say "yes"', 'in "words"']);
  assert.deepEqual(typesOf('a,"a"'), ["a"]);
  assert.deepEqual(typesOf("a\nb"), ["a\nb"]);
});

Deno.test("cdm: variables are the defaults of the lists", () => {
  const env = { FINPIPE_STATUSES: "done,blocked", FINPIPE_TYPES: 'x,"y,z"' };
  const asked = cdmOptionsOf(given({}, env));
  assert.deepEqual([asked.statuses, asked.types], [["done", "blocked"], ["x", "y,z"]]);
  const both = cdmOptionsOf(given({ types: "w" }, env));
  assert.deepEqual([both.statuses, both.types], [["done", "blocked"], ["w"]]);
  const empty = cdmOptionsOf(given({}, { FINPIPE_STATUSES: "", FINPIPE_TYPES: "" }));
  assert.deepEqual([empty.statuses, empty.types], [["done"], undefined]);
  for (const name of ["FINPIPE_STATUSES", "FINPIPE_TYPES"]) {
    const wrong = () => cdmOptionsOf(given({}, { [name]: "a,,b" }));
    assert.throws(wrong, (error) => isConfiguration(error) && String(error).includes(name));
  }
});

Deno.test("cdm: the age of a rate is in days, or a duration of which whole days count", () => {
  const ageOf = (maxRateAge: string) => cdmOptionsOf(given({ maxRateAge })).maxRateAge;
  assert.deepEqual(["0d", "7", "10d", "36h", "23h"].map(ageOf), [0, 7, 10, 1, 0]);
  for (const text of ["", "-1", "3 days", "1.5d", "40000d"]) {
    assert.throws(() => ageOf(text), isUsage, text);
  }
});

const NAMES = ["dump", "load", "dwh", "cdm"];
const backfillOf = (range: string | undefined, options: Record<string, unknown> = {}) =>
  backfillCallOf([range], options, {
    names: NAMES,
    given: ["--x"],
    now: Temporal.Instant.from("2022-11-01T23:59:59Z"),
  });

Deno.test("backfill: a range, and what its steps do not read", () => {
  const { request: { range, ...request }, ...call } = backfillOf("2022-10-02..2022-10-31");
  assert.deepEqual([String(range!.from), String(range!.to)], ["2022-10-02", "2022-10-31"]);
  const retries = { retries: 1, retryDelay: 300_000 };
  assert.deepEqual(call, {
    dryRun: false,
    allowOpenDay: false,
    wait: false,
    metricsFile: undefined,
    ...retries,
  });
  assert.deepEqual(request, {
    stale: false,
    force: false,
    selected: undefined,
    newestFirst: false,
    dependsOnPast: true,
    jobs: 1,
    keepFiles: undefined,
    given: ["--x"],
  });
  const options = { dryRun: true, allowOpenDay: true, wait: true, retries: 2 };
  const { request: _request, ...asked } = backfillOf("2022-10-02", {
    ...options,
    retryDelay: "1s",
  });
  assert.deepEqual(asked, { ...options, metricsFile: undefined, retryDelay: 1000 });
  assert.throws(() => backfillOf("2022-10-02", { dryRun: true, metricsFile: "f.prom" }), isUsage);
  assert.throws(() => backfillOf("2022-10-03..2022-10-02"), isUsage);
  const daysOf = (dates: string) => {
    const { from, to } = backfillOf(dates).request.range!;
    return [from.toString(), to.toString()];
  };
  assert.deepEqual(daysOf("today"), ["2022-11-01", "2022-11-01"]);
  assert.deepEqual(daysOf("2022-10-30..today"), ["2022-10-30", "2022-11-01"]);
  assert.throws(() => backfillOf("2022-11-02..today"), isUsage);
  assert.throws(() => backfillOf("yesterday"), isUsage);
});

Deno.test("backfill: some of the steps, by name", () => {
  const selected = (options: Record<string, unknown>) => {
    const { request } = backfillOf("2022-10-02", options);
    return [...request.selected ?? []];
  };
  assert.deepEqual(selected({ only: "cdm,dump" }), ["cdm", "dump"]);
  assert.deepEqual(selected({ fromStep: "load" }), ["load", "dwh", "cdm"]);
  for (
    const options of [
      { only: "dump,mart" },
      { only: "" },
      { fromStep: "mart" },
      { only: "dump", fromStep: "load" },
    ]
  ) {
    assert.throws(() => selected(options), isUsage);
  }
});

Deno.test("backfill: what does not go together", () => {
  assert.equal(backfillOf(undefined, { stale: true }).request.range, undefined);
  for (const options of [{}, { force: true }, { stale: true, force: true }]) {
    assert.throws(() => backfillOf(undefined, options), isUsage);
  }
  assert.throws(() => backfillOf("2022-10-02", { newestFirst: true }), isUsage);
  const newest = backfillOf("2022-10-02", { newestFirst: true, dependsOnPast: false });
  assert.equal(newest.request.newestFirst, true);
  assert.throws(() => backfillOf("2022-10-02", { retryDelay: "soon" }), isUsage);
});

Deno.test("demo: a folder that was named, or the first that is free", () => {
  assert.deepEqual(demoOptionsOf({ workDir: "x" }), { folder: "x", named: true });
  assert.deepEqual(demoOptionsOf({}), { folder: "./finpipe-demo", named: false });
});
