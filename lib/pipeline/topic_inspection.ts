/** What `doctor` looks at in Kafka: the topic that is configured. Changes nothing. */
import { readKafkaSettings } from "../runtime/config/kafka.ts";
import type { ConfigSource } from "../runtime/config/source.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { retrying, type RetryOptions } from "../runtime/retry.ts";
import { openKafka } from "../sources/kafka/client.ts";
import { asKafkaFailure } from "../sources/kafka/failure.ts";
import { TopicAdmin } from "../sources/kafka/topic_admin.ts";

/** A topic that is there. */
export interface TopicFacts {
  topic: string;
  /** How messages name the cluster. */
  cluster: string;
  partitions: number;
}

/**
 * Asks Kafka about the configured topic.
 *
 * @throws FinpipeError of kind `configuration`, also where there is no such topic, or `unreachable`
 */
export async function inspectTopic(
  config: ConfigSource,
  retry: Pick<RetryOptions, "retryFor" | "log" | "signal">,
): Promise<TopicFacts> {
  const settings = await readKafkaSettings(config);
  const { topic, displayName: cluster } = settings;
  await using admin = new TopicAdmin(openKafka(settings, retry.log, { patient: false }), topic);
  const ranges = await retrying(
    () => admin.ranges().catch((error) => Promise.reject(asKafkaFailure(error, cluster))),
    retry,
  );
  if (ranges !== undefined) return { topic, cluster, partitions: ranges.length };
  throw new FinpipeError("configuration", `Topic ${topic} does not exist on ${cluster}`, {
    hint: "Create it, or name another one in FINPIPE_TOPIC",
  });
}
