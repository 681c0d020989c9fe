/**
 * Checks that fetched messages come from the topic that the positions belong to. A topic that is
 * deleted and created again has the same name, and consumers would silently continue in it at the
 * same offsets.
 */
import { SharedQuestion } from "./shared_question.ts";

/** Milliseconds for an answer: a commit waits for it. */
const PATIENCE = 1000;

export class TopicIdentity {
  /** Of all partitions at once. */
  readonly #ids: SharedQuestion<readonly string[]>;

  /** @param ids asks once for the ids that the topic has */
  constructor(ids: () => Promise<readonly string[]>) {
    this.#ids = new SharedQuestion(ids);
  }

  /**
   * True where the topic's id differs from the given one, or where it has two. Asked after a fetch,
   * it says whether the fetched messages may come from another topic.
   *
   * Without an answer it is false: an unreachable Kafka must not hold up what was fetched, and the
   * next answer will tell.
   */
  async isAnother(id: string): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<readonly string[]>((resolve) => {
      timer = setTimeout(() => resolve([]), PATIENCE);
    });
    try {
      const ids = await Promise.race([this.#ids.ask(), late]);
      return ids.some((one) => one !== id);
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  }
}
