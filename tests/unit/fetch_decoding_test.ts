/** The answers to a fetch as kafkajs gets them from us, in each version that a broker may choose. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import Batch from "kafkajs/src/consumer/batch.js";
import fetches from "kafkajs/src/protocol/requests/fetch/index.js";
import { decodeFetch, type FetchAnswer } from "../../lib/sources/kafka/fetch_answer.ts";
import {
  replaceFetchDecoding,
  type ResponseModule,
} from "../../lib/sources/kafka/fetch_decoding.ts";
import { FinpipeError } from "../../lib/runtime/errors.ts";
import { encodeAnswer, encodeBatch } from "../support/kafka/records/batches.ts";

const VERSIONS = [4, 5, 6, 7, 8, 9, 10, 11];
const aborted = [{ producerId: 2n ** 40n, firstOffset: 3 }];

function answerOf(version: number, bytes: Uint8Array, errorCode = 0): Buffer {
  return encodeAnswer(version, {
    topic: "tøpic",
    partition: 5,
    errorCode,
    highWatermark: 9,
    aborted,
    bytes,
  });
}

/** As kafkajs finds it for a request of that version. */
function moduleOf(version: number): ResponseModule {
  return fetches.protocol({ version })({ topics: [] }).response;
}

Deno.test("kafkajs hands the records of every version on as they came", async () => {
  const batch = encodeBatch({ records: [{ value: Buffer.from("x") }] });
  // Its own decoding, for the fields beside the records; v6, v9 and v10 copy it from others.
  const before = await Promise.all(
    VERSIONS.map((version) => moduleOf(version).decode(answerOf(version, new Uint8Array()))),
  );
  replaceFetchDecoding();
  for (const [at, version] of VERSIONS.entries()) {
    const module = moduleOf(version);
    const empty = await module.decode(answerOf(version, new Uint8Array()));
    const theirs = structuredClone(before[at]!) as FetchAnswer;
    theirs.responses[0]!.partitions[0]!.abortedTransactions = [];
    const [carrier] = empty.responses[0]!.partitions[0]!.messages.splice(0);
    assert.deepEqual(empty, theirs, `version ${version}`);
    assert.deepEqual([carrier!.records.bytes.length, carrier!.end, carrier!.isAnswerEmpty], [
      0,
      9,
      true,
    ]);
    const { responses } = await module.parse(await module.decode(answerOf(version, batch)));
    const [partition] = responses[0]!.partitions;
    const read = new Batch(responses[0]!.topicName, "7", partition);
    assert.equal(read.isEmpty(), false);
    assert.equal(read.messages.length, 1);
    const { records, isAnswerEmpty } = read.messages[0];
    assert.equal(isAnswerEmpty, false);
    assert.deepEqual(Buffer.from(records.bytes), batch);
    assert.deepEqual(records.aborted, aborted);
    assert.equal(records.highWatermark, 9);
    assert.throws(() => read.messages[0].value, /reads the records of a fetch by itself/);
  }
});

Deno.test("what a broker refuses is refused by kafkajs as before", async () => {
  replaceFetchDecoding();
  const module = moduleOf(11);
  const answer = await module.decode(answerOf(11, new Uint8Array(), 1));
  await assert.rejects(module.parse(answer), { name: "KafkaJSOffsetOutOfRange", partition: 5 });
});

Deno.test("an answer that is cut off anywhere ends kafkajs at once", async () => {
  const answer = answerOf(11, encodeBatch({ records: [] }));
  for (let length = 0; length < answer.length; length++) {
    await assert.rejects(decodeFetch(answer.subarray(0, length), 11), (error) => {
      assert.ok(error instanceof FinpipeError && error.kind === "failed");
      assert.equal((error as { retriable?: boolean }).retriable, false);
      return true;
    });
  }
});

Deno.test("a broker from before Kafka 0.11 is refused by name", async () => {
  replaceFetchDecoding();
  for (const version of [0, 1, 2, 3]) {
    await assert.rejects(moduleOf(version).decode(Buffer.alloc(8)), {
      kind: "configuration",
      message: /older than Kafka 0\.11/,
      retriable: false,
    });
  }
});

Deno.test("another kafkajs is refused, and so is one whose inside is another", () => {
  const module = () => ({ decode: () => Promise.resolve(), parse: () => Promise.resolve() });
  replaceFetchDecoding("2.2.4", module);
  assert.throws(() => replaceFetchDecoding("2.2.5", module), /kafkajs is 2\.2\.5/);
  const others = [undefined, {}, { ...module(), encode() {} }, Object.freeze(module())];
  for (const other of others) {
    assert.throws(
      () => replaceFetchDecoding("2.2.4", () => other),
      /version 0, in a way/,
    );
  }
});
