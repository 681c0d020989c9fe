/** The port to the positions of topics: where each partition is read from, and how far it was read. */
import type { SourcePartition } from "./landing.ts";

/** How far the partitions of topics were read. */
export interface TopicPositions {
  /** The partitions of a topic that have a position, in order. */
  list(topic: string): Promise<SourcePartition[]>;

  /**
   * Records where reading of partitions begins; a partition that has a position keeps it.
   *
   * @param topicId undefined where the brokers have none
   */
  add(
    topic: string,
    starts: ReadonlyMap<number, number>,
    topicId: string | undefined,
  ): Promise<void>;

  /** Notes the topic's id for partitions of which none was known. */
  identify(ids: readonly number[], topicId: string): Promise<void>;

  /**
   * Continues after a lost range, and records it. The window stays as it is.
   *
   * @param topicId of the topic as it is now; undefined where it is not known, or the same one
   * @throws PositionMoved where the position is another one by now
   */
  goOn(
    partition: SourcePartition,
    lost: { cause: string; from: number; to: number },
    position: number,
    topicId: string | undefined,
  ): Promise<void>;

  /**
   * Records for partitions, if their positions say so, that everything they held at a given time
   * has landed.
   *
   * @param ends of each partition one beyond the last offset that was there
   * @param watermarkDelay milliseconds between the greatest sent time and the watermark
   * @param topicId of the topic whose ends these are; undefined where the brokers have none
   * @throws FinpipeError of kind `locked` where somebody holds what it needs for 2 seconds
   */
  markEnds(
    topic: string,
    ends: ReadonlyMap<number, number>,
    at: Temporal.Instant,
    watermarkDelay: number,
    topicId: string | undefined,
  ): Promise<void>;
}
