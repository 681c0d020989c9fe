/** The order of a backfill, what it does with failures, and what it says. */
import assert from "node:assert/strict";
import { backfill, type BackfillWatch } from "../../lib/backfill/backfill.ts";
import { planBackfill } from "../../lib/backfill/dry_run.ts";
import type { BackfillRequest } from "../../lib/backfill/request.ts";
import { Retries } from "../../lib/backfill/retries.ts";
import { parseRange, runsOf } from "../../lib/partitions/run_date.ts";
import { EXIT_CODES, FinpipeError, Interrupted, isKind } from "../../lib/runtime/errors.ts";
import { didText } from "../../lib/rendering/runs.ts";
import type { ReadyStep } from "../../lib/steps/step.ts";
import { type Fault, STEP_NAMES, World } from "../support/backfill/world.ts";
import { recordingLog } from "../support/logs.ts";
import { until } from "../support/until.ts";

interface Asked extends BackfillRequest {
  retries?: number;
  retryDelay?: number;
}

interface Trial {
  faults?: (Fault | undefined)[];
  signal?: AbortSignal;
  steps?: (steps: ReadyStep[]) => ReadyStep[];
  watch?: Partial<BackfillWatch>;
  onWait?: (what: string, left: number) => void;
  now?: string;
  workDir?: string;
}

const date = (text: string) => Temporal.PlainDate.from(text);

/** Runs a backfill in a world; whatever it does is told as words. */
async function run(world: World, range: string | undefined, asked: Asked = {}, {
  faults = [],
  signal = new AbortController().signal,
  steps = (steps) => steps,
  watch = {},
  onWait,
  now,
  workDir = "",
}: Trial = {}) {
  const { retries = 0, retryDelay: delay = 0, ...request } = asked;
  world.ran = [];
  world.faults = [...faults];
  const told: string[] = [];
  const waits: number[] = [];
  const { log, lines } = recordingLog("warn");
  const journal = world.journal();
  const deps = {
    context: { ...world.context(signal, now), log, workDir },
    attempts: journal.last,
    journal,
    retries: new Retries({
      retries,
      delay,
      log,
      signal,
      onWait,
      wait(milliseconds: number) {
        waits.push(milliseconds);
        return Promise.resolve();
      },
    }),
  };
  const whole = { ...request, range: range === undefined ? undefined : parseRange(range, "range") };
  const error = await backfill(deps, whole, steps(world.steps()), {
    onStep() {},
    onDay: (day) => void told.push(`${day.runDate}: ${didText(day.steps)}`),
    ...watch,
  }).then(() => undefined, (error: unknown) => error);
  world.faults = [];
  const said = lines.map((line) => line.replace(/^\w+: |\n$/g, ""));
  return { error, told, waits, log: said, ran: world.ran };
}

/** A world with transactions and a rate on each of some days. */
function worldOf(...days: string[]): World {
  const world = new World();
  for (const day of days) {
    world.land("transactions", date(day), true);
    world.land("currencies", date(day), true);
  }
  return world;
}

const THREE_DAYS = ["2022-10-01", "2022-10-02", "2022-10-03"];
const RANGE = "2022-10-02..2022-10-04";

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

Deno.test("the first run date of all is backfilled, though there is no date before it", async () => {
  const { error, told } = await run(new World(), "0001-01-02");
  assert.equal(error, undefined);
  assert.equal(told.length, 1);
});

Deno.test("each date's steps run in order, one date after the other; then nothing is to do", async () => {
  const world = worldOf(...THREE_DAYS);
  const first = await run(world, RANGE);
  assert.deepEqual(
    first.ran,
    THREE_DAYS.flatMap((day) => STEP_NAMES.map((step) => `${day} ${step}`)),
  );
  const again = await run(world, RANGE);
  assert.deepEqual(again.ran, []);
  assert.deepEqual(
    again.told,
    THREE_DAYS.map((_, index) => `2022-10-0${index + 2}: nothing to do`),
  );
});

Deno.test("a dump that finds the same bytes ends its date there", async () => {
  const world = worldOf(...THREE_DAYS);
  await run(world, RANGE);
  world.land("transactions", date("2022-10-02"), false);
  assert.deepEqual((await run(world, RANGE)).ran, ["2022-10-02 dump"]);
});

Deno.test("a step that fails stops it; the message says where, why and how to go on", async () => {
  const world = worldOf(...THREE_DAYS);
  const faults: (Fault | undefined)[] = [...STEP_NAMES.map(() => undefined), undefined, "refused"];
  const { error, told, ran } = await run(world, RANGE, { retries: 2, given: ["--retries", "2"] }, {
    faults,
  });
  assert.ok(error instanceof FinpipeError);
  assert.equal(error.exitCode, EXIT_CODES.data);
  assert.equal(
    error.message,
    "Backfill stopped: Run date 2022-10-03 (partition 2022-10-02), step load: Refused",
  );
  assert.equal(
    error.hint,
    "Then continue with 'finpipe backfill 2022-10-03..2022-10-04 --retries 2'",
  );
  assert.equal(told.length, 1);
  assert.equal(ran.at(-1), "2022-10-02 load");

  // The date after it is held up by it: a plan says so, too.
  const later = await run(world, "2022-10-04");
  assert.ok(isKind(later.error, "prerequisite"));
  assert.equal(
    later.error.message,
    "Cannot backfill run date 2022-10-04: step load of the date before it, 2022-10-03 " +
      "(partition 2022-10-02), failed: Refused",
  );
  assert.match(later.error.hint!, /'finpipe backfill 2022-10-03\.\.2022-10-04'.*--no-depends/);
  assert.deepEqual(later.ran, []);
  assert.equal((await run(world, "2022-10-04", { dependsOnPast: false })).error, undefined);
  const planned = await planBackfill(
    { context: world.context(new AbortController().signal), attempts: world.journal().last },
    { range: parseRange("2022-10-04..2022-10-05", "range") },
    world.steps(),
  );
  assert.deepEqual(
    planned.map(({ steps }) => steps.map(({ action }) => action).join(" ")),
    Array(2).fill(STEP_NAMES.map(() => "blocked").join(" ")),
  );
  assert.equal(planned[1]!.steps[0]!.reason, "run date 2022-10-04 is blocked");
});

Deno.test("what was put right by hand since holds nobody up", async () => {
  const world = worldOf(...THREE_DAYS);
  await run(world, "2022-10-02", {}, { faults: [undefined, "refused"] });
  world.load(date("2022-10-01"));
  assert.equal((await run(world, "2022-10-03")).error, undefined);
});

Deno.test("a date that was never run holds nobody up", async () => {
  assert.equal((await run(worldOf(...THREE_DAYS), "2022-10-04")).error, undefined);
});

Deno.test("what can heal is tried again, as often as was said, with a countdown", async () => {
  const world = worldOf("2022-10-01");
  const left: number[] = [];
  const { error, waits, log } = await run(world, "2022-10-02", { retries: 2, retryDelay: 2500 }, {
    faults: [undefined, "unreachable", "unheard"],
    onWait: (_what, milliseconds) => void left.push(milliseconds),
  });
  assert.equal(error, undefined);
  assert.deepEqual(waits, [1000, 1000, 500, 1000, 1000, 500]);
  assert.deepEqual(left, [2500, 1500, 500, 2500, 1500, 500]);
  assert.match(log[0]!, /^Run date 2022-10-02 .*step load: Away; trying again in 3 s/);
  // What it had done though nobody heard of it is not done again.
  assert.deepEqual(world.ran, [
    "2022-10-01 dump",
    "2022-10-01 load",
    "2022-10-01 load",
    "2022-10-01 dwh",
    "2022-10-01 cdm",
  ]);
  const numbers = world.attempts.map(({ step, number, state }) => `${step} ${number} ${state}`);
  assert.deepEqual(numbers, [
    "dump 1 done",
    "load 1 failed",
    "load 2 failed",
    "dwh 1 done",
    "cdm 1 done",
  ]);

  const twice = await run(worldOf("2022-10-01"), "2022-10-02", { retries: 1 }, {
    faults: ["unreachable", "unreachable"],
  });
  assert.ok(isKind(twice.error, "unreachable"));
  assert.equal(twice.ran.length, 2);
});

Deno.test("without depending on the past, a date that fails leaves the others be", async () => {
  const world = worldOf(...THREE_DAYS);
  const { error, told } = await run(world, RANGE, { dependsOnPast: false }, {
    faults: [undefined, "refused", "refused"],
  });
  assert.ok(isKind(error, "data"));
  assert.match(error.message, /Run date 2022-10-02 .*\(2 dates failed: 2022-10-02, 2022-10-03\)$/);
  assert.equal(error.hint, "Then continue with 'finpipe backfill 2022-10-02..2022-10-04'");
  assert.deepEqual(told.map((line) => line.slice(0, 10)), ["2022-10-04"]);
});

Deno.test("newest first, a rate of an older date makes the later cores and marts anew", async () => {
  const world = worldOf(...THREE_DAYS);
  world.landed.delete("currencies 2022-10-03");
  const { error, ran } = await run(world, RANGE, { newestFirst: true, dependsOnPast: false });
  assert.equal(error, undefined);
  for (const step of ["dwh", "cdm"]) {
    assert.deepEqual(ran.filter((ran) => ran.endsWith(step)), [
      `2022-10-03 ${step}`,
      `2022-10-02 ${step}`,
      `2022-10-01 ${step}`,
      `2022-10-03 ${step}`,
    ]);
  }
  for (const day of THREE_DAYS.map(date)) {
    assert.deepEqual(world.builtNow(day), [world.builtOf(day), world.builtOf(day)]);
  }
});

Deno.test("days beyond the range that a late rate makes stale are named, with the command", async () => {
  const world = worldOf(...THREE_DAYS);
  world.landed.delete("currencies 2022-10-02");
  world.landed.delete("currencies 2022-10-03");
  await run(world, RANGE);
  world.land("currencies", date("2022-10-01"), true);
  const { log } = await run(world, "2022-10-02", {
    given: ["--only", "dump,load,dwh,cdm", "--retries", "2"],
  });
  assert.deepEqual(log, [
    "2 days beyond this backfill are stale, as another rate holds there now: " +
    "2022-10-02..2022-10-03. 'finpipe backfill 2022-10-03..2022-10-04 --stale --retries 2' builds " +
    "them again",
  ]);
  assert.deepEqual((await run(world, undefined, { stale: true })).ran, [
    "2022-10-02 dwh",
    "2022-10-02 cdm",
    "2022-10-03 dwh",
    "2022-10-03 cdm",
  ]);
});

Deno.test("days that have no core yet get one, and their marts are left as they are", async () => {
  const world = worldOf(...THREE_DAYS);
  await run(world, RANGE);
  world.cores.clear();
  const { ran, told } = await run(world, RANGE);
  assert.deepEqual(ran, THREE_DAYS.map((day) => `${day} dwh`));
  assert.equal(told[0], "2022-10-02: dump: fresh; load: fresh; dwh: ; cdm: fresh");

  // A mart is not made from the core: it can be built where there is none.
  world.cores.clear();
  world.marts.clear();
  const marts = await run(world, RANGE, { selected: new Set(["cdm"]) });
  assert.equal(marts.error, undefined);
  assert.deepEqual(marts.ran, THREE_DAYS.map((day) => `${day} cdm`));
});

Deno.test("after a load that changed the day, core and mart are built without another look", async () => {
  const world = worldOf("2022-10-01");
  const { ran } = await run(world, "2022-10-02");
  assert.deepEqual(ran, STEP_NAMES.map((step) => `2022-10-01 ${step}`));
  // Before the date, at all dates after them, and beyond them.
  assert.equal(world.reads, 3);
});

Deno.test("a late rate that only the core has used is told of, too", async () => {
  const world = worldOf(...THREE_DAYS);
  for (const day of THREE_DAYS.slice(1)) world.landed.delete(`currencies ${day}`);
  await run(world, RANGE);
  world.marts.clear();
  world.land("currencies", date("2022-10-01"), true);
  const { log } = await run(world, "2022-10-02");
  assert.match(log[0]!, /^2 days beyond this backfill are stale.*2022-10-02\.\.2022-10-03/);
});

Deno.test("--stale passes over what is missing, and days that are not over", async () => {
  const world = worldOf(...THREE_DAYS);
  await run(world, "2022-10-02");
  world.land("transactions", date("2022-10-01"), true);
  await run(world, "2022-10-04", { dependsOnPast: false });
  world.land("transactions", date("2022-10-03"), true);
  const { ran } = await run(world, undefined, { stale: true }, { now: "2022-10-03T10:00:00Z" });
  assert.deepEqual(ran, STEP_NAMES.map((step) => `2022-10-01 ${step}`));
});

Deno.test("a step that is not to be run stands in the way of those that need it, and is named", async () => {
  const { error, ran } = await run(worldOf("2022-10-01"), "2022-10-02", {
    selected: new Set(["load", "cdm"]),
  });
  assert.ok(isKind(error, "prerequisite"));
  assert.match(error.message, /step load: Cannot run load: dump has to run first/);
  assert.match(error.hint!, /^Run 'finpipe dump 2022-10-02' first/);
  assert.deepEqual(ran, []);
});

Deno.test("with jobs, later dates are dumped while an earlier one is worked on, no further ahead", async () => {
  const world = worldOf("2022-10-01", "2022-10-02", "2022-10-03", "2022-10-04");
  const ahead = ["2022-10-01 dump", "2022-10-02 dump", "2022-10-03 dump"];
  let dumped: string[] = [];
  const { error } = await run(world, "2022-10-02..2022-10-05", { jobs: 3 }, {
    steps: (steps) =>
      steps.map((step) => ({
        ...step,
        async runDay(context, run) {
          // The first load waits for as many dumps as may be made meanwhile.
          const isFirstLoad = step.name === "load" && run.partition.day === 1;
          if (isFirstLoad) await until(() => ahead.every((step) => world.ran.includes(step)));
          return await step.runDay(context, run);
        },
      })),
    watch: {
      onDay: ({ partition }) => {
        if (partition.day === 1) dumped = world.ran.filter((step) => step.endsWith("dump"));
      },
    },
  });
  assert.equal(error, undefined);
  assert.deepEqual(dumped.toSorted(), ahead);
  assert.equal(world.ran.length, 4 * STEP_NAMES.length);
});

Deno.test("a dump ahead that failed is made when its turn comes", async () => {
  const world = worldOf(...THREE_DAYS);
  const { error, ran } = await run(world, RANGE, { jobs: 2 }, { faults: ["refused"] });
  assert.equal(error, undefined);
  assert.equal(ran.filter((step) => step === "2022-10-02 dump").length, 2);
  const dumps = world.attempts.filter(({ partition, step }) =>
    partition.day === 2 && step === "dump"
  );
  assert.deepEqual(dumps.map(({ number, state }) => `${number} ${state}`), ["1 failed", "2 done"]);
});

Deno.test("a bug is thrown as it is", async () => {
  const bug = new TypeError("a bug");
  const { error } = await run(worldOf("2022-10-01"), "2022-10-02", {}, {
    watch: {
      onStep() {
        throw bug;
      },
    },
  });
  assert.equal(error, bug);
});

Deno.test("a stop ends it between two steps, and says how to go on", async () => {
  const stop = new AbortController();
  const reason = new Interrupted("SIGINT");
  const { error, log, ran } = await run(worldOf(...THREE_DAYS), RANGE, { given: ["--jobs", "2"] }, {
    signal: stop.signal,
    watch: { onStep: (_run, step) => step === "load" && stop.abort(reason) },
  });
  assert.equal(error, reason);
  assert.deepEqual(ran, ["2022-10-01 dump"]);
  assert.deepEqual(log, ["To go on: 'finpipe backfill 2022-10-02..2022-10-04 --jobs 2'"]);
});

Deno.test("a warehouse that goes away does not hide what failed, and how to go on", async () => {
  const world = worldOf(...THREE_DAYS);
  const away = () => Promise.reject(new FinpipeError("unreachable", "The warehouse is away"));
  const { error, log } = await run(world, RANGE, {}, {
    steps: (steps) =>
      steps.map((step) => ({
        ...step,
        runDay: (context, run) => {
          if (run.partition.day !== 2 || step.name !== "load") return step.runDay(context, run);
          Object.assign(context.ends.warehouse, { dayFacts: away });
          return away();
        },
      })),
  });
  assert.ok(isKind(error, "unreachable"));
  assert.match(error.message, /Run date 2022-10-03 .*, step load: The warehouse is away$/);
  assert.equal(error.hint, "Then continue with 'finpipe backfill 2022-10-03..2022-10-04'");
  assert.deepEqual(log, ["Cannot tell whether other days are stale now: The warehouse is away"]);
});

Deno.test("a date that cannot be planned ahead fails when its turn comes, after those before it", async () => {
  const { error, told } = await run(worldOf(...THREE_DAYS), RANGE, { jobs: 3 }, {
    steps: (steps) =>
      steps.map((step) => ({
        ...step,
        wantsInput: ({ day }) =>
          day.day === 3
            ? Promise.reject(new FinpipeError("failed", "Cannot read the manifest"))
            : Promise.resolve(undefined),
      })),
  });
  assert.ok(isKind(error, "failed"));
  assert.match(error.message, /Run date 2022-10-04 .*: Cannot read the manifest$/);
  assert.equal(error.hint, "Then continue with 'finpipe backfill 2022-10-04'");
  assert.deepEqual(told.map((line) => line.slice(0, 10)), ["2022-10-02", "2022-10-03"]);
});

Deno.test("a date is told as done though files of old days cannot be removed after it", async () => {
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-kept-" });
  try {
    // A file where a folder should be.
    await Deno.writeTextFile(`${workDir}/partitions`, "");
    const { error, told } = await run(worldOf(...THREE_DAYS), RANGE, { keepFiles: 1 }, { workDir });
    assert.ok(error instanceof FinpipeError);
    assert.match(
      error.message,
      /^Backfill stopped: Run date 2022-10-02 \(partition 2022-10-01\): /,
    );
    assert.match(error.hint!, /continue with 'finpipe backfill 2022-10-02\.\.2022-10-04'$/);
    assert.deepEqual(told, ["2022-10-02: dump: ; load: ; dwh: ; cdm: "]);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
});

Deno.test("a stop hides no date that failed before it, and the command goes on from that one", async () => {
  const stop = new AbortController();
  const reason = new Interrupted("SIGINT");
  const { error, log } = await run(worldOf(...THREE_DAYS), RANGE, { dependsOnPast: false }, {
    faults: [undefined, "refused"],
    signal: stop.signal,
    watch: { onStep: ({ partition }) => partition.day === 3 && stop.abort(reason) },
  });
  assert.equal(error, reason);
  assert.deepEqual(log, [
    "Run date 2022-10-02 (partition 2022-10-01), step load: Refused",
    "To go on: 'finpipe backfill 2022-10-02..2022-10-04'",
  ]);
});
