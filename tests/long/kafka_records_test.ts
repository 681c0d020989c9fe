/** Damaged disks and compaction: what a real broker sends of them is landed right, or not at all. */
import assert from "node:assert/strict";
import { produce } from "../support/kafka/messages.ts";
import { encodeBatch } from "../support/kafka/records/batches.ts";
import { type KafkaServer, startKafka } from "../support/kafka/server.ts";
import { fetchAll, produceBatch } from "../support/kafka/records/wire.ts";
import { transactionMessage } from "../support/events/messages.ts";
import { landingPlace, topicTest } from "../support/topic/landing.ts";
import { until } from "../support/until.ts";
import { landedOperations, operationsOf, transactions } from "../support/topic/operations.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Changes a byte of the topic's log on the broker's disk. */
async function flip(file: string, at: number): Promise<void> {
  using log = await Deno.open(file, { read: true, write: true });
  const byte = new Uint8Array(1);
  await log.seek(at, Deno.SeekMode.Start);
  await log.read(byte);
  byte[0]! ^= 0x20;
  await log.seek(at, Deno.SeekMode.Start);
  await log.write(byte);
}

await topicTest("what is on the disk of a broker of one's own", async (t) => {
  await using kafka = await startKafka({ properties: { "log.cleaner.backoff.ms": "100" } });
  await t.step(
    "a damaged batch is exit 4, nothing of it is landed, and --from goes past it",
    () => damagedBatch(kafka),
  );
  await t.step(
    "what no checksum covers, and what a broker does not send, is exit 4",
    () => damagedHeaders(kafka),
  );
  await t.step(
    "an empty batch before a large one is passed over, as compaction leaves them",
    () => compacted(kafka),
  );
});

async function damagedBatch(kafka: KafkaServer): Promise<void> {
  await using place = await landingPlace("damaged batch", kafka);
  const batches = [transactions(5), transactions(4), transactions(3)];
  const file = kafka.logFile(place.topic.topic);
  const ends: number[] = [];
  for (const batch of batches) {
    await produce(place.topic, batch.map(bytes));
    ends.push((await Deno.stat(file)).size);
  }
  await flip(file, ends[1]! - 40);
  for (const args of [[], ["--from", "0:5"]]) {
    const { code, stderr } = await place.stream(...args);
    assert.equal(code, 4, stderr);
    assert.match(stderr, /The batch of the offsets 5 to 8 is corrupt: .*; fetching it again/);
    assert.match(
      stderr,
      /^finpipe: Cannot continue reading topic \S+: partition 0: the batch of the offsets 5 to 8 is corrupt: its CRC-32C is \w{8} and should be \w{8}\n/m,
    );
    assert.match(stderr, /continue with --from 0:9: the lost range is recorded/);
    assert.deepEqual(await landedOperations(place), operationsOf(batches[0]!));
  }
  const past = await place.stream("--from", "0:9");
  assert.equal(past.code, 0, past.stderr);
  assert.match(past.stderr, /Continuing after a corrupt batch/);
  assert.deepEqual(await landedOperations(place), operationsOf([...batches[0]!, ...batches[2]!]));
  const lost = await place.query(
    "SELECT cause, from_offset, to_offset, went_on_at FROM finpipe.lost_ranges",
  );
  assert.deepEqual(lost.map((row) => Object.values(row)), [["corrupt", "5", "9", "9"]]);
  // It is gone past once: the same words are not taken for the next one.
  await produce(place.topic, [bytes(transactionMessage())]);
  await flip(file, (await Deno.stat(file)).size - 40);
  const next = await place.stream("--from", "0:9");
  assert.equal(next.code, 4, next.stderr);
  assert.match(next.stderr, /continue with --from 0:13/);
}

async function damagedHeaders(kafka: KafkaServer): Promise<void> {
  const damages: [at: number, reason: RegExp, to: number][] = [
    // The batch's offset, its length, and the number of its format.
    [7, /it ends at 40, and the partition at 11/, 9],
    [11, /its CRC-32C is/, 9],
    [16, /it is of message format 34, which does not exist/, 9],
    // A length that is beyond the end: the broker sends nothing from there on, without a word.
    [10, /the broker sends nothing of it, though the partition reaches to 11/, 12],
  ];
  for (const [at, reason, to] of damages) {
    await using place = await landingPlace(`damaged header ${at}`, kafka);
    const batches = [transactions(5), transactions(4), transactions(3)];
    const file = kafka.logFile(place.topic.topic);
    for (const batch of batches.slice(0, 1)) await produce(place.topic, batch.map(bytes));
    const start = (await Deno.stat(file)).size;
    for (const batch of batches.slice(1)) await produce(place.topic, batch.map(bytes));
    await flip(file, start + at);
    await assert.rejects(place.land({ member: { sessionTimeout: 6000 } }).totals, {
      kind: "data",
      message: reason,
      hint: new RegExp(`continue with --from 0:${to}: the lost range is recorded`),
    });
    assert.deepEqual(await landedOperations(place), operationsOf(batches[0]!));
  }
}

async function compacted(kafka: KafkaServer): Promise<void> {
  await using place = await landingPlace("compacted", {
    brokers: kafka.brokers,
    config: {
      "cleanup.policy": "compact",
      "min.cleanable.dirty.ratio": "0",
      "segment.ms": "200",
      "max.message.bytes": "5000000",
    },
  });
  const [large, newer] = transactions(2) as [string, string];
  let firstTimestamp = 1_664_582_400_000n;
  const send = (key: string, value: string, producerId = -1n) => {
    // Each is in a segment of its own: the last one is not compacted.
    firstTimestamp += 1000n;
    const records = [{ key: bytes(key), value: bytes(value) }];
    return produceBatch(place.topic, encodeBatch({ records, producerId, firstTimestamp }));
  };
  // Of a producer that numbers its batches brokers keep the last one, though all in it is gone.
  await send("a", transactionMessage(), 5n);
  await send("b", large + " ".repeat(3_000_000));
  await send("a", newer);
  await send("c", transactionMessage());
  await until(async () => (await fetchAll(place.topic)).counts[0] === 0);
  const { code, stderr } = await place.stream();
  assert.equal(code, 0, stderr);
  const ids = await landedOperations(place);
  for (const id of operationsOf([large, newer])) assert.ok(ids.includes(id));
  assert.equal(ids.length, 3);
}
