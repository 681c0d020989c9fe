/** What is pushed into a feed comes out of it in batches, in order, and only so much is held. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { KafkaFeed } from "../../lib/sources/kafka/partition_feed.ts";
import { CorruptBatch } from "../../lib/sources/topic/corrupt_batch.ts";
import { type BatchLimits, type MessageBatch, NULL_VALUE } from "../../lib/sources/source.ts";
import { encodeBatch, type PackingName } from "../support/kafka/records/batches.ts";
import { settle } from "../support/turns.ts";

const LIMITS: BatchLimits = { rows: 3, bytes: 1000, linger: 3_600_000, maxMessageBytes: 100 };

const bytes = (text: string) => new TextEncoder().encode(text);

interface FedMessage {
  offset: number;
  value: Uint8Array | null;
}

function message(offset: number, value: Uint8Array | null = bytes(`m${offset}`)): FedMessage {
  return { offset, value };
}

/** Pushes an answer of one batch that ends before `next`. */
function push(
  feed: KafkaFeed,
  messages: readonly FedMessage[],
  next: number,
  { gone, packing, checked }: {
    gone?: AbortSignal;
    packing?: PackingName;
    checked?: Promise<boolean>;
  } = {},
): Promise<void> {
  const baseOffset = feed.next;
  const batch = encodeBatch({
    baseOffset,
    firstTimestamp: 1000n,
    records: messages.map(({ offset, value }) => ({
      value,
      offsetDelta: offset - baseOffset,
      timestampDelta: offset,
    })),
    lastOffsetDelta: next - 1 - baseOffset,
    ...(packing === undefined ? {} : { packing }),
  });
  return feed.push({ bytes: batch, aborted: [], highWatermark: next }, gone, checked);
}

const messages = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => message(from + i));

function batchesOf(feed: KafkaFeed, signal = new AbortController().signal) {
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
  const feed = new KafkaFeed(0, LIMITS);
  const pushed = push(feed, messages(0, 4), 4);
  const batches = batchesOf(feed);
  const first = (await batches.next()).value!;
  await pushed;
  assert.deepEqual(contents(first), [[0, "m0"], [1, "m1"], [2, "m2"]]);
  assert.equal(first.next, 3);
  feed.flush();
  assert.deepEqual(contents((await batches.next()).value!), [[3, "m3"]]);
  feed.close();
  assert.equal((await batches.next()).done, true);

  const large = new KafkaFeed(0, { ...LIMITS, rows: 1000, bytes: 150 });
  const rest = push(large, [0, 1, 2].map((offset) => message(offset, bytes("x".repeat(90)))), 3);
  const held = batchesOf(large);
  assert.equal((await held.next()).value!.count, 2);
  await rest;
  await held.return();
});

Deno.test("the linger runs from the first message, and from offsets without one", async () => {
  const feed = new KafkaFeed(0, { ...LIMITS, linger: 1 });
  const batches = batchesOf(feed);
  await push(feed, messages(0, 1), 1);
  assert.equal((await batches.next()).value!.next, 1);
  await push(feed, [], 7);
  const { count, next } = (await batches.next()).value!;
  assert.deepEqual([count, next], [0, 7]);
  // A push that is broken off leaves nothing behind that does not linger.
  const gone = new AbortController();
  const full = push(feed, messages(7, 20), 20, { gone: gone.signal });
  gone.abort();
  await full;
  let last = 7;
  while (last < feed.next) last = (await batches.next()).value!.next;
  await batches.return();
});

Deno.test("null values and messages that are too large are kept as what they are", async () => {
  const feed = new KafkaFeed(5, LIMITS);
  const large = bytes("y".repeat(101));
  await push(feed, [message(5, null), message(6, large), message(9, bytes(""))], 11);
  const batches = batchesOf(feed);
  const batch = (await batches.next()).value!;
  assert.deepEqual(contents(batch), [[5, null], [6, "101 bytes"], [9, ""]]);
  assert.equal(batch.next, 10);
  feed.close();
  assert.equal((await batches.next()).value!.next, 11);
  await batches.return();
});

Deno.test("a push waits while enough is held, until a batch is taken or it is not wanted", async () => {
  const feed = new KafkaFeed(0, LIMITS);
  let isDone = false;
  const pushed = push(feed, messages(0, 9), 9).then(() => isDone = true);
  const batches = batchesOf(feed);
  let last = (await batches.next()).value!.next;
  assert.ok(feed.next < 9 && !isDone);
  // With the few bytes that are between the messages of a batch.
  assert.ok(feed.heldBytes <= 2 * 3 * ("m0".length + 8), "two batches at most");
  while (last < 6) last = (await batches.next()).value!.next;
  await pushed;
  assert.equal(feed.next, 9);

  const gone = new AbortController();
  const unwanted = push(feed, messages(9, 30), 30, { gone: gone.signal });
  gone.abort();
  await unwanted;
  assert.ok(feed.next < 30);
  const refused = push(feed, messages(feed.next, 40), 40);
  feed.close();
  await refused;
  assert.ok(feed.next < 40, "what a closed feed was not given stays outside");
  await batches.return();
});

Deno.test("nothing is given out before its answer was checked, and nothing of one that is wrong", async () => {
  const feed = new KafkaFeed(0, LIMITS);
  const batches = batchesOf(feed);
  const first = Promise.withResolvers<boolean>();
  const pushed = push(feed, messages(0, 3), 3, { checked: first.promise });
  const taken = batches.next();
  assert.equal(await Promise.race([taken, settle().then(() => "waits")]), "waits");
  first.resolve(true);
  assert.deepEqual(contents((await taken).value!).length, 3);
  await pushed;
  // One message of an answer that is right, and two of one that is not.
  await push(feed, messages(3, 4), 4, { checked: Promise.resolve(true) });
  await push(feed, messages(4, 6), 6, { checked: Promise.resolve(false) });
  const later = push(feed, messages(6, 7), 7);
  assert.equal((await batches.next()).done, true);
  await later;
});

Deno.test("a batch of several answers waits for the check of each", async () => {
  for (const isRight of [true, false]) {
    const feed = new KafkaFeed(0, LIMITS);
    const batches = batchesOf(feed);
    const first = Promise.withResolvers<boolean>();
    await push(feed, messages(0, 1), 1, { checked: first.promise });
    await push(feed, messages(1, 2), 2, { checked: Promise.resolve(true) });
    await push(feed, [], 3);
    feed.close();
    let ended: boolean | undefined;
    const next = batches.next().then((result) => {
      ended = result.done;
      return result;
    });
    await settle();
    assert.equal(ended, undefined);
    first.resolve(isRight);
    assert.equal((await next).done, !isRight);
  }
});

Deno.test("the oldest time is that of what is not committed", async () => {
  const feed = new KafkaFeed(0, LIMITS);
  assert.equal(feed.oldestTime, undefined);
  await push(feed, messages(0, 3), 3);
  const batches = batchesOf(feed);
  await batches.next();
  await push(feed, messages(3, 5), 5);
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
  const pushed = fc.array(fc.tuple(fc.nat({ max: 3 }), value), { maxLength: 12 });
  await fc.assert(fc.asyncProperty(
    fc.array(pushed, { maxLength: 8 }),
    fc.integer({ min: 1, max: 5 }),
    async (pushes, rows) => {
      const feed = new KafkaFeed(0, { ...LIMITS, rows, bytes: 60 });
      const expected: [number, string | null][] = [];
      let offset = 0;
      const pushing = (async () => {
        for (const values of pushes) {
          const given = values.map(([gap, value]) => {
            const one = message(offset += gap, value);
            offset++;
            expected.push([
              one.offset,
              value && (value.length > 100 ? "101 bytes" : new TextDecoder().decode(value)),
            ]);
            return one;
          });
          await push(feed, given, ++offset);
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

Deno.test("a message that comes in pieces is held, or kept as one that is too large", async () => {
  const limits = { ...LIMITS, bytes: 10_000_000, maxMessageBytes: 6_000_000 };
  // More than is unpacked at once.
  const [held, large] = [5_500_000, 6_000_001].map((length) => new Uint8Array(length).fill(120));
  for (const packing of ["gzip", "snappy", "lz4", "zstd"] as const) {
    const feed = new KafkaFeed(0, limits);
    const batches = batchesOf(feed);
    const messages = [message(0), message(1, held), message(2, large), message(3)];
    const pushed = push(feed, messages, 4, { packing });
    const batch = (await batches.next()).value!;
    await pushed;
    assert.equal(batch.next, 3, packing);
    assert.ok(Buffer.from(held!).equals(batch.bytes.subarray(batch.starts[1], batch.ends[1])));
    const { head, length, sha256 } = batch.oversized.get(2)!;
    assert.deepEqual([head.length, length], [65_536, 6_000_001]);
    assert.equal(sha256, createHash("sha256").update(large!).digest("hex"));
    await batches.return();
  }
});

Deno.test("what lingers while a message comes in pieces is given out without it", async () => {
  const feed = new KafkaFeed(0, { ...LIMITS, bytes: 10_000_000, maxMessageBytes: 10_000_000 });
  const batches = batchesOf(feed);
  const large = new Uint8Array(9_000_000).fill(7);
  const pushed = push(feed, [message(0), message(1, large)], 2, { packing: "lz4" });
  while (feed.heldBytes < 1_000_000) await Promise.resolve();
  feed.flush();
  const first = (await batches.next()).value!;
  assert.deepEqual([first.count, first.bytes.length], [1, "m0".length]);
  await pushed;
  feed.flush();
  const second = (await batches.next()).value!;
  assert.deepEqual([second.count, second.positions[0]], [1, 1]);
  assert.ok(Buffer.from(large).equals(second.bytes.subarray(second.starts[0], second.ends[0])));
  await batches.return();
});

Deno.test("of a corrupt batch nothing is taken, and all before it is", async () => {
  const feed = new KafkaFeed(0, LIMITS);
  const good = encodeBatch({ records: [{ value: bytes("m0") }] });
  const bad = encodeBatch({ baseOffset: 1, records: [{ value: bytes("m1") }] });
  bad[bad.length - 2]! ^= 1;
  const answer = new Uint8Array([...good, ...bad]);
  await assert.rejects(
    feed.push({ bytes: answer, aborted: [], highWatermark: 2 }),
    (error) => error instanceof CorruptBatch && error.from === 1 && error.to === 2,
  );
  assert.equal(feed.next, 1);
  feed.close();
});
