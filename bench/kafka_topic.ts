/** A topic with messages, for figures. */
import { join } from "node:path";
import kafkajs from "kafkajs";
import { measure, writeEvents } from "./support.ts";

export interface TopicFill {
  topic: string;
  partitions: number;
  messages: number;
  /** How batches are packed, as kcat names it. @default none */
  codec?: string;
  /** Where the messages are written first. */
  folder: { path: string };
}

/** Makes the topic and sends emulated messages to it, an even share to each partition; their file. */
export async function fillTopic(
  brokers: string,
  { topic, partitions, messages, codec = "none", folder }: TopicFill,
): Promise<string> {
  const client = new kafkajs.Kafka({ brokers: [brokers], logLevel: kafkajs.logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic, numPartitions: partitions }],
  });
  await admin.disconnect();
  const events = join(folder.path, "events.jsonl");
  await writeEvents(events, { messages });
  await sendFile(brokers, topic, events, codec);
  return events;
}

/** Sends each line of a file, keyed by nothing: an even share for each partition. */
export async function sendFile(
  brokers: string,
  topic: string,
  path: string,
  codec = "none",
): Promise<void> {
  await measure(["sh", "-c", `kcat -P -z ${codec} -b ${brokers} -t ${topic} -l ${path}`]);
}
