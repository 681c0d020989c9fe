/** How far the partitions of topics were read (contract, section 2). */
import addTopicPartition from "../../sql/staging/add_topic_partition.sql" with { type: "text" };
import goOnAt from "../../sql/staging/go_on_at.sql" with { type: "text" };
import identifyTopic from "../../sql/staging/identify_topic.sql" with { type: "text" };
import markEndSeen from "../../sql/staging/mark_end_seen.sql" with { type: "text" };
import recordLostRange from "../../sql/staging/record_lost_range.sql" with { type: "text" };
import storedPosition from "../../sql/staging/stored_position.sql" with { type: "text" };
import topicPartitions from "../../sql/staging/topic_partitions.sql" with { type: "text" };
import type { SqlSession } from "../postgres/session.ts";
import { PositionMoved, type SourcePartition, type TopicPositions } from "./repository.ts";
import { partitionOf } from "./source_partition.ts";

/** {@link TopicPositions} in SQL. */
export class SqlTopicPositions implements TopicPositions {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async list(topic: string): Promise<SourcePartition[]> {
    return (await this.#session.query(topicPartitions, [topic])).map(partitionOf);
  }

  add(
    topic: string,
    starts: ReadonlyMap<number, number>,
    topicId: string | undefined,
  ): Promise<void> {
    return this.#session.transaction(async () => {
      for (const [partition, position] of starts) {
        const values = [topic, partition, position, topicId ?? null];
        await this.#session.query(addTopicPartition, values);
      }
    });
  }

  identify(ids: readonly number[], topicId: string): Promise<void> {
    return this.#session.transaction(async () => {
      for (const id of ids) await this.#session.query(identifyTopic, [id, topicId]);
    });
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
      for (const stored of await this.list(topic)) {
        const { id, partition, nextPosition } = stored;
        if (nextPosition < (ends.get(partition) ?? Infinity)) continue;
        // A position in the topic before this one says nothing of what this one holds.
        if (topicId !== undefined && (stored.topicId ?? topicId) !== topicId) continue;
        await this.#session.query(markEndSeen, [id, time, watermarkDelay]);
      }
    });
  }
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
