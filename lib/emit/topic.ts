/** A topic that messages are emitted to. */
import { FinpipeError } from "../runtime/errors.ts";
import type { TopicWriter } from "../sources/topic/topic.ts";

/**
 * Sends what `body` writes, one message a line, and waits until the brokers have it, each once.
 *
 * @param open connects to the topic
 * @throws FinpipeError of kind `configuration` or `unreachable`; what `body` throws is thrown on
 */
export async function withTopicWriter<T>(
  open: () => Promise<TopicWriter>,
  body: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  await using writer = await open();
  return await body(async (text) => {
    try {
      await writer.send(text.split("\n").filter((line) => line !== ""));
    } catch (error) {
      throw error instanceof FinpipeError ? midway(error) : error;
    }
  });
}

/** A generator of events always begins at its beginning, however the last run ended. */
function midway(error: FinpipeError): FinpipeError {
  const { kind, message, hint, passes } = error;
  const stays =
    "Messages that were sent stay in the topic: running the same command again sends all of " +
    "them again";
  return new FinpipeError(kind, message, {
    hint: hint === undefined ? stays : `${hint}. ${stays}`,
    passes,
    cause: error,
  });
}
