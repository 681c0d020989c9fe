import assert from "node:assert/strict";
import { backfill } from "../../lib/backfill/backfill.ts";
import { type DayRun, parseRange, runsOf } from "../../lib/partitions/run_date.ts";
import { EXIT_CODES, FinpipeError, isKind } from "../../lib/runtime/errors.ts";
import { MISSING } from "../../lib/standing/standing.ts";
import type { StepContext } from "../../lib/steps/step.ts";
import { SILENT } from "../support/logs.ts";

const STEPS = ["first", "second", "third"];

/** What steps work with that touch no end. */
function contextOf(signal: AbortSignal): StepContext {
  return {
    ends: {
      get staging() {
        return assert.fail("no end is opened");
      },
      get warehouse() {
        return assert.fail("no end is opened");
      },
    },
    workDir: "",
    log: SILENT,
    now: () => Temporal.Now.instant(),
    signal,
  };
}

/** Runs steps over a range that only note that they were called; each has as many rows as its day's number. */
async function run(
  range: string,
  { step = (_run: DayRun, _step: string): void => {}, signal = new AbortController().signal } = {},
) {
  const calls: string[] = [];
  const told: string[] = [];
  const context = contextOf(signal);
  const steps = STEPS.map((name) => ({
    name,
    async runDay(given: StepContext, run: DayRun) {
      assert.equal(given, context);
      calls.push(`${run.partition} ${name}`);
      await step(run, name);
      return { json: {}, lines: [], brief: "", rows: run.partition.day };
    },
    standing: () => MISSING,
  }));
  const outcome = await backfill(context, parseRange(range, "range"), steps, {
    onStep: ({ runDate }, step) => told.push(`${runDate} ${step}`),
    onDay: ({ runDate, steps }) => {
      told.push(`${runDate} done: ${steps.map(({ name, facts }) => `${name} ${facts.rows}`)}`);
    },
  }).then((days) => ({ days }), (error: unknown) => ({ error }));
  return { ...outcome, calls, told };
}

Deno.test("a backfill counts in run dates, each of the day before", () => {
  const runs = runsOf(parseRange("2022-10-02..2022-11-01", "range"));
  assert.equal(runs.length, 31);
  assert.equal(String(runs[0]!.partition), "2022-10-01");
  assert.equal(String(runs.at(-1)!.partition), "2022-10-31");
  assert.ok(runs.every(({ runDate, partition }) => partition.add({ days: 1 }).equals(runDate)));
  const leap = runsOf(parseRange("2024-02-29..2024-03-01", "range"));
  assert.deepEqual(leap.map(({ partition }) => String(partition)), ["2024-02-28", "2024-02-29"]);
});

Deno.test("the first of all dates is no run date, as there is no day before it", () => {
  assert.throws(
    () => runsOf(parseRange("0001-01-01..0001-01-02", "range")),
    (error) => isKind(error, "usage"),
  );
  const [run] = runsOf(parseRange("0001-01-02", "range"));
  assert.equal(String(run!.partition), "0001-01-01");
});

Deno.test("each date's steps run in order, one date after the other", async () => {
  const { calls, told, ...result } = await run("2022-10-02..2022-10-03");
  assert.deepEqual(
    calls,
    ["2022-10-01", "2022-10-02"].flatMap((day) => STEPS.map((step) => `${day} ${step}`)),
  );
  assert.equal(told.length, 2 * STEPS.length + 2);
  assert.equal(told.at(-1), "2022-10-03 done: first 2,second 2,third 2");
  assert.ok("days" in result);
  assert.deepEqual(result.days.map(({ runDate }) => String(runDate)), ["2022-10-02", "2022-10-03"]);
});

Deno.test("a step that fails stops it; the message says where, why and how to go on", async () => {
  const result = await run("2022-10-02..2022-10-09", {
    step({ partition }, step) {
      if (partition.day === 2 && step === "second") {
        throw new FinpipeError("data", "Totals differ", { hint: "Look at the file" });
      }
    },
  });
  assert.ok("error" in result && result.error instanceof FinpipeError);
  assert.equal(result.error.exitCode, EXIT_CODES.data);
  assert.equal(
    result.error.message,
    "Backfill stopped at run date 2022-10-03 (partition 2022-10-02), step second: Totals differ",
  );
  assert.equal(
    result.error.hint,
    "Look at the file; then continue with 'finpipe backfill 2022-10-03..2022-10-09'",
  );
  assert.deepEqual(result.calls.at(-1), "2022-10-02 second");
});

Deno.test("a bug is thrown as it is", async () => {
  const bug = new TypeError("a bug");
  const result = await run("2022-10-02", {
    step() {
      throw bug;
    },
  });
  assert.ok("error" in result && result.error === bug);
});

Deno.test("a stop ends it between two steps", async () => {
  const stop = new AbortController();
  const reason = new Error("stop");
  const result = await run("2022-10-02..2022-10-03", {
    signal: stop.signal,
    step: (_run, step) => step === "second" && stop.abort(reason),
  });
  assert.ok("error" in result && result.error === reason);
  assert.deepEqual(result.calls, ["2022-10-01 first", "2022-10-01 second"]);
});
