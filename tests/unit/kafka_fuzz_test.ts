/** Whatever bytes come as records: a clear failure or what is in them, never something else, in little memory. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { crc32c, lz4Decompress, snappyDecompress } from "@platformatic/wasm-utils/bundled";
import { CorruptRecords } from "../../lib/sources/kafka/records/corrupt.ts";
import { CODECS, unpackAtOnce, unpackInPieces } from "../../lib/sources/kafka/records/unpack.ts";
import { makeBomb } from "../support/kafka/records/bombs.ts";
import {
  encodeBatch,
  encodeOldSet,
  endMarker,
  PACKING_NAMES,
  type TestRecord,
} from "../support/kafka/records/batches.ts";
import { readBatches, type Reading } from "../support/kafka/records/reading.ts";

/** FINPIPE_FUZZ_RUNS makes it long. */
const RUNS = Number(Deno.env.get("FINPIPE_FUZZ_RUNS") ?? 500);

const text = (value: string) => new TextEncoder().encode(value);
const RECORDS: TestRecord[] = [
  { value: text("one"), key: text("key") },
  { value: text("finpipe ".repeat(40)), headers: [["h", text("v")], ["n", null]] },
  { value: null },
  { value: text("{}") },
];

/** An answer with a batch of each sort; a good one stands before and behind. */
const ANSWERS: Uint8Array[] = [undefined, ...PACKING_NAMES].map((packing) => {
  const of = (baseOffset: number) =>
    encodeBatch({ baseOffset, records: RECORDS, ...(packing === undefined ? {} : { packing }) });
  return Buffer.concat([of(0), of(4), endMarker(8, 5n, "abort"), of(9)]);
});
const OLD = Buffer.concat(
  [0, 4].map((base) =>
    encodeOldSet(1, [0, 1].map((at) => ({ offset: base + at, value: text(`m${at}`) })), "gzip")
  ),
);

/** Changes of bytes: where, as a share of all, and to what. */
const changes = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
  minLength: 1,
  maxLength: 4,
});

function changed(bytes: Uint8Array, what: [number, number][]): Buffer {
  const copy = Buffer.from(bytes);
  for (const [share, byte] of what) {
    copy[Math.min(copy.length - 1, Math.floor(share * copy.length))] = byte;
  }
  return copy;
}

/** Makes the checksums of all batches right that can be told. */
function mendChecksums(bytes: Buffer): void {
  for (let at = 0; at + 61 <= bytes.length;) {
    const end = at + 12 + bytes.readInt32BE(at + 8);
    if (end <= at + 61 || end > bytes.length) return;
    bytes.writeUInt32BE(crc32c(bytes.subarray(at + 21, end)) >>> 0, at + 17);
    at = end;
  }
}

function contents({ messages }: Reading): string[] {
  return messages.map(({ offset, value }) => `${offset} ${value && Buffer.from(value).toString()}`);
}

Deno.test("damaged batches: what comes before the damage, and nothing else", async () => {
  const options = { highWatermark: 13 };
  const whole = await Promise.all(ANSWERS.map((answer) => readBatches(answer, options)));
  await fc.assert(
    fc.asyncProperty(fc.nat(ANSWERS.length - 1), changes, async (which, what) => {
      const damaged = changed(ANSWERS[which]!, what);
      const { corrupt, ...reading } = await readBatches(damaged, options);
      const read = contents(reading);
      const expected = contents(whole[which]!);
      // An offset that is raised a little and still fits in is the one damage that nobody sees.
      const isShifted = reading.messages.some(({ offset }, at) =>
        offset !== whole[which]!.messages[at]!.offset
      );
      if (!isShifted) assert.deepEqual(read, expected.slice(0, read.length));
      assert.ok([0, 4, 8, 12].includes(read.length), "batches are taken as a whole");
      assert.ok(corrupt !== undefined || reading.next === 13 || reading.next > 0);
    }),
    { numRuns: RUNS },
  );
});

Deno.test("batches whose checksums are right and whose insides are not", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(ANSWERS.length - 1), changes, async (which, what) => {
      const damaged = changed(ANSWERS[which]!, what);
      mendChecksums(damaged);
      const { messages, next } = await readBatches(damaged, { highWatermark: 2 ** 40 });
      let before = -1;
      for (const { offset, value } of messages) {
        assert.ok(offset > before && offset < next);
        assert.ok((value?.length ?? 0) <= 1 << 20);
        before = offset;
      }
    }),
    { numRuns: RUNS },
  );
});

Deno.test("messages of format 1 that are damaged", async () => {
  await fc.assert(
    fc.asyncProperty(changes, async (what) => {
      const { messages } = await readBatches(changed(OLD, what), { highWatermark: 6 });
      const values = messages.map(({ value }) => value && Buffer.from(value).toString());
      assert.ok(["", "m0,m1", "m0,m1,m0,m1"].includes(values.join()));
    }),
    { numRuns: RUNS },
  );
});

Deno.test("any bytes at all", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      const { messages } = await readBatches(bytes);
      assert.deepEqual(messages, []);
    }),
    { numRuns: RUNS },
  );
});

Deno.test("any bytes as what is packed, and packed bytes that are damaged", async () => {
  const packed = PACKING_NAMES.map((packing) => {
    const batch = encodeBatch({ records: Array(20).fill(RECORDS).flat(), packing });
    return batch.subarray(61);
  });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(fc.nat(packed.length - 1), changes).map(([which, what]) =>
      changed(packed[which]!, what)
    ),
  );
  const judges = { lz4: lz4Decompress, snappy: snappyDecompress };
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), bytes, async (number, input) => {
      const codec = CODECS[number]!;
      const most = 1 << 20;
      let whole: Uint8Array | undefined;
      try {
        whole = unpackAtOnce(codec, input, most);
      } catch (error) {
        assert.ok(error instanceof CorruptRecords, String(error));
        const pieces = async () => {
          for await (const piece of unpackInPieces(codec, input)) {
            assert.ok(piece.length <= 5 << 20);
          }
        };
        await assert.rejects(pieces, CorruptRecords);
        return;
      }
      if (whole === undefined) return;
      assert.ok(whole.length <= most);
      if (whole.length === 0 || (codec !== "lz4" && codec !== "snappy") || input[0] === 0x82) {
        return;
      }
      // Whatever ours takes, another one unpacks to the same.
      assert.ok(Buffer.from(judges[codec](Buffer.from(input))).equals(whole));
    }),
    { numRuns: RUNS },
  );
});

Deno.test("a message that unpacks to 128 MiB is read in little memory", async () => {
  for (const packing of ["gzip", "zstd", "lz4", "xerial"] as const) {
    const { batch, sha256 } = await makeBomb(packing, 128);
    const before = Deno.memoryUsage();
    const { messages } = await readBatches(batch, { hashOnly: true });
    const { heapTotal, external } = Deno.memoryUsage();
    assert.equal(Buffer.from(messages[0]!.value!).toString("hex"), sha256, packing);
    // Not the resident memory: tests that run beside are in the same process.
    const grown = heapTotal - before.heapTotal + external - before.external;
    assert.ok(grown < 90e6, `${packing} took ${grown} bytes`);
  }
});
