/** Messages into and out of a test's topic, by kafkajs and by kcat (librdkafka). */
import { Buffer } from "node:buffer";
import type { CompressionTypes, KafkaMessage } from "kafkajs";
import { plainKafka, type TestTopic } from "./topics.ts";

/** The value of a message. */
export type Value = Uint8Array | null;

/** Sends values with kafkajs, as one batch a partition. */
export async function produce(
  { brokers, topic }: Pick<TestTopic, "brokers" | "topic">,
  values: readonly Value[],
  options: { partition?: number; compression?: CompressionTypes } = {},
): Promise<void> {
  const { partition = 0, compression } = options;
  const producer = plainKafka(brokers).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    await producer.send({
      topic,
      messages: values.map((value) => ({ value: value && Buffer.from(value), partition })),
      ...(compression === undefined ? {} : { compression }),
    });
  } finally {
    await producer.disconnect();
  }
}

/** Milliseconds within which a broker that has just begun is ready for groups, on a busy machine. */
const READY_TIMEOUT = 60_000;

/**
 * Reads `count` messages of the topic from its beginning with kafkajs, in a group of its own. While a
 * broker that has just begun loads its groups a consumer crashes, and where kafkajs starts it again, it
 * may find no coordinator and give up: it is begun anew here.
 */
export async function consume(
  place: Pick<TestTopic, "brokers" | "topic">,
  count: number,
): Promise<KafkaMessage[]> {
  const deadline = performance.now() + READY_TIMEOUT;
  for (;;) {
    try {
      return await consumeOnce(place, count);
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function consumeOnce(
  { brokers, topic }: Pick<TestTopic, "brokers" | "topic">,
  count: number,
): Promise<KafkaMessage[]> {
  const groupId = `${topic}-consume-${crypto.randomUUID().slice(0, 8)}`;
  const consumer = plainKafka(brokers).consumer({ groupId, maxWaitTimeInMs: 100 });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // It may crash before anybody waits for it.
  promise.catch(() => {});
  const messages: KafkaMessage[] = [];
  consumer.on("consumer.crash", ({ payload }) => reject(payload.error));
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => {
        messages.push(message);
        if (messages.length >= count) resolve();
        return Promise.resolve();
      },
    });
    await promise;
  } finally {
    await consumer.disconnect();
  }
  return messages;
}

/** Ends each message that goes into kcat by stdin; no test's message holds it. */
const END = "<|end of message|>";
/** Ends the key of each, which is empty: without keys kcat leaves out empty messages. */
const KEY = "<|key|>";

/**
 * Sends values with kcat to partition 0; an empty one is sent as empty, or with `-Z` as null.
 *
 * @param args more arguments, as `["-z", "lz4"]`
 */
export async function produceByKcat(
  { brokers, topic }: Pick<TestTopic, "brokers" | "topic">,
  values: readonly Uint8Array[],
  args: readonly string[] = [],
): Promise<void> {
  const [key, end] = [Buffer.from(KEY), Buffer.from(END)];
  const stdin = Buffer.concat(values.flatMap((value) => [key, value, end]));
  const sending = ["-P", "-b", brokers, "-t", topic, "-p", "0", "-D", END, "-K", KEY];
  await kcat([...sending, ...args], stdin);
}

/** Reads a partition from its beginning to its end with kcat; null where the value is null. */
export async function consumeByKcat(
  { brokers, topic }: Pick<TestTopic, "brokers" | "topic">,
  args: readonly string[] = [],
): Promise<Value[]> {
  const reading = ["-C", "-q", "-e", "-b", brokers, "-t", topic, "-p", "0", "-f", "%S\n%s"];
  const output = Buffer.from(await kcat([...reading, ...args]));
  const values: Value[] = [];
  for (let at = 0; at < output.length;) {
    const start = output.indexOf("\n", at) + 1;
    const length = Number(output.subarray(at, start).toString());
    at = start + Math.max(0, length);
    values.push(length < 0 ? null : output.subarray(start, at));
  }
  return values;
}

/**
 * Runs kcat; its stdout.
 *
 * @throws Error with what it said where it failed
 */
export async function kcat(
  args: readonly string[],
  stdin: Uint8Array = new Uint8Array(),
): Promise<Uint8Array> {
  const process = new Deno.Command("kcat", {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  // A kcat that fails closes its stdin: what it says tells more than the broken pipe.
  const written = writer.write(stdin).then(() => writer.close()).catch(() => {});
  const { success, stdout, stderr } = await process.output();
  await written;
  if (!success) throw new Error(`kcat failed: ${new TextDecoder().decode(stderr)}`);
  return stdout;
}
