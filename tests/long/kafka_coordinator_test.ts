/** A Kafka of three nodes, of which the one that coordinates the group is killed: landing goes on. */
import assert from "node:assert/strict";
import { membersOf, withAdmin } from "../support/kafka/topics.ts";
import { startKafkaCluster } from "../support/kafka/cluster.ts";
import { assertBalanced, sumOf } from "../support/topic/books.ts";
import { landingPlace, topicTest, untilRead, untilTold } from "../support/topic/landing.ts";
import { startTraffic } from "../support/topic/traffic.ts";
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

/** Milliseconds after which the group drops a silent member. */
const SESSION = 1500;

await topicTest(
  "the node that coordinates the group is killed and stays away, and the next one too",
  async (t) => {
    await using cluster = await startKafkaCluster(3);
    const { brokers, nodes } = cluster;
    await using place = await landingPlace(t, { partitions: 4, brokers });
    const { group } = place.topic;
    const traffic = await startTraffic(place);
    const landings = ["one", "two"].map(() =>
      place.land({ untilEnd: false, rows: 50, linger: "20ms", member: { sessionTimeout: SESSION } })
    );
    const states = await Promise.all(landings.map(({ state }) => state));
    const areReady = () =>
      states.every(({ consumer, landers }) =>
        consumer.isReady && [...landers.partitions()].length === 2
      );
    await until(areReady);
    const killCoordinator = async () => {
      const id = await coordinatorOf(brokers, group);
      await nodes.get(id)!.kill9();
      const before = states.map(({ landers }) => landers.totals.messages_read);
      await traffic.more(400);
      await until(async () => await coordinatorOf(brokers, group) !== id);
      await until(() =>
        states.some(({ landers }, i) => landers.totals.messages_read > before[i]! + 100)
      );
      return id;
    };
    await traffic.more(200);
    const before = await membersOf(brokers, group);
    const first = await killCoordinator();
    // The next one has taken them over, and hears nothing of them: they must come by themselves.
    await until(async () => {
      const live = [...nodes].filter(([id]) => id !== first).map(([, node]) => node.brokers);
      const now = await membersOf(live.join(","), group).catch(() => []);
      return now.length === 2 && now.every((id) => !before.includes(id));
    });
    await nodes.get(first)!.start();
    const second = await killCoordinator();
    assert.notEqual(first, second);
    await traffic.stop();
    await untilRead(place);
    // Of members alone: of one that the group does not know no offsets are taken.
    await untilTold(place);
    await until(areReady);
    const totals = await Promise.all(landings.map((landing) => landing.stop()));
    const books = await assertBalanced(place);
    assert.equal(
      sumOf(books, "messages_read"),
      totals.reduce((sum, { messages_read }) => sum + messages_read, 0),
    );
  },
);
