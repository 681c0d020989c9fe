/** A dump says whether the day is complete, and can insist on it. */
import assert from "node:assert/strict";
import { DATASET_NAMES } from "../../lib/events/dataset.ts";
import { partitionPaths } from "../../lib/partitions/partition_file.ts";
import { dump, type DumpOptions } from "../../lib/pipeline/dump.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import { engineTests, NOW, type TestEngine } from "../support/engines.ts";
import { jsonl, transactionMessage } from "../support/messages.ts";

const engineTest = engineTests();
const DAY = Temporal.PlainDate.from("2022-10-01");

async function addPartition(
  engine: TestEngine,
  partition: number,
  watermark: string | null,
  endSeenAt: string | null = null,
): Promise<void> {
  const literal = (text: string | null) => text === null ? "NULL" : `'${text}'`;
  await engine.session.execute(
    `INSERT INTO finpipe.source_partitions
       (kind, source, partition, next_position, watermark, end_seen_at)
     VALUES ('kafka', 'events', ${partition}, 0, ${literal(watermark)}, ${literal(endSeenAt)})`,
  );
}

function dumpDay(engine: TestEngine, options: DumpOptions = {}) {
  const { staging, workDir, log } = engine;
  const context = { staging, workDir, log, now: () => NOW, signal: new AbortController().signal };
  return dump(context, DAY, DATASET_NAMES, options);
}

async function completeOf(engine: TestEngine): Promise<(boolean | null)[]> {
  return (await dumpDay(engine)).map(({ complete }) => complete);
}

engineTest("where no Kafka partition is known, nothing is known of the day", async (engine) => {
  await engine.landText(jsonl(transactionMessage()));
  assert.deepEqual(await completeOf(engine), [null, null]);
  assert.doesNotMatch(await engine.logged(), /warn/);
  await dumpDay(engine, { requireComplete: true });
  assert.match(await engine.logged(), /warn: Cannot say whether 2022-10-01 is complete/);
});

engineTest("a day that every partition has passed is complete", async (engine) => {
  await addPartition(engine, 0, "2022-10-02 00:00:00");
  await addPartition(engine, 1, "2022-10-01 11:55:00", "2022-10-02 00:05:00.5");
  assert.deepEqual(await completeOf(engine), [true, true]);
  await dumpDay(engine, { requireComplete: true });
  assert.doesNotMatch(await engine.logged(), /warn/);
  const { manifest } = partitionPaths(engine.workDir, "transactions", DAY);
  assert.equal(JSON.parse(await Deno.readTextFile(manifest)).complete, true);
});

engineTest(
  "a day of which more may come is dumped with a warning, or not at all",
  async (engine) => {
    await addPartition(engine, 0, "2022-10-02 00:00:00");
    await addPartition(engine, 1, null);
    await assert.rejects(dumpDay(engine, { requireComplete: true }), (error) => {
      assert.ok(isKind(error, "prerequisite"));
      assert.match(error.message, /^2022-10-01 is not complete: events\/1 has not passed/);
      return true;
    });
    const { data } = partitionPaths(engine.workDir, "transactions", DAY);
    await assert.rejects(Deno.stat(data), Deno.errors.NotFound);
    await engine.logged();
    assert.deepEqual(await completeOf(engine), [false, false]);
    assert.match(
      await engine.logged(),
      /warn: 2022-10-01 is not complete: events\/1 has not passed/,
    );
  },
);
