/** The wire format of the Vertica test server: what is written is read again, however it is cut. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { VerticaError } from "../engine.ts";
import { column } from "../scripted_engine.ts";
import { clientMessage, errorFields, rowValues, startup } from "../raw_client.ts";
import { dataRow, errorResponse, rowDescription, writeRejectedRows } from "../wire/backend.ts";
import { ByteReader } from "../wire/byte_reader.ts";
import { ByteWriter } from "../wire/byte_writer.ts";
import { BrokenFraming, type Frame, FrameReader } from "../wire/frames.ts";
import { readBind, readCopyError, readOpening, readVerifiedFiles } from "../wire/frontend.ts";

/** A message of a client: its code, and bytes or text as its body. */
const message = fc.record({
  code: fc.constantFrom("Q", "P", "B", "d", "j", "c", "S", "X"),
  body: fc.uint8Array({ maxLength: 300 }),
}, { noNullPrototype: true });

Deno.test("FrameReader gives the messages that were sent, wherever they are cut", () => {
  fc.assert(fc.property(
    fc.array(message, { maxLength: 20 }),
    fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 40 }),
    (messages, cuts) => {
      const writer = new ByteWriter();
      for (const { code, body } of messages) clientMessage(writer, code, (out) => out.bytes(body));
      const frames = cutAndRead(writer.take(), cuts);
      assert.deepEqual(joined(frames), messages);
    },
  ));
});

Deno.test("FrameReader hands CopyData out as it comes, and holds none of it", () => {
  const reader = new FrameReader();
  const header = new ByteWriter().byte(0x64).int32(0x7fffffff).take();
  reader.push(header);
  assert.deepEqual(reader.next(true), {
    code: "d",
    body: new Uint8Array(),
    first: true,
    last: false,
  });
  for (let i = 0; i < 100; i++) {
    reader.push(new Uint8Array(64 * 1024));
    assert.equal(reader.next(true)?.body.length, 64 * 1024);
    assert.equal(reader.size, 0);
    assert.equal(reader.next(true), undefined);
  }
});

Deno.test("FrameReader refuses lengths that no message has", () => {
  for (const length of [-1, 0, 3, 300 * 1024 * 1024]) {
    const reader = new FrameReader();
    reader.push(new ByteWriter().byte(0x51).int32(length).take());
    assert.throws(() => reader.next(true), BrokenFraming);
  }
});

Deno.test("readOpening finds the protocol version amid the texts, first or last", () => {
  const parameters = { user: "dbadmin", database: "finpipe", client_label: "" };
  const first = startup(parameters, 196625).subarray(4);
  const last = new ByteWriter().int32(196613);
  for (const [name, value] of Object.entries(parameters)) last.cstring(name).cstring(value);
  last.cstring("protocol_version").int32(196625).byte(0).byte(0);
  for (const body of [first, last.take()]) {
    const opening = readOpening(body);
    assert.equal(opening.kind, "startup");
    if (opening.kind !== "startup") return;
    assert.equal(opening.protocol, 196625);
    assert.deepEqual(Object.fromEntries(opening.parameters), parameters);
  }
});

Deno.test("readBind reads all oids before the values", () => {
  fc.assert(fc.property(
    fc.array(fc.option(fc.string({ unit: "grapheme" }), { nil: null }), { maxLength: 10 }),
    (values) => {
      const out = new ByteWriter().cstring("portal").cstring("statement").int16(0);
      out.int16(values.length);
      for (const _ of values) out.int32(9);
      for (const value of values) out.value(value);
      out.int16(1).int16(1);
      assert.deepEqual(readBind(out.take()), { portal: "portal", statement: "statement", values });
    },
  ));
});

Deno.test("readBind refuses binary parameters and a body that ends early", () => {
  assert.throws(
    () => readBind(new ByteWriter().cstring("").cstring("").int16(1).int16(1).int16(0).take()),
    BrokenFraming,
  );
  assert.throws(
    () => readBind(new ByteWriter().cstring("").cstring("").int16(0).int16(3).take()),
    BrokenFraming,
  );
});

Deno.test("readVerifiedFiles knows the count of before and of since protocol 3.15", () => {
  assert.equal(readVerifiedFiles(new ByteWriter().int16(0).take(), (3 << 16) | 14), 0);
  assert.equal(readVerifiedFiles(new ByteWriter().int32(2).take(), (3 << 16) | 15), 2);
  // Go's driver writes an int16 whatever the protocol.
  assert.equal(readVerifiedFiles(new ByteWriter().int16(0).take(), (3 << 16) | 16), 0);
});

Deno.test("readCopyError gives the client's own words", () => {
  const body = new ByteWriter().cstring("loader.py").int32(12).cstring("read").cstring("disk gone");
  assert.equal(readCopyError(body.take()), "disk gone");
});

Deno.test("dataRow writes any texts and NULLs", () => {
  fc.assert(fc.property(
    fc.array(fc.option(fc.string({ unit: "grapheme" }), { nil: null }), { maxLength: 10 }),
    (values) => {
      const out = new ByteWriter();
      dataRow(out, values);
      assert.deepEqual(rowValues(out.take().subarray(5)), values);
    },
  ));
});

Deno.test("rowDescription has Vertica's fields, and one more for complex types", () => {
  for (const complexTypes of [false, true]) {
    const out = new ByteWriter();
    rowDescription(out, [column("amount", 16, 2490372 + 4)], { binary: true, complexTypes });
    const reader = new ByteReader(out.take().subarray(5));
    assert.deepEqual([reader.int16(), reader.int32()], [1, 0]);
    assert.deepEqual([reader.cstring(), reader.uint64(), reader.int16()], ["amount", 0n, 1]);
    if (complexTypes) assert.equal(reader.int16(), 0);
    assert.deepEqual([reader.byte(), reader.int32(), reader.int16()], [0, 16, -1]);
    assert.deepEqual([reader.int16(), reader.int16()], [1, 0]);
    assert.deepEqual([reader.int32(), reader.int16()], [2490376, 1]);
    assert.equal(reader.left, 0);
  }
});

Deno.test("errorResponse has the fields that clients read", () => {
  const out = new ByteWriter();
  errorResponse(
    out,
    new VerticaError("42V01", 4566, 'Relation "x" does not exist', { hint: "Look", position: 7 }),
  );
  assert.deepEqual(errorFields(out.take().subarray(5)), {
    S: "ERROR",
    C: "42V01",
    M: 'Relation "x" does not exist',
    H: "Look",
    P: "7",
    V: "4566",
  });
});

Deno.test("writeRejectedRows writes little-endian numbers", () => {
  const out = new ByteWriter();
  writeRejectedRows(out, [1n, 258n]);
  const reader = new ByteReader(out.take().subarray(5));
  assert.deepEqual([reader.cstring(), reader.int32()], ["", 16]);
  assert.deepEqual([...reader.bytes(16)], [1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0]);
});

function cutAndRead(bytes: Uint8Array, cuts: readonly number[]): Frame[] {
  const reader = new FrameReader();
  const frames: Frame[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const cut = cuts[i % cuts.length]!;
    reader.push(bytes.slice(at, at + cut));
    at += cut;
    for (let frame = reader.next(true); frame !== undefined; frame = reader.next(true)) {
      frames.push(frame);
    }
  }
  return frames;
}

/** Messages, with the pieces of CopyData put together. */
function joined(frames: readonly Frame[]): { code: string; body: Uint8Array }[] {
  const messages: { code: string; body: Uint8Array; isWhole: boolean }[] = [];
  for (const { code, body, first, last } of frames) {
    const before = messages.at(-1);
    if (first) messages.push({ code, body, isWhole: last });
    else if (before !== undefined) {
      assert.equal(before.isWhole, false);
      before.body = Uint8Array.from([...before.body, ...body]);
      before.isWhole = last;
    }
  }
  assert.ok(messages.every(({ isWhole }) => isWhole));
  return messages.map(({ code, body }) => ({ code, body }));
}
