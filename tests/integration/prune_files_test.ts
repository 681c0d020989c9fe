/** Partition files and rows of the ledger that prune removes, and those that it keeps. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { partitionPaths } from "../../lib/partitions/manifest_file.ts";
import { openPartitionFile } from "../../lib/partitions/partition_file.ts";
import { readPrunedDays } from "../../lib/partitions/pruned_days.ts";
import { pruneFiles } from "../../lib/prune/files.ts";
import { prune } from "../../lib/prune/prune.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { lockFile } from "../../lib/runtime/file_lock.ts";
import { engineTests, NOW, type TestEngine } from "../support/engine/engines.ts";
import { attemptAt, connectTo, ledgerOn } from "../support/ledger/ledgers.ts";
import { loadedDay, NEXT, OLD } from "../support/prune/days.ts";

const engineTest = engineTests();
const BEFORE = Temporal.PlainDate.from("2022-10-03");
const signal = new AbortController().signal;

async function pruned({ workDir, warehouse }: TestEngine, dryRun = false): Promise<string[]> {
  const files = await Array.fromAsync(
    pruneFiles({ workDir, warehouse, signal, dryRun }, BEFORE),
  );
  return files.map((one) =>
    `${one.dataset} ${one.day} ${"kept" in one ? one.kept : one.bytes > 0}`
  );
}

async function namesIn(engine: TestEngine): Promise<string[]> {
  const folder = join(engine.workDir, "partitions", "transactions");
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name).filter((name) => name !== ".lock").sort();
}

const paths = (engine: TestEngine) =>
  partitionPaths(engine.workDir, "transactions", Temporal.PlainDate.from(OLD));

engineTest("files go that the warehouse has; others are kept, by name", async (engine) => {
  await loadedDay(engine);
  // Of the next day, which is not loaded, and of one that is not old.
  await engine.dump(NEXT);
  await engine.dump("2022-10-03");
  await Deno.writeTextFile(join(paths(engine).folder, "2022-02-30.csv"), "no day");
  await Deno.writeTextFile(join(paths(engine).folder, "notes.csv"), "mine");
  const all = await namesIn(engine);
  const expected = [
    `transactions ${OLD} true`,
    `transactions ${NEXT} transactions are not loaded`,
    `currencies ${OLD} true`,
    `currencies ${NEXT} currencies are not loaded`,
  ];
  assert.deepEqual(await pruned(engine, true), expected);
  assert.deepEqual(await namesIn(engine), all);
  assert.deepEqual(await pruned(engine), expected);
  assert.deepEqual(await namesIn(engine), all.filter((name) => !name.startsWith(OLD)));
  assert.deepEqual(await pruned(engine), expected.filter((line) => line.includes(NEXT)));
}, ["embedded"]);

engineTest("a file that the warehouse does not have as it is recorded is kept", async (engine) => {
  await loadedDay(engine);
  await engine.warehouseSession.execute(
    `DELETE FROM staging_${engine.id}.transactions WHERE ctid = (SELECT min(ctid)
     FROM staging_${engine.id}.transactions)`,
  );
  assert.match((await pruned(engine))[0]!, /the warehouse has 1 row of transactions/);
  await engine.dump(OLD);
  await engine.load(OLD);
  await Deno.writeTextFile(paths(engine).manifest, "{}");
  const data = await Deno.readFile(paths(engine).data);
  await Deno.writeTextFile(paths(engine).data, "other rows");
  assert.match((await pruned(engine))[0]!, /another file of transactions is loaded/);

  // What a prune that was killed left: the manifest went first.
  await Deno.remove(paths(engine).manifest);
  assert.match((await pruned(engine))[0]!, /another file of transactions is loaded/);
  await Deno.writeFile(paths(engine).data, data);
  assert.deepEqual(await pruned(engine), [`transactions ${OLD} true`]);
  assert.deepEqual(await namesIn(engine), []);
}, ["embedded"]);

engineTest("files that another process works on are left to it", async (engine) => {
  await loadedDay(engine);
  using _lock = await lockFile(join(paths(engine).folder, ".lock"), "them");
  await assert.rejects(pruned(engine), (error) => {
    assert.ok(error instanceof FinpipeError);
    assert.equal(error.kind, "locked");
    return true;
  });
  assert.equal((await pruned(engine, true)).length, 2);
}, ["embedded"]);

engineTest(
  "a load that misses the file of a pruned day says that it was pruned",
  async (engine) => {
    await loadedDay(engine);
    const { staging, warehouse, workDir } = engine;
    const all = { staging, warehouse, workDir, signal, now: () => NOW };
    await assert.rejects(engine.load(NEXT), /No partition file of transactions .*/);
    const dry = await prune({ ...all, dryRun: true }, BEFORE);
    assert.deepEqual([...await readPrunedDays(workDir)], []);
    const { days, files } = await prune({ ...all, dryRun: false }, BEFORE);
    assert.deepEqual([days, files], [dry.days, dry.files]);
    assert.deepEqual([...await readPrunedDays(workDir)], [[OLD, "2022-10-06 09:00:00"]]);
    const open = () => openPartitionFile(workDir, "currencies", Temporal.PlainDate.from(OLD));
    await assert.rejects(open, (error) => {
      assert.ok(error instanceof FinpipeError, String(error));
      assert.equal(error.kind, "data");
      assert.match(error.message, /which prune took out of staging/);
      return true;
    });
    // Of any other day a dump helps.
    await assert.rejects(engine.load(NEXT), /No partition file of transactions/);
  },
  ["embedded"],
);

engineTest("old attempts go, except those that say what is not done", async (engine) => {
  const ledger = await ledgerOn(connectTo(engine));
  const tried = async (
    state: "done" | "failed" | "interrupted",
    ...[fields]: Parameters<typeof attemptAt>
  ) => await ledger.end(await ledger.begin(attemptAt(fields)), { state });
  await tried("failed");
  await tried("done", { number: 2 });
  await tried("done", { step: "load" });
  await tried("interrupted", { step: "load", number: 2 });
  await tried("done", { day: "2022-10-02" });
  await tried("done", { day: "2022-10-03" });
  await ledger.begin(attemptAt({ day: "2022-10-02", step: "load" }));
  const { prune } = engine.staging;
  const left = async () =>
    (await engine.query(
      "SELECT partition, step, state FROM finpipe.attempts ORDER BY id",
    )).map((row) => Object.values(row).join(" "));

  assert.deepEqual(await prune.pruneLedger(BEFORE, true), { attempts: 4, backfills: 0 });
  assert.equal((await left()).length, 7);
  assert.deepEqual(await prune.pruneLedger(BEFORE, false), { attempts: 4, backfills: 0 });
  assert.deepEqual(await left(), [
    "2022-10-01 load interrupted",
    "2022-10-03 dump done",
    "2022-10-02 load running",
  ]);
  await ledger.close(0);
  await ledger[Symbol.asyncDispose]();
  // Once all of it is old, and something was done of it since.
  await using next = await ledgerOn(connectTo(engine), { pid: 4712 });
  for (const attempt of [{ step: "load" }, { day: "2022-10-02", step: "load" }]) {
    await next.end(await next.begin(attemptAt(attempt)), { state: "done" });
  }
  const later = Temporal.PlainDate.from("2022-10-04");
  assert.deepEqual(await prune.pruneLedger(later, true), { attempts: 5, backfills: 1 });
  assert.deepEqual(await prune.pruneLedger(later, false), { attempts: 5, backfills: 1 });
  // The one that runs stays, though nothing is left of it.
  assert.deepEqual(await engine.query("SELECT pid FROM finpipe.backfills"), [{ pid: "4712" }]);
});
