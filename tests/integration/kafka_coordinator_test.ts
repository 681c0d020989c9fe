/** A Kafka of three nodes, of which the one that coordinates the group is killed: landing goes on. */
import assert from "node:assert/strict";
import { withAdmin } from "../support/kafka.ts";
import { startKafkaCluster } from "../support/kafka_cluster.ts";
import { assertBalanced, sumOf } from "../support/topic_books.ts";
import { landingPlace, topicTest, untilRead } from "../support/topic_landing.ts";
import { startTraffic } from "../support/topic_traffic.ts";
import { until } from "../support/until.ts";

const OFFSETS = "__consumer_offsets";

/** Partitions of the offsets' topic, as the tests' brokers have it. */
const OFFSETS_PARTITIONS = 4;

/** The id of the node that coordinates a group: that of its partition of the offsets' topic. */
async function coordinatorOf(brokers: string, group: string): Promise<number> {
  const { topics } = await withAdmin(
    brokers,
    (admin) => admin.fetchTopicMetadata({ topics: [OFFSETS] }),
  );
  // As Java has it: `Utils.abs(groupId.hashCode()) % partitions` (Kafka, `GroupCoordinatorService`).
  let hash = 0;
  for (let i = 0; i < group.length; i++) hash = (31 * hash + group.charCodeAt(i)) | 0;
  const id = Math.abs(hash) % OFFSETS_PARTITIONS;
  return topics[0]!.partitions.find(({ partitionId }) => partitionId === id)!.leader;
}

await topicTest(
  "the node that coordinates the group is killed, and the next one too",
  async (t) => {
    await using cluster = await startKafkaCluster(3);
    const { brokers, nodes } = cluster;
    await using place = await landingPlace(t, { partitions: 4, brokers });
    const traffic = await startTraffic(place);
    const landings = ["one", "two"].map(() =>
      place.land({ untilEnd: false, rows: 50, linger: "20ms", member: { sessionTimeout: 6000 } })
    );
    const states = await Promise.all(landings.map(({ state }) => state));
    const areReady = () =>
      states.every(({ consumer, landers }) =>
        consumer.isReady && [...landers.partitions()].length === 2
      );
    await until(areReady);
    const killed: number[] = [];
    for (let round = 0; round < 2; round++) {
      // One that loses two in a row may be left with a member that fetches and belongs to no group.
      await until(areReady);
      await traffic.more(200);
      const coordinator = await coordinatorOf(brokers, place.topic.group);
      killed.push(coordinator);
      await nodes.get(coordinator)!.kill9();
      const before = states.map(({ landers }) => landers.totals.messages_read);
      await traffic.more(400);
      await until(async () => await coordinatorOf(brokers, place.topic.group) !== coordinator);
      await until(() =>
        states.some(({ landers }, i) => landers.totals.messages_read > before[i]! + 100)
      );
      await nodes.get(coordinator)!.start();
    }
    await traffic.stop();
    await untilRead(place);
    await until(areReady);
    const totals = await Promise.all(landings.map((landing) => landing.stop()));
    const books = await assertBalanced(place);
    assert.equal(
      sumOf(books, "messages_read"),
      totals.reduce((sum, { messages_read }) => sum + messages_read, 0),
    );
    await withAdmin(brokers, async (admin) => {
      const { topic, group } = place.topic;
      const [told] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      const ends = (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [
        partition,
        high,
      ]);
      const offsets = told!.partitions.map(({ partition, offset }) => [partition, offset] as const);
      assert.deepEqual(
        new Map(offsets),
        new Map(ends as [number, string][]),
        "each new one is told",
      );
    });
    assert.equal(new Set(killed).size, 2, "the group had another coordinator");
  },
);
