/** The harness itself: what the other tests take for granted of their topics. */
import assert from "node:assert/strict";
import { kafkaTest, testTopic, withAdmin } from "../support/kafka/topics.ts";
import { consume, consumeByKcat, produce, produceByKcat } from "../support/kafka/messages.ts";

const encoder = new TextEncoder();
const bytes = (text: string) => encoder.encode(text);
const texts = (values: readonly (Uint8Array | null)[]) =>
  values.map((value) => value && new TextDecoder().decode(value));

await kafkaTest("testTopic() makes a topic as asked, and deletes it", async (t) => {
  const { brokers, topic, ...scope } = await testTopic(t, {
    partitions: 3,
    config: { "retention.ms": "12345" },
  });
  await withAdmin(brokers, async (admin) => {
    assert.equal((await admin.fetchTopicOffsets(topic)).length, 3);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: 2, name: topic, configNames: ["retention.ms"] }],
    });
    assert.equal(resources[0]?.configEntries[0]?.configValue, "12345");
    await scope[Symbol.asyncDispose]();
    assert.ok(!(await admin.listTopics()).includes(topic));
  });
});

await kafkaTest("two topics of one test are independent", async (t) => {
  await using one = await testTopic(t);
  await using two = await testTopic(t);
  await produce(one, [bytes("mine")]);
  await produce(two, [bytes("yours")]);
  assert.deepEqual(texts((await consume(one, 1)).map(({ value }) => value)), ["mine"]);
  assert.notEqual(one.group, two.group);
});

await kafkaTest("kcat and kafkajs read what the other one sent", async (t) => {
  await using topic = await testTopic(t);
  await produce(topic, [bytes("a\nb"), null, bytes("")]);
  await produceByKcat(topic, [bytes("c\n"), bytes("d")]);
  await produceByKcat(topic, [bytes("")], ["-Z"]);
  const expected = ["a\nb", null, "", "c\n", "d", null];
  assert.deepEqual(texts(await consumeByKcat(topic)), expected);
  const messages = await consume(topic, expected.length);
  assert.deepEqual(texts(messages.map(({ value }) => value)), expected);
}, { kcat: true });
