/** Values in Vertica's binary form, as vertica-python's deserializer.py reads them. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { column } from "../scripted_engine.ts";
import { hasBinary, toBinary } from "../wire/binary_values.ts";

const OID = {
  bool: 5,
  int: 6,
  float: 7,
  varchar: 9,
  date: 10,
  time: 11,
  timestamp: 12,
  timestamptz: 13,
  interval: 14,
  numeric: 16,
  varbinary: 17,
  uuid: 20,
};

function binary(text: string, oid: number, modifier = -1): Uint8Array {
  const bytes = toBinary(text, column("c", oid, modifier));
  assert.ok(bytes);
  return bytes;
}

function int64(text: string, oid: number): bigint {
  const bytes = binary(text, oid);
  assert.equal(bytes.length, 8);
  return new DataView(bytes.buffer).getBigInt64(0);
}

Deno.test("toBinary() writes integers, floats and booleans", () => {
  fc.assert(fc.property(fc.bigInt(-(2n ** 63n) + 1n, 2n ** 63n - 1n), (value) => {
    assert.equal(int64(String(value), OID.int), value);
  }));
  assert.equal(new DataView(binary("1.5", OID.float).buffer).getFloat64(0), 1.5);
  assert.equal(new DataView(binary("-Infinity", OID.float).buffer).getFloat64(0), -Infinity);
  assert.deepEqual([...binary("t", OID.bool), ...binary("f", OID.bool)], [1, 0]);
});

Deno.test("toBinary() writes dates as Julian days, times as microseconds", () => {
  assert.equal(int64("2000-01-01", OID.date), 2_451_545n);
  assert.equal(int64("1969-12-31", OID.date), 2_440_587n);
  assert.equal(int64("23:59:59.5", OID.time), 86_399_500_000n);
  assert.equal(int64("2000-01-01 00:00:00.000001", OID.timestamp), 1n);
  assert.equal(int64("1999-12-31 23:59:59", OID.timestamp), -1_000_000n);
  assert.equal(int64("2000-01-01 02:00:00+02", OID.timestamptz), 0n);
  assert.equal(int64("1999-12-31 18:30:00-05:30", OID.timestamptz), 0n);
});

Deno.test("toBinary() writes a NUMERIC without its point, in words for its precision", () => {
  const modifier = (precision: number, scale: number) => ((precision << 16) | scale) + 4;
  assert.deepEqual([...binary("12.345", OID.numeric, modifier(18, 6))].slice(-4), [
    0,
    0xbc,
    0x5e,
    0xa8,
  ]);
  assert.equal(binary("1", OID.numeric, modifier(18, 0)).length, 8);
  assert.equal(binary("1", OID.numeric, modifier(19, 0)).length, 16);
  assert.equal(binary("1", OID.numeric, modifier(38, 0)).length, 24);
  assert.deepEqual([...binary("-0.01", OID.numeric, modifier(18, 2))], Array(8).fill(255));
});

Deno.test("toBinary() writes bytes from their escapes, and UUIDs as 16 bytes", () => {
  assert.deepEqual([...binary("a\\000\\\\\\377", OID.varbinary)], [97, 0, 92, 255]);
  assert.deepEqual(
    binary("0f8fad5b-d9cb-469f-a165-70867728950e", OID.uuid),
    Uint8Array.fromHex("0f8fad5bd9cb469fa16570867728950e"),
  );
});

Deno.test("toBinary() leaves texts as they are, and has no form for intervals", () => {
  assert.equal(toBinary("ä", column("c", OID.varchar)), undefined);
  assert.equal(hasBinary(column("c", OID.varchar)), true);
  assert.equal(hasBinary(column("c", OID.interval)), false);
});
