/**
 * Whether what was fetched is of the topic that the positions are of. A topic that is deleted and
 * created anew has the same name, and consumers read on in it at the same offsets without a word.
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
   * True where the topic has another id than the given one, or two: asked after what was fetched
   * before this is called, it says whether that may be of another topic.
   *
   * Without an answer it is false: Kafka that is away must not hold up what was fetched, and the next
   * answer tells.
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
