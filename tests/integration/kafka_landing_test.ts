/** A topic on a real Kafka is landed in a real PostgreSQL, each message in its one place. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { plainKafka, withAdmin } from "../support/kafka/topics.ts";
import { produce } from "../support/kafka/messages.ts";
import { rateMessage, transactionMessage } from "../support/events/messages.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { assertBalanced, readBooks, readLog, sumOf } from "../support/topic/books.ts";
import { landingPlace, topicTest } from "../support/topic/landing.ts";
import { until, untilRow } from "../support/until.ts";

const encoder = new TextEncoder();
const bytes = (text: string) => encoder.encode(text);

await topicTest("emitted events are landed as a file of each partition would be", async (t) => {
  await using place = await landingPlace(t, { partitions: 3 });
  await place.emit("--dates", "2022-10-01..2022-10-02", "--operations-per-day", "300");
  const { code, stdout, stderr } = await place.stream("--batch-rows", "100");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /was never read before: beginning at its earliest offsets/);
  const books = await assertBalanced(place);
  assert.ok(books.every(({ counters }) => Number(counters.messages_read) > 100));
  assert.ok(sumOf(books, "duplicates") > 0);
  const totals = JSON.parse(stdout);
  for (const [name, value] of Object.entries(totals)) assert.equal(sumOf(books, name), value, name);

  for (const [partition, { counters, watermark }] of books.entries()) {
    const path = join(await Deno.realPath(place.workDir), `${partition}.jsonl`);
    const log = await readLog(place.topic, partition);
    const decoder = new TextDecoder();
    await Deno.writeTextFile(path, log.map(({ value }) => decoder.decode(value!) + "\n").join(""));
    const file = await runCli(["stream", "--source", path, "--json"], { env: place.env });
    assert.equal(JSON.parse(file.stdout).messages_read, log.length, file.stderr);
    const [row] = await place.query(
      `SELECT messages_read, transactions, currencies, rejected, duplicates, watermark
       FROM finpipe.source_partitions WHERE source = $1`,
      [path],
    );
    assert.deepEqual(row, { ...counters, watermark });
  }
  // Nothing is left for the next run, and Kafka was told how far.
  const again = await place.stream();
  assert.deepEqual([again.code, JSON.parse(again.stdout).messages_read], [0, 0]);
});

await topicTest(
  "each hostile message is landed as in a file: reason, field and bytes",
  async (t) => {
    await using place = await landingPlace(t);
    const path = new URL("../fixtures/hostile.jsonl", import.meta.url);
    const lines = linesOf(await Deno.readFile(path));
    await produce(place.topic, [...lines, null, bytes("x".repeat(3000)), bytes("")]);
    const large = ["--max-message-bytes", "2000"];
    const { code, stderr } = await place.stream(...large);
    assert.equal(code, 0, stderr);
    await runCli(["stream", "--source", path.pathname, ...large], { env: place.env });

    const rejected = (source: string) =>
      place.query(
        "SELECT reason, field, raw, length, sha256 FROM stg.rejected WHERE source = $1 ORDER BY position",
        [source],
      );
    const ofTopic = await rejected(place.topic.topic);
    assert.deepEqual(ofTopic.slice(0, -3), await rejected(path.pathname));
    const more = ofTopic.slice(-3).map(({ reason, raw, length }) => [reason, raw, length]);
    assert.deepEqual(more, [
      ["empty", null, "0"],
      ["too_large", `\\x${"78".repeat(3000)}`, "3000"],
      ["empty", "\\x", "0"],
    ]);
    const landed = (source: string) =>
      place.query(
        `SELECT object_id, sent_dttm, payload, transaction_dt AS day, status FROM stg.transactions
       JOIN finpipe.source_partitions ON id = source_id WHERE source = $1
       UNION ALL SELECT object_id, sent_dttm, payload, date_update, NULL FROM stg.currencies
       JOIN finpipe.source_partitions ON id = source_id WHERE source = $1
       ORDER BY 1, 2, 3`,
        [source],
      );
    assert.deepEqual(await landed(place.topic.topic), await landed(path.pathname));
    const [counters] = await place.query(
      "SELECT messages_read, duplicates FROM finpipe.source_partitions WHERE kind = 'kafka'",
    );
    assert.equal(Number(counters!.messages_read), lines.length + 3);
  },
);

/** The lines that are messages, without their ends, as Kafka's messages have none. */
function linesOf(file: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let at = 0; at < file.length;) {
    const end = file.indexOf(10, at);
    const to = file[end - 1] === 13 ? end - 1 : end;
    if (file.subarray(at, to).some((byte) => byte > 32)) lines.push(file.subarray(at, to));
    at = end + 1;
  }
  return lines;
}

await topicTest("an end behind which a transaction is open is not read to", async (t) => {
  await using place = await landingPlace(t);
  const messages = (count: number) =>
    Array.from({ length: count }, () => bytes(transactionMessage()));
  await produce(place.topic, messages(20));
  const { brokers, topic } = place.topic;
  const producer = plainKafka(brokers).producer({
    transactionalId: `${topic}-open`,
    maxInFlightRequests: 1,
    idempotent: true,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  const values = messages(5).map((value) => ({ value: Buffer.from(value), partition: 0 }));
  await transaction.send({ topic, messages: values });
  const dump = async () => {
    const args = ["dump", "--partition", "2022-10-01", "--require-complete"];
    const { code, stderr } = await runCli(args, { env: place.env });
    return { code, stderr };
  };
  const { code, stdout, stderr } = await place.stream();
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).messages_read, 20);
  assert.match(stderr, /warn: An open transaction holds back offsets 20 to 24 of topic/);
  // Nor does a run that finds nothing to land take it for the end.
  assert.equal((await place.stream()).code, 0);
  const before = await dump();
  assert.equal(before.code, 5, before.stderr);
  await transaction.commit();
  await producer.disconnect();
  // The marker is written when the commit was answered.
  await withAdmin(
    brokers,
    (admin) => until(async () => Number((await admin.fetchTopicOffsets(topic))[0]!.high) > 25),
  );
  const after = await place.stream();
  assert.equal(JSON.parse(after.stdout).messages_read, 5, after.stderr);
  assert.doesNotMatch(after.stderr, /holds back/);
  assert.equal((await dump()).code, 0);
});

/** Sends messages to partition 0 in a transaction of Kafka's, and ends it. */
async function transact(
  { brokers, topic }: { brokers: string; topic: string },
  values: string[],
  end: "commit" | "abort",
): Promise<void> {
  const producer = plainKafka(brokers).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    transactionalId: `${topic}-${crypto.randomUUID()}`,
  });
  await producer.connect();
  try {
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: values.map((value) => ({ value, partition: 0 })) });
    await transaction[end]();
  } finally {
    await producer.disconnect();
  }
}

await topicTest(
  "aborted messages are not landed, and they and control records are passed",
  async (t) => {
    await using place = await landingPlace(t);
    const messages = () => Array.from({ length: 5 }, () => transactionMessage());
    // The topic begins with what is aborted, goes on with both, and ends with what is aborted.
    for (const end of ["abort", "commit", "abort", "commit", "abort", "abort"] as const) {
      await transact(place.topic, messages(), end);
    }
    const first = await place.stream();
    assert.equal(first.code, 0, first.stderr);
    assert.equal(sumOf(await assertBalanced(place), "transactions"), 10);
    // Nothing but such since the last run.
    await transact(place.topic, messages(), "abort");
    const second = await place.stream("--linger", "1h");
    assert.equal(second.code, 0, second.stderr);
    assert.equal(JSON.parse(second.stdout).messages_read, 0);
    assert.equal(sumOf(await assertBalanced(place), "transactions"), 10);
  },
);

await topicTest(
  "an empty topic ends at once, and a resident stream of it drains to 0",
  async (t) => {
    await using place = await landingPlace(t, { partitions: 2 });
    const ended = await place.stream();
    assert.equal(ended.code, 0, ended.stderr);
    assert.equal(JSON.parse(ended.stdout).messages_read, 0);
    const landing = place.land({ untilEnd: false });
    await landing.state;
    assert.equal((await landing.stop()).messages_read, 0);
  },
);

await topicTest("a topic that does not exist is waited for, and never made", async (t) => {
  await using place = await landingPlace(t, { missing: true });
  const none = await place.stream("--retry-for", "300ms");
  // As it is for `emit` and `doctor`: one cause has one exit code.
  assert.equal(none.code, 3);
  assert.match(none.stderr, /^finpipe: Topic \S+ does not exist yet\n {2}Create it/m);
  const asked = place.start();
  assert.equal((await asked.stop()).code, 0, "it was asked to stop before it read anything");

  const landing = place.land();
  const { brokers, topic } = place.topic;
  await withAdmin(brokers, async (admin) => {
    while (!/does not exist yet; trying again/.test(landing.log())) {
      assert.ok(!(await admin.listTopics()).includes(topic));
    }
    // Of a topic that is only just made a broker may say that there is none, which kafkajs takes for final.
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: false });
    await landing.totals;
    await produce(place.topic, [bytes(rateMessage())], { partition: 1 });
    assert.equal((await place.stream()).code, 0);
    await assertBalanced(place);
    await admin.deleteTopics({ topics: [topic] });
  });
});

await topicTest(
  "partitions that are added to a running stream begin at their earliest",
  async (t) => {
    await using place = await landingPlace(t);
    await produce(place.topic, [bytes(rateMessage())]);
    const landing = place.land({
      from: "latest",
      untilEnd: false,
      linger: "10ms",
      member: { metadataAge: 300 },
    });
    const { consumer } = await landing.state;
    await until(() => consumer.isReady);
    const { brokers, topic } = place.topic;
    await withAdmin(
      brokers,
      (admin) => admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] }),
    );
    for (const partition of [0, 1, 2]) {
      await produce(place.topic, [bytes(rateMessage()), bytes(rateMessage())], { partition });
    }
    const landed = untilRow(place.session, "SELECT FROM stg.currencies HAVING count(*) >= 6");
    // A landing that ends by itself says why; of one row too many the positions do.
    await Promise.race([landed, landing.totals]);
    await landing.stop();
    const positions = await place.query(
      "SELECT partition, next_position FROM finpipe.source_partitions ORDER BY 1",
    );
    assert.deepEqual(positions.map((row) => [row.partition, row.next_position]), [
      ["0", "3"],
      ["1", "2"],
      ["2", "2"],
    ]);
    const { counters } = await readBooks(place, 0, [0, 1, 2]);
    assert.equal(counters.messages_read, "2", "the one before the start was not read");
  },
);

await topicTest("a batch is full by rows, or has lingered", async (t) => {
  await using place = await landingPlace(t);
  await produce(place.topic, Array.from({ length: 25 }, () => bytes(rateMessage())));
  const read: number[] = [];
  const landing = place.land({
    untilEnd: false,
    rows: 10,
    linger: "100ms",
    onProgress: ({ messages_read }) => read.push(messages_read),
  });
  await untilRow(place.session, "SELECT FROM stg.currencies HAVING count(*) = 25");
  await produce(place.topic, [bytes(rateMessage())]);
  await untilRow(place.session, "SELECT FROM stg.currencies HAVING count(*) = 26");
  await landing.stop();
  assert.deepEqual(read, [10, 20, 25, 26]);
  await assertBalanced(place);

  // What lingers is landed when it is asked to stop.
  await produce(place.topic, [bytes(rateMessage())]);
  const lingering = place.land({ untilEnd: false, linger: "1h" });
  const { landers } = await lingering.state;
  await until(() => [...landers.partitions()].some((one) => one.oldestUnread !== undefined));
  assert.equal((await lingering.stop()).messages_read, 1);
  await assertBalanced(place);
});
