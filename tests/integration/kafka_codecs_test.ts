/**
 * The codecs on frames of Java's producers and of librdkafka, byte for byte, and on damaged ones. The
 * Java frames are the broker's own: a topic with a compression.type has it pack again what it gets.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import kafkajs from "kafkajs";
import { type Codec, CorruptFrame } from "../../lib/sources/kafka/codec_frame.ts";
import { LZ4 } from "../../lib/sources/kafka/codec_lz4.ts";
import { SNAPPY } from "../../lib/sources/kafka/codec_snappy.ts";
import { ZSTD } from "../../lib/sources/kafka/codec_zstd.ts";
import { registerCodecs } from "../../lib/sources/kafka/codecs.ts";
import { kafkaTest, testTopic } from "../support/kafka.ts";
import {
  consume,
  consumeByKcat,
  produce,
  produceByKcat,
  type Value,
} from "../support/kafka_messages.ts";

const { CompressionCodecs, CompressionTypes } = kafkajs;
const TYPES = {
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
};
const CODECS = Object.keys(TYPES) as (keyof typeof TYPES)[];
const OURS: [name: string, codec: Codec][] = [["snappy", SNAPPY], ["lz4", LZ4], ["zstd", ZSTD]];

registerCodecs();

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

/** Counts the batches that kafkajs unpacks with the codec. */
function counting(type: number): { readonly unpacked: number } & Disposable {
  const original = CompressionCodecs[type as 1];
  let unpacked = 0;
  CompressionCodecs[type as 1] = () => {
    const codec: Codec = original();
    return {
      compress: codec.compress,
      decompress: (frame: Buffer) => {
        unpacked++;
        return codec.decompress(frame);
      },
    };
  };
  return {
    get unpacked() {
      return unpacked;
    },
    [Symbol.dispose]: () => void (CompressionCodecs[type as 1] = original),
  };
}

for (const name of CODECS) {
  await kafkaTest(`${name} of the broker's Java codec, payloads byte for byte`, async (t) => {
    await using topic = await testTopic(t, { config: { ...CONFIG, "compression.type": name } });
    const batches = [VALUES, LARGE, NULLS, [mixed(1)]];
    for (const batch of batches) await produce(topic, batch);
    using codec = counting(TYPES[name]);
    const messages = await consume(topic, batches.flat().length);
    assertSame(messages.map(({ value }) => value), batches.flat());
    assert.equal(codec.unpacked, batches.length);
  });

  await kafkaTest(`${name} of librdkafka, payloads byte for byte`, async (t) => {
    await using topic = await testTopic(t, { config: CONFIG });
    const packing = ["-z", name, "-X", "message.max.bytes=16000000", "-X", "linger.ms=50"];
    await produceByKcat(topic, VALUES, packing);
    await produceByKcat(topic, LARGE, packing);
    await produceByKcat(topic, [mixed(0), mixed(500), mixed(0)], [...packing, "-Z"]);
    const expected = [...VALUES, ...LARGE, null, mixed(500), null];
    using codec = counting(TYPES[name]);
    const messages = await consume(topic, expected.length);
    assertSame(messages.map(({ value }) => value), expected);
    assert.ok(codec.unpacked >= 3, `${codec.unpacked} batches were compressed`);
  }, { kcat: true });

  await kafkaTest(`${name} that finpipe packs is read by kcat and by the broker`, async (t) => {
    // A topic with another codec makes the broker unpack ours with Java's.
    const other = name === "lz4" ? "zstd" : "lz4";
    for (const config of [CONFIG, { ...CONFIG, "compression.type": other }]) {
      await using topic = await testTopic(t, { config });
      const values = [...VALUES, ...NULLS, ...LARGE];
      await produce(topic, values, { compression: TYPES[name] });
      assertSame(await consumeByKcat(topic), values);
    }
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

for (const [blocks, frame] of LZ4_BLOCK_CHECKSUMS) {
  Deno.test(`lz4 with ${blocks} blocks and their checksums, whole and damaged`, async () => {
    const bytes = Buffer.from(frame, "base64");
    assert.equal((await LZ4.decompress(bytes)).toString(), "finpipe ".repeat(12_500));
    for (let length = 0; length < bytes.length; length++) {
      await assert.rejects(LZ4.decompress(bytes.subarray(0, length)), CorruptFrame, `${length}`);
    }
    await assert.rejects(LZ4.decompress(Buffer.concat([bytes, bytes])), CorruptFrame);
    // Past the frame's header, where all that is not checked lies.
    for (let at = 20; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 0x10;
      await assert.rejects(LZ4.decompress(damaged), CorruptFrame, `byte ${at}`);
    }
  });
}

for (const [name, codec] of OURS) {
  Deno.test(`${name} gives back what it packed, whatever that is`, async () => {
    // A batch holds at least one record; nothing at all the WebAssembly module may refuse.
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 5000 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 100 }), async (bytes, times) => {
        const buffer = Buffer.concat(Array(times).fill(bytes));
        assert.deepEqual(await codec.decompress(await codec.compress({ buffer })), buffer);
      }),
    );
  });

  Deno.test(`${name} that is cut off anywhere is corrupt`, async () => {
    const frame = await codec.compress({ buffer: Buffer.from(mixed(1000)) });
    for (let length = 0; length < frame.length; length++) {
      const cut = frame.subarray(0, length);
      await assert.rejects(codec.decompress(cut), CorruptFrame, `${length} bytes`);
    }
  });

  Deno.test(`${name} that is something else is corrupt, and says so to a person`, async () => {
    const frame = Buffer.from('{"object_id": "it was never compressed"}');
    await assert.rejects(codec.decompress(frame), (error) => {
      assert.ok(error instanceof CorruptFrame);
      assert.match(error.message, new RegExp(`its ${name} frame is corrupt: `));
      assert.equal(error.kind, "data");
      assert.equal(error.retriable, false);
      return true;
    });
  });
}

Deno.test("snappy that says it holds a gigabyte takes no gigabyte", async () => {
  const claim = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x03, 0, 0x61]);
  await assert.rejects(SNAPPY.decompress(claim), /7 bytes say that they hold 1073741823/);
});

Deno.test("snappy in Java's framing, cut off anywhere but between blocks, is corrupt", async () => {
  const block = await SNAPPY.compress({ buffer: Buffer.from("finpipe") });
  const header = Buffer.from("82534e41505059000000000100000001", "hex");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(block.length);
  const frame = Buffer.concat([header, length, block, length, block]);
  assert.equal((await SNAPPY.decompress(frame)).toString(), "finpipefinpipe");
  const borders = [header.length, header.length + 4 + block.length];
  for (let cut = 8; cut < frame.length; cut++) {
    if (borders.includes(cut)) continue;
    await assert.rejects(SNAPPY.decompress(frame.subarray(0, cut)), CorruptFrame, `${cut} bytes`);
  }
  await assert.rejects(SNAPPY.decompress(frame.subarray(0, -1)), /its last block is cut off/);
});

Deno.test("zstd of several frames, and with one to be skipped, is read to its end", async () => {
  const [one, two] = [zstdCompressSync("one, "), zstdCompressSync("two")];
  const skipped = Buffer.from("532a4d1803000000616263", "hex");
  assert.equal(
    (await ZSTD.decompress(Buffer.concat([one, skipped, two]))).toString(),
    "one, two",
  );
  await assert.rejects(ZSTD.decompress(Buffer.concat([one, Buffer.from("more")])), CorruptFrame);
});
