/**
 * Builds of Vertica's core that lose a connection, meet another build or a mergeout. A cut at each message
 * is in tests/long/core_faults_test.ts.
 */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import { buildCore } from "../../lib/warehouse/vertica/core.ts";
import { VerticaScope } from "../../lib/warehouse/vertica/scope.ts";
import { writePartition } from "../support/partitions/reference.ts";
import { transaction } from "../support/partitions/rows.ts";
import { CutLoadPlace, day } from "../support/vertica/cut_load_place.ts";
import { ownVerticaTest, verticaTest } from "../support/vertica/place.ts";
import {
  assertTidy,
  buildWithFault,
  coreStanding,
  isUnfinished,
  loadVersion,
  openCutCore,
} from "../support/warehouse/cut_core.ts";
import { NOW, STRICT_LIMITS } from "../support/warehouse/warehouses.ts";

/** Answers that are lost, and which versions the two tables of facts have then. */
const CUTS: readonly [message: RegExp, standing: string][] = [
  [/INSERT INTO \S+core_pending/, "0 0"],
  [/SWAP_PARTITIONS[^]*fct_transactions'/, "1 0"],
  [/INSERT INTO \S+builds/, "1 1"],
];

verticaTest(
  "a build that breaks off leaves the old day, or a day that is known to be unfinished",
  async () => {
    await using place = await openCutCore();
    for (const [pattern, expected] of CUTS) {
      await loadVersion(place, 0);
      await place.straight.buildCore(day);
      await loadVersion(place, 1);
      let times = 0;
      const { standing, hasFailed } = await buildWithFault(
        place,
        1,
        (_, text) => pattern.test(text) && ++times > 0 ? "cut answer" : "pass",
      );
      assert.ok(times > 0 && hasFailed, String(pattern));
      assert.equal(standing, expected, String(pattern));
    }
  },
);

verticaTest("two builds at once wait for each other: no member gets two keys", async () => {
  await using place = await openCutCore();
  await using other = place.another();
  const next = day.add({ days: 1 });
  const rows = Array.from(
    { length: 50 },
    (_, index) =>
      transaction(String(next), {
        account_number_from: String(index),
        country: String(index % 7),
        transaction_type: String(index % 3),
      }),
  );
  for (const [dataset, content] of [["transactions", rows], ["currencies", []]] as const) {
    const file = await writePartition(place.workDir, dataset, String(next), content);
    await other.replaceDay(file, STRICT_LIMITS);
  }
  await loadVersion(place, 1);
  const built = await Promise.all([
    place.straight.buildCore(day),
    other.buildCore(next),
    place.another().buildCore(day),
  ]);
  assert.deepEqual(built.map(({ transactions }) => transactions), [3, 50, 3]);
  for (
    const [table, member] of [
      ["accounts", "account_number"],
      ["countries", "country"],
      ["statuses", "status"],
      ["transaction_types", "transaction_type"],
    ] as const
  ) {
    const twice = await place.query(
      `SELECT ${member} FROM mart.dim_${table} GROUP BY ${member} HAVING COUNT(*) > 1`,
    );
    assert.deepEqual(twice, [], table);
  }
  const [joined] = await place.query("SELECT COUNT(*) AS rows FROM mart.v_transactions");
  assert.equal(joined!.rows, "53");
  await assertTidy(place);
});

ownVerticaTest("a build that waits too long for another one is locked", async () => {
  await using place = await openCutCore();
  place.vertica.own!.engine.lockTimeout = 50;
  const session = await place.vertica.session();
  await session.query(`LOCK TABLE ${place.stagingSchema}.core_lock IN EXCLUSIVE MODE`);
  const error = await place.straight.buildCore(day).catch((error) => error);
  assert.ok(isKind(error, "locked"), String(error));
  assert.match(error.message, /^Another build of the core is running/);
  // Whoever held it dies: nothing is left to be unlocked.
  await session.close();
  await place.straight.buildCore(day);
});

/** Builds the day in a session of the test's own, under a lock of which it says what a check finds. */
async function buildUnder(place: CutLoadPlace, check: () => Promise<void>): Promise<unknown> {
  const session = await place.vertica.session();
  const scope = new VerticaScope({
    session,
    schemas: place.schemas,
    now: () => NOW,
    connect: () => place.vertica.session(),
  });
  try {
    return await buildCore(scope, { check }, day).catch((error) => error);
  } finally {
    await session.close();
  }
}

verticaTest(
  "a build that lost its lock between swaps and record does not say that it is done",
  async () => {
    await using place = await openCutCore();
    await loadVersion(place, 1);
    let checks = 0;
    const lost = new Error("lost");
    const error = await buildUnder(
      place,
      () => ++checks === 2 ? Promise.reject(lost) : Promise.resolve(),
    );
    assert.equal(error, lost);
    assert.equal(await coreStanding(place), "1 1");
    assert.ok(await isUnfinished(place));
    await place.straight.buildCore(day);
    assert.equal(await isUnfinished(place), false);
    await assertTidy(place);
  },
);

verticaTest(
  "a build leaves the entry and the side tables of one that took over its lock",
  async () => {
    await using place = await openCutCore();
    await loadVersion(place, 1);
    const other = "0b5e55ed-0000-4000-8000-000000000001";
    const side = "fct_transactions_build_0b5e55ed0000";
    let checks = 0;
    await buildUnder(place, async () => {
      if (++checks < 2) return;
      await place.query(`UPDATE staging.core_pending SET build_id = '${other}'`);
      await place.query(
        `CREATE TABLE staging.${side} LIKE mart.fct_transactions INCLUDING PROJECTIONS`,
      );
    });
    assert.ok(await isUnfinished(place));
    const kept = await place.query(
      `SELECT table_name FROM v_catalog.tables
     WHERE table_schema = '${place.stagingSchema}' AND table_name LIKE 'fct!_%' ESCAPE '!'`,
    );
    assert.deepEqual(kept.map(({ table_name }) => table_name), [side]);
    await place.straight.buildCore(day);
    assert.equal(await isUnfinished(place), false);
    await assertTidy(place);
  },
);

ownVerticaTest("a swap that meets a mergeout has the build begin again", async () => {
  await using place = await openCutCore();
  const { switches } = place.vertica.own!.engine;
  await loadVersion(place, 1);
  switches.mergeoutConflicts = 1;
  await place.straight.buildCore(day);
  assert.equal(switches.mergeoutConflicts, 0);
  assert.equal(await coreStanding(place), "1 1");
  await loadVersion(place, 0);
  switches.mergeoutConflicts = 20;
  await assert.rejects(place.straight.buildCore(day));
  switches.mergeoutConflicts = 0;
  assert.equal(await coreStanding(place), "1 1");
  await place.straight.buildCore(day);
  assert.equal(await coreStanding(place), "0 0");
  await assertTidy(place);
});

for (const swapCommits of [true, false]) {
  const does = swapCommits ? "commits" : "does not commit";
  ownVerticaTest(`a day is built where a swap ${does} the transaction it is in`, async () => {
    await using place = await openCutCore();
    place.vertica.own!.engine.switches.swapCommits = swapCommits;
    await loadVersion(place, 1);
    await place.straight.buildCore(day);
    assert.equal(await coreStanding(place), "1 1");
  });
}

verticaTest("a load that broke off keeps the core as it is", async () => {
  await using place = await openCutCore();
  const isSwap = (_: number, text: string) => text.includes("SWAP_PART") ? "cut answer" : "pass";
  await place.behindProxy(isSwap, (warehouse) => place.load([transaction(String(day))], warehouse));
  const error = await place.straight.buildCore(day).catch((error) => error);
  assert.ok(isKind(error, "prerequisite"), String(error));
  assert.match(error.message, /Cannot build the core for \S+ a load of transactions is running or/);
  assert.equal(await coreStanding(place), "0 0");
  await assertTidy(place);
});

verticaTest(
  "a first build that broke off before its swap is taken away with the load",
  async () => {
    await using place = await CutLoadPlace.open();
    await loadVersion(place, 0);
    const isSwap = (_: number, text: string) => text.includes("SWAP_PART") ? "cut" : "pass";
    await place.behindProxy(isSwap, (warehouse) => warehouse.buildCore(day));
    assert.ok(await isUnfinished(place));
    for (const dataset of ["transactions", "currencies"] as const) {
      assert.ok(await place.straight.undoDay(dataset, day));
    }
    const { takenAway } = await place.straight.buildCore(day);
    assert.deepEqual(takenAway, { transactions: 0, currencyRates: 0 });
    const [facts] = await place.straight.dayFacts({ from: day, to: day });
    assert.equal(facts?.core, undefined);
    const error = await place.straight.buildCore(day).catch((error) => error);
    assert.ok(isKind(error, "prerequisite"), String(error));
  },
);
