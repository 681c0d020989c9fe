/** A topic that messages are emitted to. */
import { type KafkaSettings, readKafkaSettings } from "../runtime/config/kafka.ts";
import type { ConfigSource } from "../runtime/config/source.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/log.ts";
import { openKafka } from "../sources/kafka/client.ts";
import { asKafkaFailure } from "../sources/kafka/failure.ts";
import { TopicAdmin } from "../sources/kafka/topic_admin.ts";
import { TopicWriter } from "../sources/kafka/topic_writer.ts";

/**
 * Sends what `body` writes, one message a line, and waits until the brokers have it.
 *
 * @throws FinpipeError of kind `configuration` or `unreachable`; what `body` throws is thrown on
 */
export async function withTopicWriter<T>(
  { config, log }: { config: ConfigSource; log: Logger },
  body: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const settings = await readKafkaSettings(config);
  await proveTopic(settings, log);
  await using writer = await orFailure(
    settings.displayName,
    () => TopicWriter.connect(openKafka(settings, log), settings.topic),
  );
  return await body((text) =>
    orFailure(
      settings.displayName,
      () => writer.send(text.split("\n").filter((line) => line !== "")),
    )
  );
}

/** Says at once what is wrong; later, outages are waited out. */
async function proveTopic(settings: KafkaSettings, log: Logger): Promise<void> {
  const { topic, displayName } = settings;
  await using admin = new TopicAdmin(openKafka(settings, log, { patient: false }), topic);
  if (await orFailure(displayName, () => admin.ranges()) !== undefined) return;
  throw new FinpipeError("configuration", `Topic ${topic} does not exist on ${displayName}`, {
    hint: "Create it, or name another one with --topic",
  });
}

async function orFailure<T>(cluster: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asKafkaFailure(error, cluster);
  }
}
