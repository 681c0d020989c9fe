/**
 * Loads of a Vertica warehouse that lose a connection and try again, or meet another load. A cut at each
 * message is in tests/long/vertica_faults_test.ts; those that give up are in load_crash_matrix_test.ts
 * there.
 */
import assert from "node:assert/strict";
import { isKind } from "../../lib/runtime/errors.ts";
import { CutLoadPlace, day, NEW, OLD } from "../support/vertica/cut_load_place.ts";
import { writePartition } from "../support/partitions/reference.ts";
import { STRICT_LIMITS } from "../support/warehouse/warehouses.ts";
import { verticaTest } from "../support/vertica/place.ts";

verticaTest("a swap that was not recorded makes no file of the day look loaded", async () => {
  await using place = await CutLoadPlace.open();
  await place.load(OLD);
  const isSwap = (_: number, text: string) => text.includes("SWAP_PART") ? "cut answer" : "pass";
  const error = await place.behindProxy(isSwap, (warehouse) => place.load(NEW, warehouse));
  assert.ok(isKind(error, "unreachable"), String(error));
  // The record is still the old one, and the counts agree with it.
  assert.equal(await place.standing(), "2 3");
  await place.loadUnlessLoaded(OLD);
  assert.equal(await place.standing(), "1 4");
  assert.equal(await place.straight.undoDay("transactions", day), true);
  assert.equal(await place.standing(), "2 3");
});

verticaTest("an unreachable server is tried again, and the load is begun anew", async () => {
  await using place = await CutLoadPlace.open();
  await place.load(OLD);
  let cuts = 0;
  const error = await place.behindProxy(
    (message) => message === 20 && cuts++ === 0 ? "cut" : "pass",
    (warehouse) => place.load(NEW, warehouse),
    10_000,
  );
  assert.equal(error, undefined);
  assert.equal(cuts, 1);
  assert.equal(await place.standing(), "2 3");
});

verticaTest("a second load of a dataset is locked at once, one of the other is not", async () => {
  await using place = await CutLoadPlace.open();
  const session = await place.vertica.session();
  await session.query(`LOCK TABLE ${place.stagingSchema}.transactions_lock IN EXCLUSIVE MODE`);
  const error = await place.load(NEW).catch((error) => error);
  assert.ok(isKind(error, "locked"), String(error));
  assert.match(error.message, /Another load of transactions is running/);
  const currencies = await writePartition(place.workDir, "currencies", String(day), []);
  await place.straight.replaceDay(currencies, STRICT_LIMITS);
  // Whoever held it dies: nothing is left to be unlocked.
  await session.close();
  await place.load(NEW);
});
