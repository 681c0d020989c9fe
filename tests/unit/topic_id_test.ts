/** Reading the id of a topic out of Kafka's answer. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { readTopicId, topicIdRequest } from "../../lib/sources/kafka/topic_id.ts";

const ID = Buffer.from("0123456789abcdef0123456789abcdef", "hex");

/** An answer of Metadata v10 about one topic, of two brokers; tagged fields are passed over. */
function answer({ error = 0, id = ID } = {}): Buffer {
  const text = (value: string) => Buffer.from([value.length + 1, ...Buffer.from(value)]);
  const broker = (host: string, rack: Buffer) =>
    Buffer.concat([
      Buffer.alloc(4),
      text(host),
      Buffer.alloc(4),
      rack,
      Buffer.from([1, 9, 2, 7, 7]),
    ]);
  return Buffer.concat([
    Buffer.from([0]),
    Buffer.alloc(4),
    Buffer.from([3]),
    broker("a.example", Buffer.from([0])),
    broker("b.example", text("rack")),
    text("cluster"),
    Buffer.alloc(4),
    Buffer.from([2, 0, error]),
    text("events"),
    id,
  ]);
}

Deno.test("a topic's id is read as Kafka's tools write it", () => {
  assert.equal(readTopicId(answer()), "ASNFZ4mrze8BI0VniavN7w");
  assert.equal(readTopicId(answer({ error: 3 })), undefined);
  assert.equal(readTopicId(answer({ id: Buffer.alloc(16) })), undefined);
});

Deno.test("an answer that breaks off, and any bytes, end with an id, none, or a clear failure", () => {
  const whole = answer();
  for (let length = 0; length < whole.length; length++) {
    assert.throws(() => readTopicId(whole.subarray(0, length)), RangeError);
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
    try {
      readTopicId(Buffer.from(bytes));
    } catch (error) {
      assert.ok(error instanceof RangeError);
    }
  }));
});

Deno.test("a long name is asked for with its length in two bytes", async () => {
  const { buffer } = await topicIdRequest("x".repeat(200)).request.encode();
  assert.deepEqual([...buffer.subarray(18, 20)], [201, 1]);
  assert.equal(buffer.length, 2 + 16 + 2 + 200 + 5);
});
