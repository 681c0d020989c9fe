/** What a load left that went wrong on a Vertica server that lives, and who finds it later. */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import { sideTable } from "../../lib/warehouse/vertica/variables.ts";
import { VerticaError } from "../vertica-server/engine.ts";
import { writePartition } from "../support/partitions/reference.ts";
import { DAY, day, serverTest } from "../support/vertica/conditions.ts";
import { rate } from "../support/partitions/rows.ts";
import { DONE, staleDays } from "../support/warehouse/stale.ts";
import { NOW, STRICT_LIMITS } from "../support/warehouse/warehouses.ts";

serverTest(
  "a load that could not be recorded keeps the day before it for the undo",
  async (place) => {
    await place.load(1);
    // The session goes on, unlike after a shutdown.
    const error = new VerticaError("XX000", 2000, "an error of chance");
    place.server.faults.arm({ kind: "error", statement: /^INSERT INTO \S+\.loads /, error });
    await assert.rejects(place.load(2), /an error of chance/);
    assert.equal(await place.standing(), "2");
    assert.equal(await place.warehouse.undoDay("transactions", day), true);
    assert.equal(await place.standing(), "1");
  },
);

serverTest(
  "an undo that is not what was recorded is refused, and the new day stays",
  async (place) => {
    await place.load(1);
    await place.load(2);
    const [undo] = await place.query("SELECT side_load_id FROM staging.load_undo");
    const side = sideTable("transactions", undo!.side_load_id!);
    for (const change of ["SET amount = 5", undefined]) {
      await place.query(
        change === undefined ? `DELETE FROM staging.${side}` : `UPDATE staging.${side} ${change}`,
      );
      const error = await place.warehouse.undoDay("transactions", day).catch((error) => error);
      assert.ok(isKind(error, "data"), String(error));
      assert.match(`${error.message} ${error.hint}`, /Cannot undo .* --force/);
      assert.equal(await place.standing(), "2");
    }
  },
);

serverTest(
  "an undo that is killed before it is recorded, and a mart that is taken away only in part",
  async ({ warehouse, server, vertica, schemas, load }) => {
    const done = { statuses: ["done"], strict: false };
    const workDir = await Deno.makeTempDir({ prefix: "finpipe-vertica-" });
    const currencies = await writePartition(workDir, "currencies", DAY, [rate(DAY)]);
    await warehouse.replaceDay(currencies, STRICT_LIMITS);
    await Deno.remove(workDir, { recursive: true });
    await load(1);
    await warehouse.buildMart(day, done);

    server.faults.arm({ kind: "cut before", statement: /^DELETE FROM \S+\.loads/ });
    await assert.rejects(warehouse.undoDay("transactions", day), isUnreachable);
    // The day is gone from staging, and the records say that it stands.
    const waits = (error: unknown) =>
      isKind(error, "prerequisite") && error.hint!.includes("--dataset transactions --undo'");
    await assert.rejects(warehouse.buildMart(day, done), waits);
    const range = { from: day, to: day };
    assert.deepEqual(await staleDays({ warehouse }, range), [
      "2022-10-01 an undo of transactions is running, or was broken off",
    ]);
    assert.equal(await warehouse.undoDay("transactions", day), true);

    server.faults.arm({ kind: "cut before", statement: /^INSERT INTO \S+\.builds/ });
    await assert.rejects(warehouse.buildMart(day, done), isUnreachable);
    assert.equal((await Array.fromAsync(warehouse.mart())).length, 1);
    // A retry: what was not done is done, and no more.
    server.faults.arm({ kind: "cut before", statement: /^INSERT INTO \S+\.builds/ });
    await using patient = vertica.warehouse({ ...schemas, now: () => NOW, retryFor: 60_000 });
    const { takenAway } = await patient.buildMart(day, done);
    assert.deepEqual(takenAway, { rows: 1, leftOut: 0 });
    assert.deepEqual(await Array.fromAsync(warehouse.mart()), []);
  },
);

function isUnreachable(error: unknown): boolean {
  return isKind(error, "unreachable");
}

serverTest(
  "a load that an older version left unrecorded is recorded with its rates",
  async (place) => {
    const workDir = await Deno.makeTempDir({ prefix: "finpipe-vertica-" });
    try {
      const currencies = await writePartition(workDir, "currencies", DAY, [rate(DAY)]);
      place.server.faults.arm({ kind: "cut before", statement: /^DELETE FROM \S+\.load_undo/ });
      await assert.rejects(place.warehouse.replaceDay(currencies, STRICT_LIMITS), isUnreachable);
      // That version wrote down no dump.
      await place.query("DELETE FROM staging.load_origins");
      await place.warehouse.replaceDay(currencies, STRICT_LIMITS);
      const rates = await place.query("SELECT currency_code, rate FROM staging.load_rates");
      assert.deepEqual(rates.map((row) => Object.values(row)), [["430", "1.000000"]]);
      const [facts] = await place.warehouse.dayFacts({ from: day, to: day });
      assert.equal(facts!.loads.currencies!.stagedRows, undefined);
    } finally {
      await Deno.remove(workDir, { recursive: true });
    }
  },
);

serverTest("a load that is tried again records its dump once", async (place) => {
  place.engine.switches.mergeoutConflicts = 20;
  await assert.rejects(place.load(1));
  place.engine.switches.mergeoutConflicts = 6;
  await using patient = place.vertica.warehouse({
    ...place.schemas,
    now: () => NOW,
    retryFor: 60_000,
  });
  await place.load(2, patient);
  const origins = await place.query("SELECT load_id FROM staging.load_origins");
  assert.deepEqual(origins, await place.query("SELECT load_id FROM staging.loads"));
});

serverTest("of builds of one day at once, each tells what it changed itself", async (place) => {
  const { warehouse, vertica, schemas } = place;
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-vertica-" });
  const currencies = await writePartition(workDir, "currencies", DAY, [rate(DAY)]);
  await warehouse.replaceDay(currencies, STRICT_LIMITS);
  await Deno.remove(workDir, { recursive: true });
  await place.load(100);
  await warehouse.buildMart(day, DONE);
  await place.load(200);
  await using one = vertica.warehouse({ ...schemas, now: () => NOW });
  await using other = vertica.warehouse({ ...schemas, now: () => NOW });
  await Promise.all([one, other, warehouse].map((some) => some.buildMart(day, DONE)));
  const changes = await place.query(
    "SELECT amount_total FROM staging.build_changes ORDER BY COALESCE(amount_total, 0)",
  );
  assert.deepEqual(changes.map(({ amount_total }) => amount_total), [null, "1.00"]);
  const builds = await place.query("SELECT stands FROM staging.builds ORDER BY stands");
  assert.deepEqual(builds.map(({ stands }) => stands), ["f", "f", "f", "t"]);
});
