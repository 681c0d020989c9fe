/** `emit --to kafka` while brokers die: what it says it sent is in the topic, each message once. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { emulate } from "../../lib/events/emulator.ts";
import { type TestTopic, testTopic, withAdmin } from "../support/kafka/topics.ts";
import { startKafkaCluster } from "../support/kafka/cluster.ts";
import { startKafka } from "../support/kafka/server.ts";
import { spawnCli, type SpawnedCli } from "../support/cli/run_cli.ts";
import { readLog } from "../support/topic/books.ts";
import { topicTest } from "../support/topic/landing.ts";
import { until } from "../support/until.ts";

const DAY = Temporal.PlainDate.from("2022-10-01");
const OPERATIONS = 10_000;

function startEmit(place: Pick<TestTopic, "brokers" | "topic">, ...args: string[]): SpawnedCli {
  const env = {
    FINPIPE_KAFKA_BROKERS: place.brokers,
    FINPIPE_LOG_FORMAT: "text",
  };
  const days = ["--dates", String(DAY), "--operations-per-day", String(OPERATIONS)];
  return spawnCli(["emit", "--to", "kafka", "--topic", place.topic, ...days, ...args], { env });
}

/** Kills one that a test has left behind. */
async function ended(cli: SpawnedCli): Promise<void> {
  cli.kill("SIGKILL");
  await cli.result;
}

/** Messages that the topic holds. */
async function heldBy({ brokers, topic }: TestTopic): Promise<number> {
  const offsets = await withAdmin(brokers, (admin) => admin.fetchTopicOffsets(topic));
  return offsets.reduce((sum, { high }) => sum + Number(high), 0);
}

async function leaderOf({ brokers, topic }: TestTopic, partition: number): Promise<number> {
  const { topics } = await withAdmin(
    brokers,
    (admin) => admin.fetchTopicMetadata({ topics: [topic] }),
  );
  return topics[0]!.partitions.find(({ partitionId }) => partitionId === partition)!.leader;
}

/** The messages of a partition, in its order. */
async function messagesIn(topic: TestTopic, partition: number): Promise<string[]> {
  return (await readLog(topic, partition)).map(({ value }) => Buffer.from(value!).toString());
}

/** Messages of an object in their order, one after the other. */
function byObject(messages: Iterable<string>): Map<string, string[]> {
  return Map.groupBy(messages, (message) => JSON.parse(message).object_id as string);
}

await topicTest("leaders that are killed cost no message, and none comes twice", async (t) => {
  await using cluster = await startKafkaCluster(3);
  const { brokers, nodes } = cluster;
  await using topic = await testTopic(t, { partitions: 6, brokers });
  const cli = startEmit(topic, "--rate", "6000");
  await using _ = { [Symbol.asyncDispose]: () => ended(cli) };
  await until(async () => await heldBy(topic) > 2000);
  const killed = await leaderOf(topic, 0);
  let isOver = false;
  void cli.result.finally(() => isOver = true);
  await nodes.get(killed)!.kill9();
  assert.ok(!isOver, "it was under way");
  const { code, stderr } = await cli.result;
  assert.equal(code, 0, stderr);
  await nodes.get(killed)!.start();
  const sent = [];
  for (let partition = 0; partition < topic.partitions; partition++) {
    sent.push(...await messagesIn(topic, partition));
  }
  const expected = emulate({ from: DAY, to: DAY, operationsPerDay: OPERATIONS, seed: 1 });
  assert.deepEqual(byObject(sent), byObject(expected));
});

await topicTest(
  "brokers that stay away are exit 69 after --retry-for, and a stop is a stop",
  async (t) => {
    await using broker = await startKafka();
    const { brokers } = broker;
    // Each its own, so that both are seen to be under way.
    await using one = await testTopic(t, { brokers });
    await using other = await testTopic(t, { brokers });
    const slow = ["--rate", "50", "--retry-for"];
    const patient = startEmit(one, ...slow, "1h");
    const impatient = startEmit(other, ...slow, "1s");
    await until(async () => await heldBy(one) > 5 && await heldBy(other) > 5);
    await broker.kill9();
    try {
      const { code, stderr } = await impatient.result;
      assert.equal(code, 69, stderr);
      assert.match(
        stderr,
        /^finpipe: Cannot reach Kafka.*\n {2}Check that .*running the same command again sends all of them again$/m,
      );
      const late = await startEmit(one, "--retry-for", "500ms").result;
      assert.equal(late.code, 69, late.stderr);
      assert.match(late.stderr, /trying again for 1 s|trying again for 0 s/);
      await patient.waitFor(/trying again for 3600 s/);
      patient.kill("SIGINT");
      assert.deepEqual((await patient.result).code, 130);
    } finally {
      await Promise.all([patient, impatient].map(ended));
      await broker.start();
    }
  },
);
