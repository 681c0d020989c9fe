/** The records of a fetch, out of bytes that an encoder of the tests' own made. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { crc32c } from "../../lib/sources/kafka/records/crc32c.ts";
import {
  encodeBatch,
  encodeOldMessage,
  encodeOldSet,
  encodeRecord,
  endMarker,
  PACKING_NAMES,
  type TestRecord,
} from "../support/kafka/records/batches.ts";
import { readBatches, type Reading } from "../support/kafka/records/reading.ts";

const text = (value: string) => new TextEncoder().encode(value);
const record = (value: string): TestRecord => ({ value: text(value) });

/** Offset and text of each message. */
function contents({ messages }: Reading): [number, string | null][] {
  return messages.map(({ offset, value }) => [
    offset,
    value && new TextDecoder().decode(value),
  ]);
}

Deno.test("CRC-32C is that of RFC 3720, whatever comes before and behind", () => {
  const zeros = new Uint8Array(64);
  assert.equal(crc32c(zeros, 0, 32), 0x8a9136aa);
  assert.equal(crc32c(zeros.fill(255), 7, 39), 0x62a8ab43);
  assert.equal(crc32c(text("..123456789.."), 2, 11), 0xe3069283);
  assert.equal(crc32c(zeros, 0, 0), 0);
});

Deno.test("values, null values, keys, headers and times of a batch, packed in any way", async () => {
  const records: TestRecord[] = [
    { value: text("one"), key: text("k"), timestampDelta: -5 },
    { value: null, key: null },
    { value: text(""), headers: [["h", text("x")], ["", null], ["n", text("")]] },
    { value: text("x".repeat(70_000)), key: text("y".repeat(300)), timestampDelta: 2n ** 40n },
  ];
  for (const packing of [undefined, ...PACKING_NAMES]) {
    const options = packing === undefined ? {} : { packing };
    const batch = encodeBatch({ baseOffset: 7, records, firstTimestamp: 1000n, ...options });
    const reading = await readBatches([batch, encodeBatch({ baseOffset: 11, records: [] })]);
    assert.deepEqual(
      contents(reading),
      [[7, "one"], [8, null], [9, ""], [10, "x".repeat(70_000)]],
      packing ?? "none",
    );
    assert.equal(reading.next, 12);
    assert.deepEqual(
      reading.messages.map(({ timestamp }) => timestamp),
      [995, 1000, 1000, 1000 + 2 ** 40],
    );
  }
});

Deno.test("the time is the broker's where the topic says so", async () => {
  const batch = encodeBatch({ records: [record("a")], isAppendTime: true, maxTimestamp: 77n });
  assert.equal((await readBatches(batch)).messages[0]!.timestamp, 77);
});

Deno.test("offsets with holes, and a batch of which all was compacted away", async () => {
  const reading = await readBatches([
    encodeBatch({ baseOffset: 10, records: [], lastOffsetDelta: 4, count: 0 }),
    encodeBatch({
      baseOffset: 20,
      records: [{ ...record("a"), offsetDelta: 2 }, { ...record("b"), offsetDelta: 6 }],
      lastOffsetDelta: 9,
    }),
  ], { from: 10 });
  assert.deepEqual(contents(reading), [[22, "a"], [26, "b"]]);
  assert.equal(reading.next, 30);
});

Deno.test("a fetch that begins inside of a batch, and one that is cut off at its end", async () => {
  const first = encodeBatch({ baseOffset: 0, records: ["a", "b", "c"].map(record) });
  const second = encodeBatch({ baseOffset: 3, records: ["d", "e"].map(record) });
  for (let length = first.length; length < first.length + second.length; length++) {
    const answer = Buffer.concat([first, second]).subarray(0, length);
    const reading = await readBatches(answer, { from: 1 });
    assert.deepEqual(contents(reading), [[1, "b"], [2, "c"]], `${length}`);
    assert.equal(reading.next, 3);
  }
});

Deno.test("an answer whose first batch is longer than what was sent of it is corrupt", async () => {
  const batch = encodeBatch({ records: [record("a")] });
  const { corrupt } = await readBatches(batch.subarray(0, -1));
  assert.equal(corrupt?.reason, "it is longer than the bytes that were sent");
  assert.equal((await readBatches(batch.subarray(0, 5))).corrupt?.from, 0);
});

const [A, B] = [11n, 22n];
const sent = (baseOffset: number, producerId: bigint, value: string) =>
  encodeBatch({ baseOffset, producerId, isTransactional: true, records: [record(value)] });

Deno.test("aborted transactions that overlap, whichever ends first and in whatever order they are told", async () => {
  for (const isAFirst of [true, false]) {
    const [first, second] = isAFirst ? [A, B] : [B, A];
    const batches = [
      sent(0, A, "a0"),
      sent(1, B, "b1"),
      endMarker(2, first, "abort"),
      sent(3, first, "kept 3"),
      sent(4, second, "4"),
      endMarker(5, second, "abort"),
      endMarker(6, first, "commit"),
      sent(7, second, "kept 7"),
      endMarker(8, second, "commit"),
    ];
    const told = [{ producerId: A, firstOffset: 0 }, { producerId: B, firstOffset: 1 }];
    for (const aborted of [told, told.toReversed()]) {
      const reading = await readBatches(batches, { aborted });
      assert.deepEqual(contents(reading), [[3, "kept 3"], [7, "kept 7"]]);
      assert.equal(reading.next, 9);
    }
  }
});

Deno.test("a key of four zeros marks nothing, nor does a batch without a record", async () => {
  const zeros = Buffer.alloc(4);
  const reading = await readBatches([
    encodeBatch({ producerId: A, isTransactional: true, records: [{ key: zeros, value: zeros }] }),
    encodeBatch({
      baseOffset: 1,
      producerId: A,
      isTransactional: true,
      isControl: true,
      records: [],
    }),
    sent(2, A, "2"),
    endMarker(3, A, "abort"),
    // Idempotent, and of no transaction, though the same producer has an aborted one before it.
    encodeBatch({ baseOffset: 4, producerId: A, records: [{ key: zeros, value: text("kept") }] }),
  ], { aborted: [{ producerId: A, firstOffset: 0 }] });
  assert.deepEqual(contents(reading), [[4, "kept"]]);
  assert.equal(reading.next, 5);
});

Deno.test("a control record whose key is too short is corrupt", async () => {
  const marker = encodeBatch({
    producerId: A,
    isTransactional: true,
    isControl: true,
    records: [{ key: Buffer.alloc(3), value: null }],
  });
  assert.match((await readBatches(marker)).corrupt!.reason, /a key of 3 bytes/);
});

Deno.test("messages of formats 0 and 1, alone and packed", async () => {
  for (const magic of [0, 1] as const) {
    const one = encodeOldMessage(magic, { offset: 5, value: text("one"), key: text("k") });
    const none = encodeOldMessage(magic, { offset: 6, value: null });
    for (const packing of ["gzip", "snappy", "xerial", "lz4"] as const) {
      const messages = [7, 9, 10].map((offset) => ({ offset, value: text(`m${offset}`) }));
      const answer = [
        one,
        none,
        encodeOldSet(magic, messages, packing),
        encodeBatch({
          baseOffset: 11,
          records: [record("of format 2")],
        }),
      ];
      const reading = await readBatches(answer, { from: 5 });
      const read = [[5, "one"], [6, null], [7, "m7"], [9, "m9"], [10, "m10"], [11, "of format 2"]];
      assert.deepEqual(contents(reading), read, `${magic} ${packing}`);
      assert.equal(reading.next, 12);
      const inside = await readBatches(answer[2]!, { from: 9 });
      assert.deepEqual(contents(inside), [[9, "m9"], [10, "m10"]]);
    }
    const damaged = Buffer.from(one);
    damaged[damaged.length - 1]! ^= 1;
    assert.match((await readBatches(damaged)).corrupt!.reason, /its CRC-32 is /);
    for (let length = 0; length < one.length; length++) {
      const answer = Buffer.concat([one, one.subarray(0, length)]);
      assert.equal((await readBatches(answer, { from: 5 })).corrupt, undefined);
    }
  }
});

Deno.test("what a batch says of itself has to be true", async () => {
  const records = [record("a"), record("b")];
  const within = Buffer.concat(records.map(encodeRecord));
  const wrong: [RegExp, Parameters<typeof encodeBatch>[0]][] = [
    [/its records are cut off/, { records, count: 3, lastOffsetDelta: 2 }],
    [/holds more records than its header says/, { records, count: 1 }],
    [/records in the offsets/, { records, count: -1 }],
    [/records in the offsets/, { records, count: 5 }],
    [/records in the offsets/, { records: [], lastOffsetDelta: -1 }],
    [/a record has the offset 5 after 5/, {
      baseOffset: 5,
      records: [record("a"), { ...record("b"), offsetDelta: 0 }],
      lastOffsetDelta: 1,
    }],
    [/a record has the offset 9 after 5/, {
      baseOffset: 5,
      records: [record("a"), { ...record("b"), offsetDelta: 4 }],
      lastOffsetDelta: 1,
    }],
    [/its records are cut off/, { records, packed: within.subarray(0, -1) }],
    [/a record says that it is -1 bytes long/, { records, packed: Buffer.from([1, 0, 0]) }],
    [/a number in its records has no end/, { records, packed: Buffer.alloc(20, 255) }],
    [/gzip data is corrupt/, { records, packing: "gzip", packed: within }],
    [/snappy data is corrupt/, { records, packing: "snappy", packed: within }],
    [/lz4 frame is corrupt/, { records, packing: "lz4", packed: within }],
    [/zstd frame is corrupt/, { records, packing: "zstd", packed: within }],
  ];
  for (const [reason, batch] of wrong) {
    const good = encodeBatch({ baseOffset: 0, records: [record("before")] });
    const { messages, corrupt } = await readBatches(
      [good, encodeBatch({ ...batch, baseOffset: 5 })],
    );
    assert.match(corrupt?.reason ?? "not corrupt", reason);
    assert.deepEqual(messages.map(({ offset }) => offset), [0], "all before it, and nothing of it");
    assert.equal(corrupt!.from, 1);
  }
});

Deno.test("a header, value or key that is damaged is corrupt, and is told where reading goes on", async () => {
  const batches = [0, 3, 6].map((baseOffset) =>
    encodeBatch({ baseOffset, records: ["a", "b", "c"].map(record) })
  );
  const length = batches[0]!.length;
  const whole = Buffer.concat(batches);
  for (let at = length; at < 2 * length; at++) {
    for (const bit of [0x01, 0x80]) {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= bit;
      const place = at - length;
      const { messages, corrupt, next } = await readBatches(damaged, { highWatermark: 9 });
      // No checksum is on the leader's epoch, which nobody needs.
      if (place >= 12 && place < 16) assert.equal(next, 9, `byte ${place}`);
      else {
        // Its length is damaged so that nothing more is whole: it is met at the next fetch.
        const isCut = place >= 8 && place < 12 && corrupt === undefined;
        assert.ok(isCut || corrupt !== undefined, `byte ${place} ^ ${bit}`);
        const isBefore = place < 8 && corrupt!.from === 0;
        assert.equal(next, isBefore ? 0 : 3, `byte ${place} ^ ${bit}`);
        assert.equal(messages.length, next);
        if (place >= 21) assert.deepEqual([corrupt!.from, corrupt!.to], [3, 6]);
      }
    }
  }
});

Deno.test("batches that are not in order, end before what was asked for or behind the log are corrupt", async () => {
  const [first, second] = [0, 3].map((baseOffset) =>
    encodeBatch({ baseOffset, records: ["a", "b", "c"].map(record) })
  ) as [Buffer, Buffer];
  const reasonOf = async (...[batches, options]: Parameters<typeof readBatches>) =>
    (await readBatches(batches, options)).corrupt?.reason;
  assert.match(await reasonOf([second, first]) ?? "", /ends at 5, and the next one begins at 0/);
  assert.match(
    await reasonOf(first, { from: 3 }) ?? "",
    /ends at 2, before the offset that was asked for/,
  );
  assert.match(await reasonOf(second, { highWatermark: 5 }) ?? "", /ends at 5, and the partition/);
  assert.equal(await reasonOf([first, second], { highWatermark: 6 }), undefined);
});

Deno.test("whatever is sent comes out, once, in order, from any offset on", async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 9000 })).map(([byte, length]) =>
      new Uint8Array(length).fill(byte)
    ),
  );
  const sentRecord = fc.record({
    gap: fc.nat({ max: 3 }),
    value: fc.option(bytes),
    key: fc.option(bytes),
    headers: fc.array(fc.tuple(fc.string({ maxLength: 5 }), fc.option(bytes)), { maxLength: 3 }),
    timestampDelta: fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n }),
  });
  const sentBatch = fc.record({
    hole: fc.nat({ max: 5 }),
    packing: fc.option(fc.constantFrom(...PACKING_NAMES), { nil: undefined }),
    records: fc.array(sentRecord, { maxLength: 12 }),
    tail: fc.nat({ max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(sentBatch, { minLength: 1, maxLength: 5 }),
      fc.nat(),
      async (batches, chance) => {
        const expected: [number, string | null][] = [];
        const ends: number[] = [];
        let offset = 0;
        const encoded = batches.map(({ hole, packing, records, tail }) => {
          const baseOffset = offset += hole;
          const placed = records.map(({ gap, ...rest }) => {
            offset += gap;
            expected.push([offset, rest.value && Buffer.from(rest.value).toString("hex")]);
            return { ...rest, offsetDelta: offset++ - baseOffset };
          });
          offset += tail + 1;
          ends.push(offset);
          const lastOffsetDelta = offset - 1 - baseOffset;
          const options = packing === undefined ? {} : { packing };
          return encodeBatch({ baseOffset, records: placed, lastOffsetDelta, ...options });
        });
        const from = chance % offset;
        // A broker begins with the batch that holds the offset.
        const begin = ends.findIndex((end) => end > from);
        const { messages, next, corrupt } = await readBatches(encoded.slice(begin), {
          from,
          highWatermark: offset,
        });
        assert.equal(corrupt, undefined);
        assert.deepEqual(
          messages.map((one) => [one.offset, one.value && Buffer.from(one.value).toString("hex")]),
          expected.filter(([at]) => at >= from),
        );
        assert.equal(next, offset);
      },
    ),
    { numRuns: 150 },
  );
});
