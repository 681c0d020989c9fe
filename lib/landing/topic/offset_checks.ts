/**
 * Checks that what was read from a partition is what comes next in it, by the offsets that it has,
 * the topic's id and corrupt batches. finpipe never skips messages without saying so.
 */
import type { Logger } from "../../runtime/log.ts";
import type { CorruptBatch } from "../../sources/topic/corrupt_batch.ts";
import type { From } from "../../sources/topic/from.ts";
import {
  type LostRange,
  lostRangeError,
  lostRangeOf,
  type OffsetRange,
} from "../../sources/topic/offset_range.ts";
import type { TopicAdmin, TopicOffsets } from "../../sources/topic/topic.ts";
import type { SourcePartition } from "../../staging/landing.ts";
import type { RetryingStaging } from "../retrying_staging.ts";
import { SharedQuestion } from "./shared_question.ts";
import { continueAfterCorrupt, type PartitionLook, positionOf, rangeIn } from "./start.ts";
import { TopicIdentity } from "./topic_identity.ts";

export interface OffsetChecksContext {
  /** Asks once, without retries. */
  admin: Pick<TopicAdmin, "topicIds">;
  staging: RetryingStaging;
  /** Asks through outages. */
  topicOffsets: TopicOffsets;
  log: Logger;
}

export interface OffsetChecksOptions {
  topic: string;
  from?: From | undefined;
}

/** How far a partition was read when Kafka was asked for the ends of the partitions. */
export interface Reading {
  partition: number;
  /** The offset that was expected next. */
  next: number;
  /** The topic that its position is of. */
  topicId: string | null;
  /**
   * The offset that is expected next now; undefined where this process no longer reads the
   * partition.
   */
  nextNow(): number | undefined;
}

export class OffsetChecks {
  readonly #context: OffsetChecksContext;
  readonly #options: OffsetChecksOptions;
  readonly #identity: TopicIdentity;
  // A thousand partitions are opened at once, and each of these answers is about all of them.
  readonly #positions: SharedQuestion<SourcePartition[]>;
  readonly #ranges: SharedQuestion<OffsetRange[] | undefined>;

  constructor(context: OffsetChecksContext, options: OffsetChecksOptions) {
    this.#context = context;
    this.#options = options;
    const { admin, staging, topicOffsets } = context;
    this.#identity = new TopicIdentity(() => admin.topicIds());
    this.#positions = new SharedQuestion(() =>
      staging.run(({ topics }) => topics.list(options.topic))
    );
    this.#ranges = new SharedQuestion(() => topicOffsets.ranges());
  }

  /** The position that a partition is read on from, as {@link positionOf} has it. */
  positionOf(partition: number): Promise<SourcePartition> {
    return positionOf({ ...this.#context, ...this.#options }, partition, this.#lookAt(partition));
  }

  /**
   * Something was fetched beyond the position.
   *
   * @param topicId that the position was stored with
   * @throws FinpipeError of kind `data` where what lies between is lost
   */
  async checkGap(partition: number, position: number, topicId: string | null): Promise<void> {
    const lost = lostRangeOf(position, await this.#lookAt(partition).range(), topicId);
    if (lost !== undefined) throw lostRangeError(this.#options.topic, [lost]);
  }

  /**
   * Something was fetched at the position.
   *
   * @param topicId that the position was stored with
   * @throws FinpipeError of kind `data` where it may be of another topic of the same name
   */
  async checkTopic(partition: number, position: number, topicId: string | null): Promise<void> {
    if (topicId === null || !await this.#identity.isAnother(topicId)) return;
    await this.checkGap(partition, position, topicId);
  }

  /**
   * Continues after a corrupt batch, once all before it is landed, as {@link continueAfterCorrupt} does.
   */
  goPast(partition: number, batch: CorruptBatch): Promise<void> {
    const context = { ...this.#context, ...this.#options };
    return continueAfterCorrupt(context, partition, batch, this.#lookAt(partition));
  }

  /**
   * Finds unread messages that were deleted, by the ends of the partitions: if all of them are
   * deleted, no fetch would ever show it.
   *
   * @param before where the partitions were read on from before the ranges were asked for
   * @throws FinpipeError of kind `data` where something is lost
   */
  checkUnread(before: readonly Reading[], ranges: readonly OffsetRange[]): void {
    const lost = before.flatMap((reading) => lostSince(reading, ranges) ?? []);
    if (lost.length > 0) throw lostRangeError(this.#options.topic, lost);
  }

  #lookAt(partition: number): PartitionLook {
    return {
      stored: async () => (await this.#positions.ask()).find((one) => one.partition === partition),
      range: async () => rangeIn(await this.#ranges.ask(), this.#options.topic, partition),
    };
  }
}

function lostSince(reading: Reading, ranges: readonly OffsetRange[]): LostRange | undefined {
  const { partition, next, topicId } = reading;
  const nextNow = reading.nextNow();
  const range = ranges.find((one) => one.partition === partition);
  if (nextNow === undefined || range === undefined) return undefined;
  const lost = lostRangeOf(next, range, topicId);
  if (lost?.cause !== "deleted") return lost;
  // Messages deleted in the meantime may also have been read in the meantime.
  return nextNow < lost.to ? { ...lost, from: nextNow } : undefined;
}
