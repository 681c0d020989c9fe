/**
 * The unpacking of batches on frames of Java's producers and of librdkafka, byte for byte, and on damaged
 * ones. The Java frames are the broker's own: a topic with a compression.type has it pack again what it
 * gets.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { lz4Compress, snappyCompress } from "@platformatic/wasm-utils/bundled";
import { CorruptRecords } from "../../lib/sources/kafka/records/corrupt.ts";
import {
  type Codec,
  unpackAtOnce,
  unpackInPieces,
} from "../../lib/sources/kafka/records/unpack.ts";
import { kafkaTest, testTopic } from "../support/kafka/topics.ts";
import { produce, produceByKcat, type Value } from "../support/kafka/messages.ts";
import { fetchAll } from "../support/kafka/records/wire.ts";

const PACK: Record<Codec, (bytes: Buffer) => Uint8Array> = {
  gzip: gzipSync,
  snappy: snappyCompress,
  lz4: lz4Compress,
  zstd: zstdCompressSync,
};
const CODECS = Object.keys(PACK) as Codec[];
/** Bytes that repeat here and there, as JSON does; some of chance, as its ids are. */
function mixed(length: number): Uint8Array {
  let state = length + 1;
  return Uint8Array.from({ length }, (_, at) => {
    if (at % 64 < 48) return at % 48 + 32;
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

const VALUES: Uint8Array[] = [1, 0, 2, 100, 0, 65_536, 65_537, 300_000].map(mixed);
const LARGE: Uint8Array[] = [mixed(5_000_000), mixed(1)];
const CONFIG = { "max.message.bytes": "16000000" };
const NULLS: Value[] = [null, mixed(500), null, new Uint8Array()];

/** The size of the difference: an assertion that prints 5 MB helps nobody. */
function assertSame(actual: readonly Value[], expected: readonly Value[]): void {
  const sizes = (values: readonly Value[]) => values.map((value) => value?.length ?? null);
  assert.deepEqual(sizes(actual), sizes(expected));
  const same = (value: Value, at: number) =>
    value === null ? expected[at] === null : Buffer.compare(value, expected[at]!) === 0;
  assert.deepEqual(actual.map(same), expected.map(() => true));
}

for (const name of CODECS) {
  await kafkaTest(`${name} of the broker's Java codec, payloads byte for byte`, async (t) => {
    await using topic = await testTopic(t, { config: { ...CONFIG, "compression.type": name } });
    const batches = [VALUES, LARGE, NULLS, [mixed(1)]];
    for (const batch of batches) await produce(topic, batch);
    const { values, codecs } = await fetchAll(topic);
    assertSame(values, batches.flat());
    assert.deepEqual(codecs, batches.map(() => name));
  });

  await kafkaTest(`${name} of librdkafka, payloads byte for byte`, async (t) => {
    await using topic = await testTopic(t, { config: CONFIG });
    const packing = ["-z", name, "-X", "message.max.bytes=16000000", "-X", "linger.ms=50"];
    await produceByKcat(topic, VALUES, packing);
    await produceByKcat(topic, LARGE, packing);
    await produceByKcat(topic, [mixed(0), mixed(500), mixed(0)], [...packing, "-Z"]);
    const { values, codecs } = await fetchAll(topic);
    assertSame(values, [...VALUES, ...LARGE, null, mixed(500), null]);
    assert.ok(codecs.filter((codec) => codec === name).length >= 3, codecs.join());
  }, { kcat: true });
}

// Of lz4's own program: 12,500 times "finpipe ", with a checksum after each block.
const LZ4_BLOCK_CHECKSUMS: [blocks: string, frame: string][] = [
  [
    "independent",
    "BCJNGHRAvRIBAACPZmlucGlwZSAIAP/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////gUHBpcGUghbvOgpkAAACPZmlucGlwZSAIAP///////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////wdQcGlwZSCN0VghAAAAAEMtrg0=",
  ],
  [
    "dependent",
    "BCJNGFxAoIYBAAAAAABgEgEAAI9maW5waXBlIAgA/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////+BQcGlwZSCFu86CkQAAAA8IAP///////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////w9QcGlwZSB0bxL6AAAAAEMtrg0=",
  ],
];

/** What is unpacked at once, which has to be what comes in pieces. */
async function unpack(codec: Codec, packed: Uint8Array): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let failure: unknown;
  try {
    for await (const piece of unpackInPieces(codec, packed)) pieces.push(Buffer.from(piece));
  } catch (error) {
    failure = error;
  }
  const inPieces = Buffer.concat(pieces);
  let whole: Uint8Array | undefined;
  try {
    whole = unpackAtOnce(codec, packed, 100_000_000);
  } catch (error) {
    assert.ok(error instanceof CorruptRecords && failure instanceof CorruptRecords);
    throw error;
  }
  assert.equal(failure, undefined);
  assert.ok(inPieces.equals(whole!));
  if (inPieces.length > 0) {
    assert.equal(unpackAtOnce(codec, packed, inPieces.length - 1), undefined);
  }
  return inPieces;
}

for (const [blocks, frame] of LZ4_BLOCK_CHECKSUMS) {
  Deno.test(`lz4 with ${blocks} blocks and their checksums, whole and damaged`, async () => {
    const bytes = Buffer.from(frame, "base64");
    assert.equal((await unpack("lz4", bytes)).toString(), "finpipe ".repeat(12_500));
    for (let length = 0; length < bytes.length; length++) {
      await assert.rejects(unpack("lz4", bytes.subarray(0, length)), CorruptRecords, `${length}`);
    }
    const skipped = Buffer.from("5a2a4d1803000000616263", "hex");
    const several = Buffer.concat([bytes, skipped, bytes]);
    assert.equal((await unpack("lz4", several)).length, 200_000);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 0x10;
      await assert.rejects(unpack("lz4", damaged), CorruptRecords, `byte ${at}`);
    }
  });
}

for (const codec of CODECS) {
  Deno.test(`${codec} is unpacked to what was packed, whatever that is`, async () => {
    // A batch holds at least one record; nothing at all the WebAssembly module may refuse.
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 5000 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 300 }), async (bytes, times) => {
        const buffer = Buffer.concat(Array(times).fill(bytes));
        assert.ok((await unpack(codec, PACK[codec](buffer))).equals(buffer));
      }),
      { numRuns: 50 },
    );
    // More than the pieces and the history that is kept of them.
    const large = Buffer.from(mixed(3_000_000));
    assert.ok((await unpack(codec, PACK[codec](large))).equals(large));
    const repeated = Buffer.alloc(20_000_000, "finpipe ");
    assert.ok((await unpack(codec, PACK[codec](repeated))).equals(repeated));
  });

  Deno.test(`${codec} that is cut off anywhere is corrupt`, async () => {
    const packed = PACK[codec](Buffer.from(mixed(1000)));
    for (let length = 0; length < packed.length; length++) {
      const cut = packed.subarray(0, length);
      await assert.rejects(unpack(codec, cut), CorruptRecords, `${length} bytes`);
    }
  });

  Deno.test(`${codec} that is something else is corrupt, and named`, async () => {
    const packed = Buffer.from('{"object_id": "it was never compressed"}');
    await assert.rejects(unpack(codec, packed), (error) => {
      assert.ok(error instanceof CorruptRecords);
      assert.match(error.message, new RegExp(`its ${codec} (frame|data) is corrupt: `));
      return true;
    });
  });
}

Deno.test("snappy that says it holds a gigabyte takes no gigabyte", async () => {
  const claim = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x03, 0, 0x61]);
  await assert.rejects(unpack("snappy", claim), /7 bytes say that they hold 1073741823/);
});

Deno.test("snappy in Java's framing, cut off anywhere but between blocks, is corrupt", async () => {
  const block = snappyCompress(Buffer.from("finpipe"));
  const header = Buffer.from("82534e41505059000000000100000001", "hex");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(block.length);
  const frame = Buffer.concat([header, length, block, length, block]);
  assert.equal((await unpack("snappy", frame)).toString(), "finpipefinpipe");
  const borders = [header.length, header.length + 4 + block.length];
  for (let cut = 8; cut < frame.length; cut++) {
    if (borders.includes(cut)) continue;
    await assert.rejects(unpack("snappy", frame.subarray(0, cut)), CorruptRecords, `${cut} bytes`);
  }
  await assert.rejects(unpack("snappy", frame.subarray(0, -1)), /its last block is cut off/);
});

Deno.test("gzip and zstd of several members or frames are read to their end", async () => {
  for (const codec of ["gzip", "zstd"] as const) {
    const [one, two] = [PACK[codec](Buffer.from("one, ")), PACK[codec](Buffer.from("two"))];
    assert.equal((await unpack(codec, Buffer.concat([one!, two!]))).toString(), "one, two");
    const more = Buffer.concat([one!, Buffer.from("more")]);
    await assert.rejects(unpack(codec, more), CorruptRecords);
  }
  const [one, two] = [zstdCompressSync("one, "), zstdCompressSync("two")];
  const skipped = Buffer.from("532a4d1803000000616263", "hex");
  assert.equal((await unpack("zstd", Buffer.concat([one, skipped, two]))).toString(), "one, two");
});
