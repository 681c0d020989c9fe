/**
 * What real brokers send of transactions that overlap, and of giants, is landed right. Damaged disks and
 * compaction are in tests/long/kafka_records_test.ts.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Producer } from "kafkajs";
import { plainKafka } from "../support/kafka/topics.ts";
import { makeBomb } from "../support/kafka/records/bombs.ts";
import { produce } from "../support/kafka/messages.ts";
import { encodeBatch } from "../support/kafka/records/batches.ts";
import { produceBatch } from "../support/kafka/records/wire.ts";
import { transactionMessage } from "../support/events/messages.ts";
import { type LandingPlace, landingPlace, topicTest } from "../support/topic/landing.ts";
import { until } from "../support/until.ts";
import { landedOperations, operationsOf, transactions } from "../support/topic/operations.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A producer of one transaction after the other. */
async function transactional(place: LandingPlace): Promise<Producer> {
  const producer = plainKafka(place.topic.brokers).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    transactionalId: crypto.randomUUID(),
  });
  await producer.connect();
  return producer;
}

await topicTest(
  "transactions that overlap: nothing that was aborted is landed, all that was committed is",
  async (t) => {
    for (const firstToEnd of ["A", "B"]) {
      await using place = await landingPlace(`${t.name} ${firstToEnd}`);
      const { topic } = place.topic;
      const producers = { A: await transactional(place), B: await transactional(place) };
      const aborted = transactions(2);
      const kept = transactions(3);
      const send = (value: string, key: Buffer | null = null) => ({
        topic,
        messages: [{ key, value, partition: 0 }],
      });
      const [first, second] = firstToEnd === "A" ? ["A", "B"] as const : ["B", "A"] as const;
      const running = {
        A: await producers.A.transaction(),
        B: await producers.B.transaction(),
      };
      await running.A.send(send(aborted[0]!));
      await running.B.send(send(aborted[1]!));
      await running[first].abort();
      // An int key of 0 is no marker of an abort.
      const next = await producers[first].transaction();
      await next.send(send(kept[0]!, Buffer.alloc(4)));
      await running[second].abort();
      await next.send(send(kept[1]!));
      await next.commit();
      const last = await producers[second].transaction();
      await last.send(send(kept[2]!));
      await last.commit();
      for (const producer of Object.values(producers)) await producer.disconnect();
      const { code, stderr } = await place.stream();
      assert.equal(code, 0, stderr);
      assert.deepEqual(
        await landedOperations(place),
        operationsOf(kept),
        `${firstToEnd} ends first`,
      );
    }
  },
);

/** A process whose partition has no large messages to hold (docs/operations.md, "Memory"). */
const MOST_MEMORY = 300e6;

/** Bytes of the most memory that the process ever had. */
async function peakOf(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(status.match(/^VmHWM:\s+(\d+) kB$/m)![1]) * 1024;
}

await topicTest("a batch of 150,000 records is landed", async (t) => {
  await using place = await landingPlace(t);
  const value = bytes(transactionMessage());
  const records = Array.from({ length: 150_000 }, () => ({ value }));
  await produceBatch(place.topic, encodeBatch({ records, packing: "zstd" }));
  const { code, stderr } = await place.stream();
  assert.equal(code, 0, stderr);
  const [row] = await place.query(
    "SELECT messages_read, duplicates FROM finpipe.source_partitions",
  );
  assert.deepEqual(Object.values(row!), ["150000", "149999"]);
});

await topicTest(
  "messages that unpack to 100 and 400 MB are too large, and take little memory",
  async (t) => {
    await using place = await landingPlace(t, { config: { "max.message.bytes": "30000000" } });
    const expected: string[] = [];
    for (const packing of ["gzip", "zstd", "lz4", "xerial"] as const) {
      const megabytes = packing === "gzip" ? 400 : 100;
      const { batch, sha256 } = await makeBomb(packing, megabytes);
      await produceBatch(place.topic, batch);
      expected.push(`${megabytes << 20} ${sha256} 65536`);
      await produce(place.topic, [bytes(transactionMessage())]);
    }
    const cli = place.spawn("--metrics-port", "0");
    const count = async () =>
      Number((await place.query("SELECT count(*) AS n FROM stg.transactions"))[0]!.n);
    await until(async () => await count() === 4);
    const peak = await peakOf(cli.pid);
    assert.ok(peak < MOST_MEMORY, `${peak} bytes were resident`);
    cli.kill("SIGTERM");
    const { code, stderr } = await cli.result;
    assert.equal(code, 0, stderr);
    const rows = await place.query(
      "SELECT length, sha256, length(raw) AS head FROM stg.rejected WHERE reason = 'too_large' ORDER BY position",
    );
    assert.deepEqual(rows.map((row) => Object.values(row).join(" ")), expected);
  },
);
