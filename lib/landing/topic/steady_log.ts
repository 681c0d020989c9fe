/** Asking Kafka about the topic through outages; what cannot be answered fails in words. */
import { FinpipeError } from "../../runtime/errors.ts";
import { retrying, type RetryOptions } from "../../runtime/retry.ts";
import type { LogRange } from "../../sources/topic/log_range.ts";
import type { TopicLog } from "../../sources/topic/topic.ts";

/** How long to ask for, and where outages are told. */
export type SteadyLogOptions = Pick<RetryOptions, "log" | "signal" | "retryFor">;

/** A {@link TopicLog} that asks again as long as Kafka cannot be reached. */
export class SteadyTopicLog implements TopicLog {
  readonly #log: TopicLog;
  readonly #options: SteadyLogOptions;
  /** The last failure that is being waited out; undefined while Kafka answers. */
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
