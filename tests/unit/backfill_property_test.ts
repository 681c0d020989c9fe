/**
 * Whatever has happened before, a backfill ends with the core and the mart of a clean run, and runs nothing
 * needlessly.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { backfill } from "../../lib/backfill/backfill.ts";
import type { BackfillRequest } from "../../lib/backfill/request.ts";
import { Retries } from "../../lib/backfill/retries.ts";
import { DATASET_NAMES } from "../../lib/events/dataset.ts";
import { parseRange } from "../../lib/partitions/run_date.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { SILENT } from "../support/logs.ts";
import { type Fault, Killed, World } from "../support/backfill/world.ts";

const FIRST = Temporal.PlainDate.from("2022-10-01");
const DAYS = [0, 1, 2, 3].map((days) => FIRST.add({ days }));
const RANGE = parseRange("2022-10-02..2022-10-05", "range");
const NEVER = new AbortController().signal;

type Event =
  | { kind: "land"; dataset: number; day: number; isNew: boolean }
  | { kind: "undo"; dataset: number; day: number }
  | { kind: "lose"; day: number }
  | { kind: "step"; step: number; day: number }
  | { kind: "backfill"; faults: (Fault | undefined)[]; request: Asked };

interface Asked extends BackfillRequest {
  retries?: number;
}

const day = fc.nat(DAYS.length - 1);
const dataset = fc.nat(1);

const request = fc.record({
  retries: fc.nat(2),
  jobs: fc.integer({ min: 1, max: 4 }),
  force: fc.boolean(),
  order: fc.constantFrom("past", "no past", "newest first"),
  selected: fc.constantFrom(
    undefined,
    new Set(["dump"]),
    new Set(["load", "cdm"]),
    new Set(["dwh"]),
    new Set(["load", "dwh", "cdm"]),
  ),
  from: day,
  length: day,
}).map(({ order, from, length, ...rest }): Asked => ({
  ...rest,
  newestFirst: order === "newest first",
  dependsOnPast: order === "past",
  range: {
    from: RANGE.from.add({ days: from }),
    to: RANGE.from.add({ days: Math.min(from + length, DAYS.length - 1) }),
  },
}));

const fault = fc.constantFrom<Fault | undefined>(
  undefined,
  undefined,
  undefined,
  "refused",
  "unreachable",
  "unheard",
  "killed",
  "killed halfway",
  "killed unheard",
);

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("land" as const), dataset, day, isNew: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("undo" as const), dataset, day }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose" as const), day }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("step" as const), step: fc.nat(3), day }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("backfill" as const),
      faults: fc.array(fault, { maxLength: 12 }),
      request,
    }),
  },
);

/** Runs one as a process would; what a kill leaves running was interrupted. */
async function run(world: World, { retries = 0, ...request }: Asked): Promise<unknown> {
  const journal = world.journal();
  const deps = {
    context: world.context(NEVER),
    attempts: journal.last,
    journal: {
      begin: journal.begin,
      // A process that is killed writes nothing more.
      end: (attempt: number, outcome: Parameters<typeof journal.end>[1]) =>
        outcome.message === "an unexpected error"
          ? Promise.resolve()
          : journal.end(attempt, outcome),
    },
    retries: new Retries({
      retries,
      delay: 0,
      log: SILENT,
      signal: NEVER,
      wait: () => Promise.resolve(),
    }),
  };
  return await backfill(deps, request, world.steps(), { onStep() {}, onDay() {} })
    .then(() => undefined, (error) => error);
}

async function happen(world: World, event: Event): Promise<void> {
  switch (event.kind) {
    case "land":
      return world.land(DATASET_NAMES[event.dataset]!, DAYS[event.day]!, event.isNew);
    case "undo":
      return world.undoLoad(DATASET_NAMES[event.dataset]!, DAYS[event.day]!);
    case "lose":
      return world.loseFiles(DAYS[event.day]!);
    case "step":
      try {
        const work = [world.dump, world.load, world.buildCore, world.buildMart][event.step]!;
        return work.call(world, DAYS[event.day]!);
      } catch (error) {
        assert.ok(error instanceof FinpipeError);
        return;
      }
    case "backfill": {
      world.faults = [...event.faults];
      const error = await run(world, event.request);
      world.faults = [];
      assert.ok(error === undefined || error instanceof FinpipeError || error instanceof Killed);
    }
  }
}

Deno.test("any history, then one plain backfill: core and mart of a clean run, and all fresh", async () => {
  const property = fc.asyncProperty(
    fc.array(event, { maxLength: 14 }),
    fc.integer({ min: 1, max: 4 }),
    fc.boolean(),
    async (events, jobs, newestFirst) => {
      const world = new World();
      for (const event of events) await happen(world, event);

      world.needless.length = 0;
      const plain = { range: RANGE, jobs, newestFirst, dependsOnPast: !newestFirst };
      assert.equal(await run(world, plain), undefined);
      for (const day of DAYS) isAsFromClean(world, day);
      // A file that is gone is dumped again, though its dump stands.
      const needless = world.needless.filter((step) => !step.endsWith("dump"));
      assert.deepEqual(needless.filter((step) => !wasBroken(world, step)), []);

      world.ran = [];
      assert.equal(await run(world, { range: RANGE }), undefined);
      assert.equal(await run(world, { stale: true }), undefined);
      assert.deepEqual(world.ran, []);
    },
  );
  await fc.assert(property, { numRuns: 1000 });
});

/** Core and mart of a day are what a clean run makes. */
function isAsFromClean(world: World, day: Temporal.PlainDate): void {
  const clean = world.builtOf(day);
  assert.deepEqual(world.builtNow(day), [clean, clean]);
}

/** An attempt of it that failed or was interrupted left what stood: it is made again in any case. */
function wasBroken(world: World, step: string): boolean {
  return world.attempts.some((attempt) =>
    `${attempt.partition} ${attempt.step}` === step &&
    (attempt.state === "failed" || attempt.state === "interrupted")
  );
}

Deno.test("what a late rate makes stale beyond the range, --stale builds again", async () => {
  const property = fc.asyncProperty(
    fc.array(event, { maxLength: 10 }),
    day,
    fc.boolean(),
    async (events, late, newestFirst) => {
      const world = new World();
      for (const event of events) await happen(world, event);
      assert.equal(await run(world, { range: RANGE }), undefined);

      world.land("currencies", DAYS[late]!, true);
      const date = RANGE.from.add({ days: late });
      assert.equal(await run(world, { range: { from: date, to: date } }), undefined);
      assert.equal(
        await run(world, { stale: true, newestFirst, dependsOnPast: !newestFirst }),
        undefined,
      );
      for (const day of DAYS) isAsFromClean(world, day);
      world.ran = [];
      assert.equal(await run(world, { stale: true }), undefined);
      assert.deepEqual(world.ran, []);
    },
  );
  await fc.assert(property, { numRuns: 300 });
});
