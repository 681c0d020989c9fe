/** What the consumer makes of what kafkajs hands it, and what it tells kafkajs. */
import assert from "node:assert/strict";
import type { ConsumerConfig, EachBatchPayload, Kafka } from "kafkajs";
import { KafkaFeed } from "../../lib/sources/kafka/partition_feed.ts";
import { KafkaConsumer } from "../../lib/sources/kafka/topic_consumer.ts";
import { encodeBatch } from "../support/kafka/records/batches.ts";
import { recordingLog } from "../support/logs.ts";
import { settle } from "../support/turns.ts";
import { until } from "../support/until.ts";

const LIMITS = { rows: 2, bytes: 1000, linger: 3_600_000, maxMessageBytes: 100 };

/** A consumer on a kafkajs that does what the test says, with one partition of one feed. */
async function world(partitions = 1) {
  const told: string[] = [];
  const listeners = new Map<string, (event: unknown) => void>();
  let workers = 0;
  let leastFetched = 0;
  let eachBatch!: (payload: EachBatchPayload) => Promise<void>;
  const stub = {
    events: Object.fromEntries(
      ["GROUP_JOIN", "REBALANCING", "FETCH_START", "FETCH", "HEARTBEAT", "CRASH"]
        .map((name) => [name, name]),
    ),
    on: (name: string, listener: (event: unknown) => void) => listeners.set(name, listener),
    connect: () => Promise.resolve(),
    subscribe: () => Promise.resolve(),
    run(options: { eachBatch: typeof eachBatch; partitionsConsumedConcurrently: number }) {
      eachBatch = options.eachBatch;
      workers = options.partitionsConsumedConcurrently;
      return Promise.resolve();
    },
    seek: ({ offset }: { offset: string }) => told.push(`seek ${offset}`),
    pause: () => told.push("pause"),
    resume: () => told.push("resume"),
    commitOffsets: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
  };
  const feed = new KafkaFeed(0, LIMITS);
  const failures: unknown[] = [];
  const gap = Promise.withResolvers<void>();
  const topic = { check: () => Promise.resolve() };
  const { log, lines } = recordingLog("warn");
  const consumer = new KafkaConsumer(
    {
      consumer({ minBytes }: ConsumerConfig) {
        leastFetched = minBytes!;
        return stub;
      },
    } as unknown as Kafka,
    { topic: "t", group: "g", cluster: "c", log, members: () => Promise.resolve([]), partitions },
    {
      open: () => Promise.resolve(feed),
      revoked: () => feed.close(),
      checkGap: () => gap.promise,
      checkTopic: () => topic.check(),
      meetCorrupt: (_partition, batch) => Promise.resolve(void failures.push(batch)),
      failed: (error) => failures.push(error),
    },
  );
  const running = consumer.run();
  await settle();
  const join = async (partitions: number[]) => {
    listeners.get("GROUP_JOIN")!({
      payload: { memberId: "m", memberAssignment: { t: partitions } },
    });
    await settle();
  };
  const resolved: string[] = [];
  const heart = { beat: () => Promise.resolve() };
  const take = (messages: number, highWatermark: number, baseOffset = feed.next) => {
    const records = Array.from({ length: messages }, (_, i) => ({
      value: new TextEncoder().encode("m"),
      offsetDelta: i,
      timestampDelta: 0,
    }));
    const bytes = messages === 0
      ? new Uint8Array()
      : encodeBatch({ baseOffset, firstTimestamp: 0n, records });
    const carrier = { records: { bytes, aborted: [], highWatermark }, end: highWatermark };
    return eachBatch({
      batch: { partition: 0, fetchedOffset: String(baseOffset), messages: [carrier] },
      resolveOffset: (offset: string) => resolved.push(offset),
      heartbeat: () => heart.beat(),
    } as unknown as EachBatchPayload);
  };
  return {
    workers,
    leastFetched,
    feed,
    gap,
    topic,
    heart,
    failures,
    lines,
    told,
    resolved,
    join,
    take,
    async [Symbol.asyncDispose]() {
      consumer.quiesce();
      await consumer.stop();
      await running;
    },
  };
}

Deno.test("what ends beyond the watermark of its own answer is fetched anew without a word", async () => {
  await using kafka = await world();
  const { join, take, told, lines, failures, feed } = kafka;
  await join([0]);
  // Brokers take the watermark before they read, and read what was appended meanwhile.
  await take(2, 1);
  assert.equal(told.at(-1), "seek 0");
  assert.deepEqual([lines, failures, feed.next], [[], [], 0]);
  await take(2, 2);
  assert.deepEqual([lines, failures, feed.next], [[], [], 2]);
  // Where it is so once more, the offset is damaged: no checksum is on it.
  await take(1, 2);
  await take(1, 2);
  assert.equal(failures.length, 1);
});

Deno.test("of a partition that was taken from us while it was read kafkajs is told nothing", async () => {
  await using kafka = await world();
  const { join, take, resolved, feed } = kafka;
  await join([0]);
  const taking = take(5, 5);
  await until(() => feed.next > 0);
  assert.equal(feed.next, 2, "the feed is full");
  // Its table of offsets has no place for it any more: it would fail with a TypeError.
  await join([]);
  await taking;
  assert.deepEqual(resolved, []);
});

Deno.test("while Kafka is asked what lies between, our place in the group is kept", async () => {
  await using kafka = await world();
  const { join, take, gap, heart, told, failures } = kafka;
  await join([0]);
  heart.beat = () => Promise.reject(new Error("The group is rebalancing"));
  await assert.rejects(take(1, 8, 7), /rebalancing/);
  // By now it is another member's.
  await join([]);
  const before = [...told];
  gap.reject(new Error("What lies between is lost"));
  await settle();
  assert.deepEqual([told, failures], [before, []]);
});

Deno.test("the more partitions a topic has, the more a fetch waits for; with few for a message", async () => {
  await using few = await world(4);
  assert.ok(few.leastFetched <= 256);
  await using many = await world(1000);
  assert.ok(many.leastFetched > 50_000);
});

Deno.test("of a partition of which nothing is there nothing is waited for", async () => {
  await using kafka = await world();
  const { join, take, feed, resolved, told } = kafka;
  await join([0]);
  await take(2, 2);
  const before = [...told];
  feed.push = () => Promise.reject(new Error("A feed that is full would be waited for"));
  await take(0, 2);
  assert.deepEqual([told, resolved, feed.next], [before, ["1"], 2]);
});

Deno.test("there is a worker more than the topic has partitions", async () => {
  await using few = await world();
  assert.ok(few.workers >= 64);
  // With all of them in use, what another broker sends as the last one ends would not be taken.
  await using many = await world(1000);
  assert.ok(many.workers > 1000);
});

Deno.test("what was fetched of another topic is not given out, and is a failure", async () => {
  await using consumer = await world();
  await consumer.join([0]);
  const { feed, topic, failures, told } = consumer;
  const batches = feed.batches(LIMITS, new AbortController().signal);
  const answer = Promise.withResolvers<void>();
  topic.check = () => answer.promise;
  const taken = batches.next();
  // Decoding does not wait for the answer.
  await consumer.take(2, 2);
  assert.equal(feed.next, 2);
  assert.equal(await Promise.race([taken, settle().then(() => "waits")]), "waits");
  const another = new Error("another topic");
  answer.reject(another);
  assert.equal((await taken).done, true);
  assert.deepEqual(failures, [another]);
  assert.equal(told.at(-1), "pause");
});
