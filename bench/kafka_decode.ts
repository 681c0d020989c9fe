/**
 * The loop of a topic without PostgreSQL: 500,000 messages of 4 partitions are fetched, decoded, judged
 * and encoded, against kafkajs that only counts them; and a profile of that loop by whose code it is.
 */
import { join } from "node:path";
import { MessageDecoder } from "../lib/events/message.ts";
import { horizonOf, PartitionWindow } from "../lib/events/partition_window.ts";
import { BatchEncoder } from "../lib/landing/batch_encoder.ts";
import { openKafka } from "../lib/sources/kafka/client.ts";
import { KafkaFeed } from "../lib/sources/kafka/partition_feed.ts";
import { KafkaAdmin } from "../lib/sources/kafka/topic_admin.ts";
import { KafkaConsumer } from "../lib/sources/kafka/topic_consumer.ts";
import type { SourcePartition } from "../lib/staging/landing.ts";
import { makeCopyRows } from "../lib/staging/postgres/copy_rows.ts";
import { startKafka } from "../tests/support/kafka/server.ts";
import { SILENT } from "../tests/support/logs.ts";
import { fillTopic } from "./kafka_topic.ts";
import { profiled } from "./profile.ts";
import { benchFolder, bestOf, figure, print } from "./support.ts";
import { storedPartition } from "../tests/support/staging/stored_partition.ts";

const MESSAGES = Number(Deno.args[0] ?? 500_000);
const ROUNDS = Number(Deno.args[1] ?? 3);
const TOPIC = "transaction-service-input";
const PARTITIONS = 4;
const DELAY = 300_000;
/** As a stream of a topic of 4 partitions has them. */
const LIMITS = { rows: 10_000, bytes: 1 << 20, linger: 1000, maxMessageBytes: 10_000_000 };
/** Milliseconds between two looks whether all is there. */
const TICK = 20;

await using kafka = await startKafka();
await using folder = await benchFolder();
await fillTopic(kafka.brokers, {
  topic: TOPIC,
  partitions: PARTITIONS,
  messages: MESSAGES,
  folder,
});

let groups = 0;
const best = await bestOf(ROUNDS, { decode, count });
print(
  `${MESSAGES} messages: decoded ${best.decode.toFixed(2)} s, counted ${best.count.toFixed(2)} s`,
);
figure(
  "fetch, decode, judge and encode a topic / kafkajs that only counts",
  best.decode / best.count,
);
await profiled(decode);
Deno.exit(0);

/** Seconds from the first message to the last. */
async function count(): Promise<number> {
  const script = join(import.meta.dirname!, "kafka_count.ts");
  const args = [kafka.brokers, TOPIC, `count-${groups++}`, String(MESSAGES)];
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, ...args],
    stderr: "inherit",
  }).output();
  return Number(new TextDecoder().decode(stdout));
}

/** Seconds from the first message to the last one's row. */
async function decode(): Promise<number> {
  const settings = {
    brokers: [kafka.brokers],
    topic: TOPIC,
    group: `decode-${groups++}`,
    tls: undefined,
    sasl: undefined,
    displayName: "Kafka",
  };
  const feeds: KafkaFeed[] = [];
  const running: Promise<void>[] = [];
  let seen = 0;
  let started = 0;
  const encodeAll = async (partition: SourcePartition, feed: KafkaFeed) => {
    const encoder = new BatchEncoder(new MessageDecoder(), makeCopyRows);
    const window = new PartitionWindow(DELAY, partition);
    const horizon = horizonOf(Temporal.Now.instant(), DELAY);
    for await (const batch of feed.batches(LIMITS, new AbortController().signal)) {
      started ||= performance.now();
      await encoder.encode(batch, { partition, window, start: 0, horizon, unstorable: new Set() });
      seen += batch.count;
    }
  };
  const { topic, group } = settings;
  await using admin = new KafkaAdmin(openKafka(settings, SILENT, { patient: false }), topic, "");
  const consumer = new KafkaConsumer(openKafka(settings, SILENT), {
    ...settings,
    cluster: "",
    log: SILENT,
    members: () => admin.members(group),
  }, {
    open(partition) {
      const feed = new KafkaFeed(0, LIMITS);
      feeds.push(feed);
      running.push(encodeAll(storedPartition({ id: partition, source: TOPIC, partition }), feed));
      return Promise.resolve(feed);
    },
    revoked() {},
    checkGap: () => Promise.resolve(),
    checkTopic: () => Promise.resolve(),
    meetCorrupt: (_partition, batch) => Promise.reject(batch),
    failed: (error) => {
      throw error;
    },
  });
  void consumer.run();
  const taken = () => feeds.reduce((sum, { next }) => sum + next, 0);
  while (taken() < MESSAGES) await new Promise((resolve) => setTimeout(resolve, TICK));
  for (const feed of feeds) feed.close();
  await Promise.all(running);
  const seconds = (performance.now() - started) / 1000;
  if (seen !== MESSAGES) throw new Error(`${seen} messages`);
  await consumer.stop();
  return seconds;
}
