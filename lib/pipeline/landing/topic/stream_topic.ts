/** Landing the configured topic: opens Kafka as the settings say, and serves metrics if asked. */
import type { KafkaSettings } from "../../../runtime/config/kafka.ts";
import { openKafka } from "../../../sources/kafka/client.ts";
import { TopicAdmin } from "../../../sources/kafka/topic_admin.ts";
import type { Totals } from "../partition_lander.ts";
import { landTopic, type TopicContext, type TopicOptions } from "./land_topic.ts";
import { landWatchedTopic } from "./watched_topic.ts";

export interface StreamTopicOptions extends Omit<TopicOptions, "topic" | "group"> {
  /** Serves health and metrics there. */
  metricsPort: number | undefined;
}

/** Lands the topic of the settings, as {@link landTopic} does. */
export async function streamTopic(
  context: Omit<TopicContext, "kafka" | "admin" | "cluster">,
  settings: KafkaSettings,
  { metricsPort, ...options }: StreamTopicOptions,
): Promise<Totals> {
  const { topic, group, displayName: cluster } = settings;
  const kafka = openKafka(settings, context.log);
  await using admin = new TopicAdmin(openKafka(settings, context.log, { patient: false }), topic);
  const topicContext = { ...context, kafka, admin, cluster };
  const topicOptions = { ...options, topic, group };
  return metricsPort === undefined
    ? await landTopic(topicContext, topicOptions)
    : await landWatchedTopic(topicContext, topicOptions, metricsPort);
}
