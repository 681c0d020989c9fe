/** How far the partitions of topics were read (contract, section 2). */
import addTopicPartitions from "../../../sql/staging/add_topic_partitions.sql" with {
  type: "text",
};
import goOnAt from "../../../sql/staging/go_on_at.sql" with { type: "text" };
import identifyTopic from "../../../sql/staging/identify_topic.sql" with { type: "text" };
import markEndsSeen from "../../../sql/staging/mark_ends_seen.sql" with { type: "text" };
import recordLostRange from "../../../sql/staging/record_lost_range.sql" with { type: "text" };
import storedPosition from "../../../sql/staging/stored_position.sql" with { type: "text" };
import topicPartitions from "../../../sql/staging/topic_partitions.sql" with { type: "text" };
import type { SqlSession } from "../../postgres/session.ts";
import { PositionMoved, type SourcePartition } from "../landing.ts";
import type { TopicPositions } from "../topics.ts";
import { partitionOf } from "./source_partition.ts";

/** {@link TopicPositions} of PostgreSQL. */
export class PostgresTopics implements TopicPositions {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async list(topic: string): Promise<SourcePartition[]> {
    return (await this.#session.query(topicPartitions, [topic])).map(partitionOf);
  }

  async add(
    topic: string,
    starts: ReadonlyMap<number, number>,
    topicId: string | undefined,
  ): Promise<void> {
    const values = [topic, arrayOf(starts.keys()), arrayOf(starts.values()), topicId ?? null];
    await this.#session.query(addTopicPartitions, values);
  }

  async identify(ids: readonly number[], topicId: string): Promise<void> {
    await this.#session.query(identifyTopic, [arrayOf(ids), topicId]);
  }

  goOn(
    stored: SourcePartition,
    { cause, from, to }: { cause: string; from: number; to: number },
    position: number,
    topicId: string | undefined,
  ): Promise<void> {
    const { id, nextPosition } = stored;
    const beginsAnew = cause === "recreated" || cause === "truncated";
    return this.#session.transaction(async () => {
      const moved = await this.#session.query(goOnAt, [
        id,
        nextPosition,
        position,
        topicId ?? null,
        stored.topicId,
        beginsAnew,
        stored.windowBase,
      ]);
      if (moved.length === 0) throw await positionMoved(this.#session, stored, nextPosition);
      await this.#session.query(recordLostRange, [id, cause, from, to, beginsAnew]);
    });
  }

  markEnds(
    topic: string,
    ends: ReadonlyMap<number, number>,
    at: Temporal.Instant,
    watermarkDelay: number,
    topicId: string | undefined,
  ): Promise<void> {
    const time = at.toString({ fractionalSecondDigits: 6 }).replace("Z", "");
    return this.#session.transaction(async () => {
      // Whoever asks has other things to do than to wait for a lock.
      await this.#session.execute("SET LOCAL lock_timeout = '2s'");
      await this.#session.query(markEndsSeen, [
        topic,
        arrayOf(ends.keys()),
        arrayOf(ends.values()),
        topicId ?? null,
        time,
        watermarkDelay,
      ]);
    });
  }
}

/** Numbers as one parameter. */
function arrayOf(values: Iterable<number>): string {
  return `{${[...values].join()}}`;
}

/** Says where the position is in place of the expected one. */
export async function positionMoved(
  session: SqlSession,
  partition: SourcePartition,
  expected: number,
): Promise<PositionMoved> {
  const [row] = await session.query(storedPosition, [partition.id]);
  return new PositionMoved(partition, expected, Number(row?.next_position ?? 0));
}
