/** Topics of Kafka, opened as the settings say. */
import type { KafkaSettings } from "../../config/kafka.ts";
import { FinpipeError } from "../../runtime/errors.ts";
import type { Logger } from "../../runtime/log.ts";
import { retrying, type RetryOptions } from "../../runtime/retry.ts";
import type { Topic, TopicAdmin, TopicWriter } from "../topic/topic.ts";
import { openKafka } from "./client.ts";
import { KafkaFeed } from "./partition_feed.ts";
import { KafkaAdmin } from "./topic_admin.ts";
import { KafkaConsumer } from "./topic_consumer.ts";
import { KafkaWriter } from "./topic_writer.ts";

/** How long brokers that are away are waited for, each time. */
export interface TopicRetry extends Pick<RetryOptions, "retryFor" | "signal"> {
  log: Logger;
}

/** The topic of the settings, to be read; connects to nothing yet. */
export function openTopic(settings: KafkaSettings, log: Logger): Topic {
  const { topic, displayName: cluster } = settings;
  const admin = openAdmin(settings, log);
  return {
    name: topic,
    cluster,
    admin,
    feed: (start, limits) => new KafkaFeed(start, limits),
    consumer(options, owner) {
      const members = () => admin.members(options.group);
      const kafka = openKafka(settings, log);
      return new KafkaConsumer(kafka, { ...options, topic, cluster, members }, owner);
    },
    [Symbol.asyncDispose]: () => admin[Symbol.asyncDispose](),
  };
}

/**
 * The topic of the settings, to be written to.
 *
 * @throws FinpipeError of kind `configuration`, also where there is no such topic, or `unreachable`
 */
export async function openTopicWriter(
  settings: KafkaSettings,
  retry: TopicRetry,
): Promise<TopicWriter> {
  const { topic, displayName: cluster } = settings;
  const partitions = await partitionsOf(settings, retry, "with --topic");
  const kafka = openKafka(settings, retry.log, { patient: false });
  return await KafkaWriter.connect(kafka, { topic, partitions, cluster, retry });
}

/**
 * The number of the topic's partitions.
 *
 * @param where another topic is named, in words
 * @throws FinpipeError of kind `configuration`, also where there is no such topic, or `unreachable`
 */
export async function partitionsOf(
  settings: KafkaSettings,
  retry: TopicRetry,
  where: string,
): Promise<number> {
  const { topic, displayName: cluster } = settings;
  await using admin = openAdmin(settings, retry.log);
  const ranges = await retrying(() => admin.ranges(), retry);
  if (ranges !== undefined) return ranges.length;
  throw new FinpipeError("configuration", `Topic ${topic} does not exist on ${cluster}`, {
    hint: `Create it, or name another one ${where}`,
  });
}

function openAdmin(settings: KafkaSettings, log: Logger): TopicAdmin & AsyncDisposable {
  const { topic, displayName } = settings;
  return new KafkaAdmin(openKafka(settings, log, { patient: false }), topic, displayName);
}
