/** What is lost of the partitions that are landed here, what opening them asks, and how a run ends. */
import assert from "node:assert/strict";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import {
  type LandersContext,
  PartitionLanders,
} from "../../lib/landing/topic/partition_landers.ts";
import type { TopicLog } from "../../lib/sources/topic/topic.ts";
import type { SteadyStaging } from "../../lib/landing/steady_staging.ts";
import { KafkaFeed } from "../../lib/sources/kafka/partition_feed.ts";
import type { LogRange } from "../../lib/sources/topic/log_range.ts";
import { makeCopyRows } from "../../lib/staging/postgres/copy_rows.ts";
import type { StagingRepository } from "../../lib/staging/repository.ts";
import type { StagingSessions } from "../../lib/staging/sessions.ts";
import { encodeBatch } from "../support/kafka/records/batches.ts";
import { SILENT } from "../support/logs.ts";
import { settle } from "../support/turns.ts";
import { storedPartition } from "../support/staging/stored_partition.ts";

const LIMITS = { rows: 10, bytes: 1_000_000, linger: 3_600_000, maxMessageBytes: 100 };
const STORED = storedPartition();

/** Landers of a topic `t` on ends that are made up. */
function landersOn(staging: StagingRepository, admin: LandersContext["admin"] & TopicLog) {
  const stop = new AbortController();
  const use = (work: (staging: StagingRepository) => unknown) => work(staging);
  const landers = new PartitionLanders({
    admin,
    topicLog: admin,
    feed: (start, limits) => new KafkaFeed(start, limits),
    makeRows: makeCopyRows,
    log: SILENT,
    now: () => Temporal.Now.instant(),
    signal: stop.signal,
    staging: { run: use } as SteadyStaging,
    sessions: { use } as StagingSessions,
  }, {
    topic: "t",
    group: "g",
    untilEnd: false,
    limits: LIMITS,
    watermark: 0,
    grace: 0,
    retryFor: 0,
  });
  return { landers, stop };
}

Deno.test("what was read while the ends were asked for and is deleted by then is not lost", async () => {
  const staging = {
    topics: { list: () => Promise.resolve([STORED]), markEnds: () => Promise.resolve() },
    landing: { async *windowVersions() {}, land: () => Promise.resolve() },
  } as unknown as StagingRepository;
  const range: LogRange = { partition: 0, low: 0, high: 9, end: 9, topicId: undefined };
  /** What happens before Kafka answers. */
  let meanwhile = () => Promise.resolve();
  const admin = {
    async ranges() {
      await meanwhile();
      return [{ ...range }];
    },
    offsetsAt: () => Promise.resolve(new Map<number, number>()),
    topicIds: () => Promise.resolve([]),
  };
  const { landers, stop } = landersOn(staging, admin);
  landers.consumer = { report() {} } as unknown as typeof landers.consumer;
  const feed = await landers.open(0) as KafkaFeed;
  const read = (count: number) => {
    const records = Array.from({ length: count }, (_, i) => ({
      value: new TextEncoder().encode("m"),
      offsetDelta: i,
      timestampDelta: 0,
    }));
    const bytes = encodeBatch({ baseOffset: feed.next, firstTimestamp: 0n, records });
    return feed.push({ bytes, aborted: [], highWatermark: 1000 });
  };
  const going = () => landers.failureOr(settle().then(() => "it goes on"));

  // Whoever deletes what was reported as read deletes up to the position.
  meanwhile = async () => {
    await read(4);
    range.low = 4;
    range.high = 4;
    await read(3);
  };
  await landers.askEnds();
  assert.equal(await going(), "it goes on");

  meanwhile = () => Promise.resolve(void (range.low = range.high = 9));
  await landers.askEnds();
  await assert.rejects(going(), { kind: "data", message: /offsets 7 to 8 were deleted/ });
  await landers.drain(stop.signal);
});

Deno.test("partitions that are opened at once ask PostgreSQL and Kafka together", async () => {
  const asked = { positions: 0, ranges: 0 };
  const positions = Array.from({ length: 200 }, (_, partition) => ({
    ...STORED,
    id: partition + 1,
    partition,
  }));
  const list = () => Promise.resolve((asked.positions++, positions));
  const staging = {
    topics: { list },
    landing: { async *windowVersions() {} },
  } as unknown as StagingRepository;
  const ranges = positions.map(({ partition }) => {
    return { partition, low: 0, high: 9, end: 9, topicId: undefined };
  });
  const admin = {
    ranges: () => Promise.resolve((asked.ranges++, ranges)),
    offsetsAt: () => Promise.resolve(new Map<number, number>()),
    topicIds: () => Promise.resolve([]),
  };
  const { landers, stop } = landersOn(staging, admin);
  const feeds = await Promise.all(positions.map(({ partition }) => landers.open(partition)));
  assert.equal(feeds.length, positions.length);
  assert.ok(asked.positions <= 2, `positions were asked for ${asked.positions} times`);
  assert.ok(asked.ranges <= 4, `ranges were asked for ${asked.ranges} times`);
  await landers.drain(stop.signal);
});

Deno.test("a run that failed ends, though Kafka does not say any more of which topic something is", async () => {
  const stored = { ...STORED, topicId: "old" };
  let landed = 0;
  const staging = {
    topics: { list: () => Promise.resolve([stored]) },
    landing: { async *windowVersions() {}, land: () => Promise.resolve(void landed++) },
  } as unknown as StagingRepository;
  const range: LogRange = { partition: 0, low: 0, high: 9, end: 9, topicId: "old" };
  let isThere = true;
  const admin = {
    ranges: () => isThere ? Promise.resolve([range]) : new Promise<never>(() => {}),
    offsetsAt: () => Promise.resolve(new Map<number, number>()),
    topicIds: () => Promise.resolve(["new"]),
  };
  const { landers, stop } = landersOn(staging, admin);
  const feed = await landers.open(0) as KafkaFeed;
  isThere = false;
  const checked = landers.checkTopic(0, 0).then(() => true, () => false);
  const records = [{ value: new TextEncoder().encode("m"), offsetDelta: 0, timestampDelta: 0 }];
  const bytes = encodeBatch({ baseOffset: 0, firstTimestamp: 0n, records });
  await feed.push({ bytes, aborted: [], highWatermark: 1 }, undefined, checked);
  landers.failed(new FinpipeError("data", "Another partition cannot be read on in"));
  await landers.drain(stop.signal);
  assert.equal(landed, 0);
});
