/** What `doctor` looks at in Kafka: the topic that is configured. Changes nothing. */
import { readKafkaSettings } from "../../config/kafka.ts";
import type { ConfigSource } from "../../config/source.ts";
import type { TopicFacts } from "../topic/topic.ts";
import { partitionsOf, type TopicRetry } from "./topic.ts";

/**
 * Asks Kafka about the configured topic.
 *
 * @throws FinpipeError of kind `configuration`, also where there is no such topic, or `unreachable`
 */
export async function inspectTopic(config: ConfigSource, retry: TopicRetry): Promise<TopicFacts> {
  const settings = await readKafkaSettings(config);
  const { topic, displayName: cluster } = settings;
  return { topic, cluster, partitions: await partitionsOf(settings, retry, "in FINPIPE_TOPIC") };
}
