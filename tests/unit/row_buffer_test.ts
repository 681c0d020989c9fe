import assert from "node:assert/strict";
import fc from "fast-check";
import type { Moment } from "../../lib/events/values.ts";
import { RowBuffer } from "../../lib/staging/postgres/row_buffer.ts";
import { rowsOf as copyRowsOf } from "../support/staging/copy_rows.ts";

const encoder = new TextEncoder();

function rowsOf(buffer: RowBuffer, from?: number, to?: number): (Uint8Array | null)[][] {
  return copyRowsOf(buffer.pieces(from, to));
}

/** The one value of a row. */
function valueOf(write: (buffer: RowBuffer) => void): DataView {
  const buffer = new RowBuffer(8);
  buffer.beginRow(1, 64);
  write(buffer);
  buffer.endRow(0);
  const value = rowsOf(buffer)[0]![0]!;
  return new DataView(value.buffer);
}

Deno.test("RowBuffer: any bytes are read back as they were, and NULL is none of them", () => {
  const value = fc.option(fc.uint8Array({ maxLength: 200 }));
  fc.assert(
    fc.property(
      fc.array(fc.array(value, { minLength: 2, maxLength: 4 }), { maxLength: 60 }),
      (rows) => {
        const buffer = new RowBuffer(16);
        rows.forEach((row, i) => {
          const room = row.reduce((sum, value) => sum + 4 + (value?.length ?? 0), 0);
          buffer.beginRow(row.length, room);
          for (const value of row) {
            if (value === null) buffer.null();
            else buffer.bytes(value);
          }
          buffer.endRow(i * 2);
        });
        assert.equal(buffer.rows, rows.length);
        assert.deepEqual(rowsOf(buffer), rows);
        rows.forEach((row, i) => {
          assert.deepEqual(rowsOf(buffer, i, i + 1), [row]);
          assert.equal(buffer.messageOf(i), i * 2);
        });
        const half = rows.length >> 1;
        assert.deepEqual([...rowsOf(buffer, 0, half), ...rowsOf(buffer, half)], rows);
      },
    ),
  );
});

Deno.test("RowBuffer: integers of all 64 bits", () => {
  const border = fc.constantFrom(
    0n,
    2n ** 63n - 1n,
    1n - 2n ** 63n,
    2n ** 32n,
    -(2n ** 32n),
    999_999_999_999_999n,
  );
  const integer = fc.oneof(border, fc.bigInt({ min: 1n - 2n ** 63n, max: 2n ** 63n - 1n }));
  fc.assert(fc.property(integer, (value) => {
    const text = encoder.encode(`[${value}]`);
    const view = valueOf((buffer) => buffer.decimal(text, 1, text.length - 1));
    assert.equal(view.getBigInt64(0), value);
  }));
  fc.assert(fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (value) => {
    assert.equal(valueOf((buffer) => buffer.int8(value)).getBigInt64(0), BigInt(value));
  }));
  assert.equal(valueOf((buffer) => buffer.int8(-1)).getBigInt64(0), -1n);
  assert.equal(valueOf((buffer) => buffer.int2(encoder.encode("x420x"), 1, 4)).getInt16(0), 420);
  assert.equal(valueOf((buffer) => buffer.int4(70_000)).getInt32(0), 70_000);
});

Deno.test("RowBuffer: times to the microsecond, before and after PostgreSQL's epoch", () => {
  const seconds = fc.integer({ min: 0, max: 315_537_897_599 });
  fc.assert(fc.property(seconds, fc.integer({ min: 0, max: 999_999 }), (seconds, micros) => {
    const moment: Moment = { seconds, micros };
    const first = Temporal.PlainDateTime.from("0001-01-01T00:00:00").toZonedDateTime("UTC");
    const epoch = Temporal.Instant.from("2000-01-01T00:00:00Z");
    const since = first.toInstant().epochNanoseconds / 1000n - epoch.epochNanoseconds / 1000n;
    const expected = since + BigInt(seconds) * 1_000_000n + BigInt(micros);
    assert.equal(valueOf((buffer) => buffer.timestamp(moment)).getBigInt64(0), expected);
  }));
});

Deno.test("RowBuffer: rates as groups of four digits", () => {
  fc.assert(fc.property(fc.bigInt({ min: 1n, max: 999_999_999_999_999_999n }), (millionths) => {
    const view = valueOf((buffer) => buffer.numeric(millionths));
    const [count, weight, sign, scale] = [0, 2, 4, 6].map((at) => view.getInt16(at));
    assert.deepEqual([sign, scale, view.byteLength], [0, 6, 8 + 2 * count!]);
    // The value times 10^8, from the weight of each group.
    let value = 0n;
    for (let group = 0; group < count!; group++) {
      const digits = view.getInt16(8 + 2 * group);
      assert.ok(digits >= 0 && digits < 10_000);
      value += BigInt(digits) * 10_000n ** BigInt(weight! - group + 2);
    }
    assert.equal(value, millionths * 100n);
  }));
});

Deno.test("RowBuffer: no rows are a header and a trailer", () => {
  assert.deepEqual(rowsOf(new RowBuffer()), []);
});
