/** A topic that messages are emitted to. */
import type { KafkaSettings } from "../runtime/config/kafka.ts";
import { FinpipeError } from "../runtime/errors.ts";
import { retrying, type RetryOptions } from "../runtime/retry.ts";
import { openKafka } from "../sources/kafka/client.ts";
import { asKafkaFailure } from "../sources/kafka/failure.ts";
import { TopicAdmin } from "../sources/kafka/topic_admin.ts";
import { TopicWriter } from "../sources/kafka/topic_writer.ts";

/**
 * Sends what `body` writes, one message a line, and waits until the brokers have it, each once.
 *
 * @param retry how long brokers that are away are waited for, each time
 * @throws FinpipeError of kind `configuration` or `unreachable`; what `body` throws is thrown on
 */
export async function withTopicWriter<T>(
  settings: KafkaSettings,
  retry: Pick<RetryOptions, "retryFor" | "signal" | "log">,
  body: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const { topic, displayName: cluster } = settings;
  const kafka = openKafka(settings, retry.log, { patient: false });
  const partitions = await partitionsOf(new TopicAdmin(kafka, topic), settings, retry);
  await using writer = await TopicWriter.connect(kafka, { topic, partitions, cluster, retry });
  return await body(async (text) => {
    try {
      await writer.send(text.split("\n").filter((line) => line !== ""));
    } catch (error) {
      throw error instanceof FinpipeError ? midway(error) : error;
    }
  });
}

/** Whatever ended the sending, a generator of events begins at its beginning. */
function midway(error: FinpipeError): FinpipeError {
  const { kind, message, hint, passes } = error;
  const stays = "What was sent stays: the same command sends all of it once more";
  return new FinpipeError(kind, message, {
    hint: hint === undefined ? stays : `${hint}. ${stays}`,
    passes,
    cause: error,
  });
}

async function partitionsOf(
  admin: TopicAdmin,
  { topic, displayName: cluster }: KafkaSettings,
  retry: Pick<RetryOptions, "retryFor" | "signal" | "log">,
): Promise<number> {
  await using _ = admin;
  const ranges = await retrying(
    () => admin.ranges().catch((error) => Promise.reject(asKafkaFailure(error, cluster))),
    retry,
  );
  if (ranges !== undefined) return ranges.length;
  throw new FinpipeError("configuration", `Topic ${topic} does not exist on ${cluster}`, {
    hint: "Create it, or name another one with --topic",
  });
}
