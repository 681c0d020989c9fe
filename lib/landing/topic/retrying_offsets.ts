/** Asks Kafka about the topic, and retries through outages. */
import { FinpipeError } from "../../runtime/errors.ts";
import { retrying, type RetryOptions } from "../../runtime/retry.ts";
import type { OffsetRange } from "../../sources/topic/offset_range.ts";
import type { TopicOffsets } from "../../sources/topic/topic.ts";

/** How long to retry, and where outages are logged. */
export type RetryingTopicOptions = Pick<RetryOptions, "log" | "signal" | "retryFor">;

/** A {@link TopicOffsets} that retries while Kafka cannot be reached. */
export class RetryingTopicOffsets implements TopicOffsets {
  readonly #offsets: TopicOffsets;
  readonly #options: RetryingTopicOptions;
  /** The failure that is being retried; undefined while Kafka answers. */
  failure: FinpipeError | undefined;

  /** @param offsets asks once */
  constructor(offsets: TopicOffsets, options: RetryingTopicOptions) {
    this.#offsets = offsets;
    this.#options = options;
  }

  /** The ranges of the topic, once it exists: finpipe never creates the topic that it reads. */
  existing(topic: string): Promise<OffsetRange[]> {
    return this.#ask(async () => {
      const found = await this.#offsets.ranges();
      if (found !== undefined && found.length > 0) return found;
      // Kafka answers, so nothing is unreachable; but somebody may be making the topic just now.
      throw new FinpipeError("configuration", `Topic ${topic} does not exist yet`, {
        hint: "Create it, or name another one with --topic",
        passes: "soon",
      });
    });
  }

  ranges(): ReturnType<TopicOffsets["ranges"]> {
    return this.#ask(() => this.#offsets.ranges());
  }

  offsetsAt(epochMilliseconds: number): ReturnType<TopicOffsets["offsetsAt"]> {
    return this.#ask(() => this.#offsets.offsetsAt(epochMilliseconds));
  }

  #ask<T>(question: () => Promise<T>): Promise<T> {
    return retrying(async () => {
      try {
        const answer = await question();
        this.failure = undefined;
        return answer;
      } catch (error) {
        if (error instanceof FinpipeError) this.failure = error;
        throw error;
      }
    }, this.#options);
  }
}
