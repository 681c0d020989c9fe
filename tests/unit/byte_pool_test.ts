/** Memory that is used again is never in two hands, and never more than the limit. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { BytePool, bytePool } from "../../lib/runtime/byte_pool.ts";
import { BatchBuilder } from "../../lib/sources/batch_builder.ts";
import type { MessageBatch } from "../../lib/sources/source.ts";
import { RowBuffer } from "../../lib/staging/postgres/row_buffer.ts";
import "../support/poisoned_pool.ts";

const BORDER = { next: 0, digest: null, unterminated: false };

Deno.test("BytePool: what is taken is large enough, in one hand alone, and the free stay few", () => {
  const most = 1_000_000;
  const size = fc.oneof(fc.nat(100_000), fc.nat(2_000_000));
  const steps = fc.array(fc.record({ take: fc.boolean(), size, which: fc.nat() }), {
    maxLength: 60,
  });
  fc.assert(fc.property(steps, (steps) => {
    const pool = new BytePool(most);
    const held: Uint8Array<ArrayBuffer>[] = [];
    for (const { take, size, which } of steps) {
      if (take || held.length === 0) {
        const bytes = pool.take(size);
        assert.ok(bytes.length >= size);
        assert.equal(bytes.length, bytes.buffer.byteLength);
        assert.ok(held.every(({ buffer }) => buffer !== bytes.buffer), "in two hands");
        held.push(bytes);
      } else pool.give(held.splice(which % held.length, 1)[0]!);
      assert.ok(pool.freeBytes <= most);
    }
  }));
});

Deno.test("BytePool: equal needs are met without new memory; a small one leaves a large array alone", () => {
  const pool = new BytePool();
  const large = pool.take(4_500_000);
  pool.give(large);
  assert.notEqual(pool.take(100), large);
  assert.equal(pool.take(4_510_000), large);
});

Deno.test("BytePool: what is returned twice is refused", () => {
  const pool = new BytePool();
  const bytes = pool.take(1);
  pool.give(bytes);
  assert.throws(() => pool.give(bytes), /returned twice/);
});

/** A message by its number: of any size, each byte its own. */
function message(number: number, length: number): Uint8Array {
  return new Uint8Array(length).map((_, i) => (number * 31 + i) & 0x7f);
}

Deno.test("BatchBuilder: a batch stays as it was sealed until it is released, whatever comes after", () => {
  const step = fc.oneof(
    { arbitrary: fc.record({ do: fc.constant("add"), size: fc.nat(40_000) }), weight: 6 },
    { arbitrary: fc.record({ do: fc.constant("null"), size: fc.constant(0) }), weight: 1 },
    { arbitrary: fc.record({ do: fc.constant("tail"), size: fc.nat(40_000) }), weight: 1 },
    { arbitrary: fc.record({ do: fc.constant("seal"), size: fc.constant(0) }), weight: 3 },
    { arbitrary: fc.record({ do: fc.constant("release"), size: fc.nat() }), weight: 2 },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: "max" }), (steps) => {
      const builder = new BatchBuilder();
      const sealed: { batch: MessageBatch; messages: (Uint8Array | null)[]; first: number }[] = [];
      let messages: (Uint8Array | null)[] = [];
      let first = 0;
      let number = 0;
      let tail = new Uint8Array();
      const check = () => {
        for (const { batch, messages, first } of sealed) {
          assert.equal(batch.count, messages.length);
          messages.forEach((message, i) => {
            assert.equal(batch.positions[i], first + i);
            const [start, end] = [batch.starts[i]!, batch.ends[i]!];
            if (message === null) assert.deepEqual([start, end], [-1, -1]);
            else assert.deepEqual(batch.bytes.subarray(start, end), message);
          });
        }
        assert.deepEqual(builder.view(builder.fill - tail.length), tail);
      };
      for (const { do: what, size } of steps) {
        if (what === "add") {
          const bytes = message(number++, size);
          builder.truncate(builder.fill - tail.length);
          tail = new Uint8Array();
          const start = builder.fill;
          builder.append(bytes);
          builder.add(start, builder.fill, first + messages.length);
          messages.push(bytes);
        } else if (what === "null") {
          builder.add(-1, -1, first + messages.length);
          messages.push(null);
        } else if (what === "tail") {
          builder.truncate(builder.fill - tail.length);
          tail = message(number++, size) as Uint8Array<ArrayBuffer>;
          builder.append(tail);
        } else if (what === "seal") {
          sealed.push({ batch: builder.seal(builder.fill - tail.length, BORDER), messages, first });
          first += messages.length;
          messages = [];
          assert.equal(builder.fill, tail.length);
        } else if (sealed.length > 0) {
          const [{ batch }] = sealed.splice(size % sealed.length, 1) as [(typeof sealed)[number]];
          batch.release();
          assert.throws(() => batch.bytes, /after its release/);
          assert.throws(() => batch.positions, /after its release/);
          assert.throws(() => batch.release(), /after its release/);
        }
        check();
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("BatchBuilder: a builder that is empty holds no memory", () => {
  const builder = new BatchBuilder();
  const taken = watched(() => {
    builder.append(new Uint8Array(1_000_000));
    builder.add(0, builder.fill, 0);
    builder.seal(builder.fill, BORDER).release();
  });
  assert.equal(taken, 0);
  assert.equal(watched(() => builder.seal(0, BORDER).release()), 0);
});

Deno.test("RowBuffer: what was shown is not given away by growing, and released rows are not read", () => {
  const rows = new RowBuffer();
  const add = (bytes: Uint8Array) => {
    rows.beginRow(1, bytes.length + 8);
    rows.bytes(bytes);
    rows.endRow(0);
  };
  add(message(1, 10_000));
  const [, shown] = rows.pieces();
  const before = shown!.slice();
  add(message(2, 1_000_000));
  assert.deepEqual(shown, before);
  rows.release();
  assert.equal(rows.rows, 2, "they are still counted");
  assert.throws(() => rows.pieces(), /after their release/);
  assert.throws(() => rows.beginRow(1, 100), /after their release/);
  assert.throws(() => rows.release(), /released twice/);
});

/** How many arrays work took from the process's pool and did not give back. */
function watched(work: () => void): number {
  const { take, give } = bytePool;
  let out = 0;
  bytePool.take = (least) => (out++, take.call(bytePool, least));
  bytePool.give = (bytes) => (out--, give.call(bytePool, bytes));
  try {
    work();
  } finally {
    bytePool.take = take;
    bytePool.give = give;
  }
  return out;
}
