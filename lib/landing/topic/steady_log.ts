/** Asks Kafka about the topic, and retries through outages. */
import { FinpipeError } from "../../runtime/errors.ts";
import { retrying, type RetryOptions } from "../../runtime/retry.ts";
import type { LogRange } from "../../sources/topic/log_range.ts";
import type { TopicLog } from "../../sources/topic/topic.ts";

/** How long to retry, and where outages are logged. */
export type SteadyLogOptions = Pick<RetryOptions, "log" | "signal" | "retryFor">;

/** A {@link TopicLog} that retries while Kafka cannot be reached. */
export class SteadyTopicLog implements TopicLog {
  readonly #log: TopicLog;
  readonly #options: SteadyLogOptions;
  /** The failure that is being retried; undefined while Kafka answers. */
  failure: FinpipeError | undefined;

  /** @param log asks once */
  constructor(log: TopicLog, options: SteadyLogOptions) {
    this.#log = log;
    this.#options = options;
  }

  /** The ranges of the topic, once it exists: finpipe never creates the topic that it reads. */
  existing(topic: string): Promise<LogRange[]> {
    return this.#ask(async () => {
      const found = await this.#log.ranges();
      if (found !== undefined && found.length > 0) return found;
      throw new FinpipeError("unreachable", `Topic ${topic} does not exist yet`, {
        hint: "Create it, or name another one with --topic",
      });
    });
  }

  ranges(): ReturnType<TopicLog["ranges"]> {
    return this.#ask(() => this.#log.ranges());
  }

  offsetsAt(epochMilliseconds: number): ReturnType<TopicLog["offsetsAt"]> {
    return this.#ask(() => this.#log.offsetsAt(epochMilliseconds));
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
