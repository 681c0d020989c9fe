/** A partition of a topic that is being landed, and what is known about it. */
import type { LogRange } from "../../sources/topic/log_range.ts";
import type { PartitionFeed } from "../../sources/topic/topic.ts";
import type { PartitionLander } from "../partition_lander.ts";

/** What is known about a partition that this process lands. */
export interface LandedPartition {
  partition: number;
  /** Messages that have not landed yet; undefined before the end of the partition is known. */
  lag: number | undefined;
  /** Kafka's time of the oldest message that was fetched and not landed, in epoch milliseconds. */
  oldestUnread: number | undefined;
  lastCommit: Temporal.Instant | undefined;
  windowVersions: number | undefined;
  /**
   * Messages that an open transaction holds back; undefined before the end of the partition is
   * known.
   */
  heldBack: number | undefined;
  /** Milliseconds for which messages have waited without a commit; 0 where none wait. */
  waiting: number;
}

export class Landing {
  /** Settles when all that its feed held is landed; never rejects. */
  done: Promise<void> = Promise.resolve();
  /** Another member has it now. */
  revoked = false;
  #committedAt: Temporal.Instant | undefined;
  /** Since when messages have waited without a commit, on the clock of performance.now. */
  #waitingSince: number | undefined;

  /** @param topicId of the topic that its position is of */
  constructor(
    readonly partition: number,
    readonly lander: PartitionLander,
    readonly feed: PartitionFeed,
    readonly topicId: string | null,
  ) {}

  committed(at: Temporal.Instant): void {
    this.#committedAt = at;
    this.#waitingSince = undefined;
    this.feed.committed(this.lander.position);
  }

  /**
   * Milliseconds for which messages have waited to be landed; undefined where none wait.
   *
   * @param high one beyond the last offset that is known to be there
   */
  waitedFor(high: number): number | undefined {
    const end = Math.max(this.feed.next, high);
    if (end <= this.lander.position) this.#waitingSince = undefined;
    else this.#waitingSince ??= performance.now();
    return this.#waited;
  }

  /** @param range the partition's offsets, where they are known */
  describe(range: LogRange | undefined): LandedPartition {
    const { partition, lander, feed } = this;
    return {
      partition,
      lag: range && Math.max(0, range.high - Math.max(lander.position, range.low)),
      oldestUnread: feed.oldestTime,
      lastCommit: this.#committedAt,
      windowVersions: lander.windowSize,
      heldBack: range && Math.max(0, range.end - range.high),
      waiting: this.#waited ?? 0,
    };
  }

  get #waited(): number | undefined {
    return this.#waitingSince === undefined ? undefined : performance.now() - this.#waitingSince;
  }
}

/** @returns what is known of a partition that is being opened */
export function describeOpening(partition: number, since: number): LandedPartition {
  return {
    partition,
    lag: undefined,
    oldestUnread: undefined,
    lastCommit: undefined,
    windowVersions: undefined,
    heldBack: undefined,
    waiting: performance.now() - since,
  };
}
