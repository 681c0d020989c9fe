/** What is pushed into a feed comes out of it in batches, in order, and only so much is held. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type FedMessage, PartitionFeed } from "../../lib/sources/kafka/partition_feed.ts";
import { type BatchLimits, type MessageBatch, NULL_VALUE } from "../../lib/sources/source.ts";

const LIMITS: BatchLimits = { rows: 3, bytes: 1000, linger: 3_600_000, maxMessageBytes: 100 };

const bytes = (text: string) => new TextEncoder().encode(text);

function message(offset: number, value: Uint8Array | null = bytes(`m${offset}`)): FedMessage {
  return { offset: String(offset), value, timestamp: String(1000 + offset) };
}

const messages = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => message(from + i));

function batchesOf(feed: PartitionFeed, signal = new AbortController().signal) {
  return feed.batches(LIMITS, signal);
}

/** The messages of a batch as they were pushed: offset and text, null or its kind. */
function contents(batch: MessageBatch): [offset: number, text: string | null][] {
  return Array.from({ length: batch.count }, (_, i) => {
    const position = batch.positions[i]!;
    const oversized = batch.oversized.get(i);
    if (oversized !== undefined) return [position, `${oversized.length} bytes`];
    const start = batch.starts[i]!;
    if (start === NULL_VALUE) return [position, null];
    return [position, new TextDecoder().decode(batch.bytes.subarray(start, batch.ends[i]))];
  });
}

Deno.test("a batch is full by rows or by bytes, and what is left lingers", async () => {
  const feed = new PartitionFeed(0, LIMITS);
  const pushed = feed.push(messages(0, 4), 4);
  const batches = batchesOf(feed);
  const first = (await batches.next()).value!;
  await pushed;
  assert.deepEqual(contents(first), [[0, "m0"], [1, "m1"], [2, "m2"]]);
  assert.equal(first.next, 3);
  feed.flush();
  assert.deepEqual(contents((await batches.next()).value!), [[3, "m3"]]);
  feed.close();
  assert.equal((await batches.next()).done, true);

  const large = new PartitionFeed(0, { ...LIMITS, rows: 1000, bytes: 150 });
  const rest = large.push([0, 1, 2].map((offset) => message(offset, bytes("x".repeat(90)))), 3);
  const held = batchesOf(large);
  assert.equal((await held.next()).value!.count, 2);
  await rest;
  await held.return();
});

Deno.test("the linger runs from the first message, and from offsets without one", async () => {
  const feed = new PartitionFeed(0, { ...LIMITS, linger: 1 });
  const batches = batchesOf(feed);
  await feed.push(messages(0, 1), 1);
  assert.equal((await batches.next()).value!.next, 1);
  await feed.push([], 7);
  const { count, next } = (await batches.next()).value!;
  assert.deepEqual([count, next], [0, 7]);
  // A push that is broken off leaves nothing behind that does not linger.
  const gone = new AbortController();
  const full = feed.push(messages(7, 20), 20, gone.signal);
  gone.abort();
  await full;
  let last = 7;
  while (last < feed.next) last = (await batches.next()).value!.next;
  await batches.return();
});

Deno.test("null values and messages that are too large are kept as what they are", async () => {
  const feed = new PartitionFeed(5, LIMITS);
  const large = bytes("y".repeat(101));
  await feed.push([message(5, null), message(6, large), message(9, bytes(""))], 11);
  const batches = batchesOf(feed);
  const batch = (await batches.next()).value!;
  assert.deepEqual(contents(batch), [[5, null], [6, "101 bytes"], [9, ""]]);
  assert.equal(batch.next, 10);
  feed.close();
  assert.equal((await batches.next()).value!.next, 11);
  await batches.return();
});

Deno.test("a push waits while enough is held, until a batch is taken or it is not wanted", async () => {
  const feed = new PartitionFeed(0, LIMITS);
  let isDone = false;
  const pushed = feed.push(messages(0, 9), 9).then(() => isDone = true);
  const batches = batchesOf(feed);
  let last = (await batches.next()).value!.next;
  assert.ok(feed.next < 9 && !isDone);
  assert.ok(feed.heldBytes <= 2 * 3 * "m0".length, "two batches at most");
  while (last < 6) last = (await batches.next()).value!.next;
  await pushed;
  assert.equal(feed.next, 9);

  const gone = new AbortController();
  const unwanted = feed.push(messages(9, 30), 30, gone.signal);
  gone.abort();
  await unwanted;
  assert.ok(feed.next < 30);
  const refused = feed.push(messages(feed.next, 40), 40);
  feed.close();
  await refused;
  assert.ok(feed.next < 40, "what a closed feed was not given stays outside");
  await batches.return();
});

Deno.test("the oldest time is that of what is not committed", async () => {
  const feed = new PartitionFeed(0, LIMITS);
  assert.equal(feed.oldestTime, undefined);
  await feed.push(messages(0, 3), 3);
  const batches = batchesOf(feed);
  await batches.next();
  await feed.push(messages(3, 5), 5);
  assert.equal(feed.oldestTime, 1000);
  feed.committed(3);
  assert.equal(feed.oldestTime, 1003);
  feed.close();
  assert.equal(feed.oldestTime, 1003);
  feed.committed(5);
  assert.equal(feed.oldestTime, undefined);
});

Deno.test("however messages are pushed and batches taken, all come out once and in order", async () => {
  const value = fc.oneof(
    fc.constant(null),
    fc.string({ maxLength: 20 }).map(bytes),
    fc.constant(bytes("z".repeat(101))),
  );
  // What is pushed at once: messages, with offsets that are left out before each.
  const push = fc.array(fc.tuple(fc.nat({ max: 3 }), value), { maxLength: 12 });
  await fc.assert(fc.asyncProperty(
    fc.array(push, { maxLength: 8 }),
    fc.integer({ min: 1, max: 5 }),
    async (pushes, rows) => {
      const feed = new PartitionFeed(0, { ...LIMITS, rows, bytes: 60 });
      const expected: [number, string | null][] = [];
      let offset = 0;
      const pushing = (async () => {
        for (const values of pushes) {
          const given = values.map(([gap, value]) => {
            const one = message(offset += gap, value);
            offset++;
            expected.push([
              Number(one.offset),
              value && (value.length > 100 ? "101 bytes" : new TextDecoder().decode(value)),
            ]);
            return one;
          });
          await feed.push(given, ++offset);
        }
        feed.close();
      })();
      const found: [number, string | null][] = [];
      let next = 0;
      for await (const batch of batchesOf(feed)) {
        assert.ok(batch.count <= rows && batch.next > next);
        next = batch.next;
        found.push(...contents(batch));
      }
      await pushing;
      assert.deepEqual(found, expected);
      assert.equal(next, offset);
    },
  ));
});
