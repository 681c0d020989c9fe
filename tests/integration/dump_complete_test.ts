/** A dump says whether the day is complete, and can insist on it. */
import assert from "node:assert/strict";
import { DATASET_NAMES } from "../../lib/events/dataset.ts";
import { partitionPaths } from "../../lib/partitions/manifest_file.ts";
import { runOfPartition } from "../../lib/partitions/run_date.ts";
import { dump } from "../../lib/steps/dump.ts";
import { isKind } from "../../lib/runtime/errors.ts";
import type { Manifest } from "../../lib/partitions/manifest.ts";
import { LandedBatch } from "../../lib/staging/batch.ts";
import { makeCopyRows } from "../../lib/staging/postgres/copy_rows.ts";
import type { SourceStatus } from "../../lib/staging/sources.ts";
import { EMBEDDED_TIMERS } from "../support/engine/embedded_timers.ts";
import { engineTests, NOW, openSession, type TestEngine } from "../support/engine/engines.ts";
import { jsonl, transactionMessage } from "../support/events/messages.ts";
import { postgresTest, testDatabase } from "../support/postgres/database.ts";
import { runCli } from "../support/cli/run_cli.ts";

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
       (kind, source, partition, next_position, watermark, end_seen_at, moved_at)
     VALUES ('kafka', 'events', ${partition}, 0, ${literal(watermark)}, ${literal(endSeenAt)},
       '2022-01-01')`,
  );
}

/** Which partitions are retired. */
async function retiredOf({ staging }: TestEngine): Promise<number[]> {
  const rows = await staging.sources.list();
  return rows.filter(({ retired }) => retired).map(({ partition }) => partition);
}

function dumpDay(engine: TestEngine, { requireComplete = false } = {}) {
  const { staging, workDir, log } = engine;
  const context = { staging, workDir, log, now: () => NOW, signal: new AbortController().signal };
  return dump(context, runOfPartition(DAY), { datasets: DATASET_NAMES, requireComplete });
}

async function completeOf(engine: TestEngine): Promise<(boolean | null)[]> {
  return (await dumpDay(engine)).map(({ complete }) => complete);
}

engineTest("where no Kafka partition is known, nothing is known of the day", async (engine) => {
  await engine.landText(jsonl(transactionMessage()));
  assert.deepEqual(await completeOf(engine), [null, null]);
  assert.doesNotMatch(await engine.logged(), /warn/);
  await dumpDay(engine, { requireComplete: true });
  assert.match(await engine.logged(), /warn: Cannot tell whether 2022-10-01 is complete/);
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
      assert.match(error.message, /^2022-10-01 is not complete: events\/1 has not been read past/);
      return true;
    });
    const { data } = partitionPaths(engine.workDir, "transactions", DAY);
    await assert.rejects(Deno.stat(data), Deno.errors.NotFound);
    await engine.logged();
    assert.deepEqual(await completeOf(engine), [false, false]);
    assert.match(
      await engine.logged(),
      /warn: 2022-10-01 is not complete: events\/1 has not been read past/,
    );
  },
);

engineTest("a retired partition does not count, until it is read again", async (engine) => {
  const { sources, topics } = engine.staging;
  await addPartition(engine, 0, "2022-10-02 00:00:00");
  for (const partition of [1, 2, 3, 4]) await addPartition(engine, partition, null);
  await assert.rejects(dumpDay(engine, { requireComplete: true }), (error) => {
    assert.ok(isKind(error, "prerequisite"));
    assert.match(error.hint!, /'finpipe source retire events:1 events:2 events:3 events:4'$/);
    return true;
  });
  const named = [1, 2, 3, 4].map((partition) => ({ topic: "events", partition }));
  assert.deepEqual(await sources.retire(named.toReversed()), named);
  assert.deepEqual(await retiredOf(engine), [1, 2, 3, 4]);
  const [{ complete, sources: dumped }] = await dumpDay(engine, { requireComplete: true }) as [
    Manifest,
  ];
  // Up to where it was read is told of it all the same.
  assert.deepEqual([complete, dumped.length], [true, 5]);
  // Those that are retired stay so.
  assert.deepEqual(await sources.retire([{ topic: "events", partition: undefined }]), [
    { topic: "events", partition: 0 },
    ...named,
  ]);
  assert.deepEqual(await completeOf(engine), [null, null]);

  // A message that is landed, a lost range that is gone on after, and an end that is seen take it back.
  const [zero, one, two, three] = await topics.list("events");
  const batch = new LandedBatch(one!, 0, 1, null, makeCopyRows(one!));
  batch.addRejected({ reason: "empty", field: null, raw: null, position: 0 }, 0);
  await engine.staging.landing.land(batch);
  await topics.continueAfter(two!, { cause: "recreated", from: 0, to: 5 }, 0, undefined);
  const ends = new Map([zero!, three!].map((one) => [one.partition, one.nextPosition]));
  await topics.markEnds("events", ends, NOW, 300_000, undefined);
  assert.deepEqual(await retiredOf(engine), [4]);
  assert.deepEqual(await completeOf(engine), [false, false]);
  const read = await sources.readPartitions();
  assert.deepEqual(read.map(({ partition }) => partition), [0, 1, 2, 3]);
});

engineTest("a position in a topic is no end of another one of its name", async (engine) => {
  const { topics } = engine.staging;
  await topics.add("events", new Map([[0, 10], [1, 10]]), "the one before");
  await topics.add("events", new Map([[2, 10]]), undefined);
  // Created anew, it holds less than was read of the one before, and nothing of it was read.
  const ends = new Map([[0, 5], [1, 0], [2, 10]]);
  await topics.markEnds("events", ends, NOW, 300_000, "the new one");
  const seen = async () =>
    (await engine.session.query(
      "SELECT partition FROM finpipe.source_partitions WHERE end_seen_at IS NOT NULL ORDER BY 1",
    )).map(({ partition }) => Number(partition));
  assert.deepEqual(await seen(), [2]);
  await assert.rejects(
    dumpDay(engine, { requireComplete: true }),
    (error) => isKind(error, "prerequisite"),
  );
  await topics.markEnds("events", ends, NOW, 300_000, "the one before");
  assert.deepEqual(await seen(), [0, 1, 2]);
});

engineTest(
  "what staging does not know, or is no topic, is not retired; nor is the rest",
  async (engine) => {
    const { sources } = engine.staging;
    assert.deepEqual(await sources.list(), []);
    await engine.landText(jsonl(transactionMessage()));
    await addPartition(engine, 0, null);
    const events = { topic: "events", partition: undefined };
    for (
      const [part, message] of [
        [{ topic: "events", partition: 1 }, "Staging has no partition 1 of events"],
        [{ topic: "nosuch", partition: undefined }, "Staging has no topic nosuch"],
        [{ topic: "stdin", partition: 0 }, "Staging has no partition 0 of stdin"],
      ] as const
    ) {
      await assert.rejects(sources.retire([events, part]), (error) => {
        assert.ok(isKind(error, "failed"));
        assert.equal(error.message, message);
        return true;
      });
    }
    assert.deepEqual(await retiredOf(engine), []);
    const [kafka, stdin] = await sources.list();
    assert.deepEqual(kafka, {
      kind: "kafka",
      source: "events",
      partition: 0,
      next_position: 0,
      watermark: null,
      messages_read: 0,
      transactions: 0,
      currencies: 0,
      rejected: 0,
      duplicates: 0,
      end_seen_at: null,
      retired: false,
    });
    assert.deepEqual(
      [stdin!.kind, stdin!.watermark, stdin!.transactions, stdin!.messages_read],
      ["stdin", "2022-10-01 11:55:00", 1, 1],
    );
  },
);

postgresTest("the command that an incomplete day names does what it says", async (t) => {
  await using database = await testDatabase(t);
  const workDir = await Deno.makeTempDir();
  const env = { FINPIPE_PG_URL: database.url, FINPIPE_WORK_DIR: workDir };
  try {
    const session = await openSession(database.url);
    await session.execute(
      `INSERT INTO finpipe.source_partitions (kind, source, partition, next_position, moved_at)
       VALUES ('kafka', 'gone', 0, 3, '2022-01-01'),
         ('kafka', 'gone', 1, 4, '2022-01-01')`,
    );
    await session.close();
    const dump = ["dump", "2022-10-02", "--require-complete"];
    const refused = await runCli(dump, { env });
    assert.equal(refused.code, 5);
    const [, typed] = /'finpipe (source retire [^']*)'/.exec(refused.stderr)!;
    const retired = await runCli([...typed!.split(" "), "--json"], { env });
    assert.equal(retired.code, 0, retired.stderr);
    assert.deepEqual(JSON.parse(retired.stdout), {
      retired: [{ source: "gone", partition: 0 }, { source: "gone", partition: 1 }],
    });
    assert.equal((await runCli(dump, { env })).code, 0);
    const { stdout } = await runCli(["source", "list"], { env });
    assert.match(stdout, /^kafka +1 +4 +0 +0 +- +- +retired +gone$/m);
    const list = await runCli(["source", "list", "--json"], { env });
    assert.deepEqual(JSON.parse(list.stdout).map((row: SourceStatus) => row.retired), [true, true]);
    assert.equal((await runCli(["source", "retire", "gone:2"], { env })).code, 1);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
}, EMBEDDED_TIMERS);
