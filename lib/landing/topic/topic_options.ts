/** How a topic is landed. */
import type { BatchLimits } from "../../sources/source.ts";
import type { From } from "../../sources/topic/from.ts";
import { type ConsumerOptions, SESSION_TIMEOUT } from "../../sources/topic/topic.ts";

export interface TopicOptions {
  group: string;
  /** Where partitions begin that have no position. @default earliest */
  from?: From | undefined;
  /** Stop once everything that was there at the start is landed. */
  untilEnd: boolean;
  /** Of a batch; its bytes are shared by the topic's partitions. */
  limits: BatchLimits;
  /** Milliseconds between the greatest sent time and the watermark. */
  watermark: number;
  /** Milliseconds to drain for when asked to stop. */
  grace: number;
  /**
   * Milliseconds for which an unreachable server is retried with `untilEnd`; without it, for ever.
   */
  retryFor: number;
  /** How the group sees this process. */
  member?: Pick<ConsumerOptions, "sessionTimeout" | "metadataAge">;
}

/** Milliseconds after which the group takes a silent member for dead. */
export function sessionTimeoutOf({ member }: Pick<TopicOptions, "member">): number {
  return member?.sessionTimeout ?? SESSION_TIMEOUT;
}
