/** How far the partitions of topics were read (contract, section 2). */
import addTopicPartitionsSql from "../../../sql/staging/add_topic_partitions.sql" with {
  type: "text",
};
import goOnAtSql from "../../../sql/staging/go_on_at.sql" with { type: "text" };
import identifyTopicSql from "../../../sql/staging/identify_topic.sql" with { type: "text" };
import markEndsSeenSql from "../../../sql/staging/mark_ends_seen.sql" with { type: "text" };
import recordLostRangeSql from "../../../sql/staging/record_lost_range.sql" with { type: "text" };
import storedPositionSql from "../../../sql/staging/stored_position.sql" with { type: "text" };
import topicPartitionsSql from "../../../sql/staging/topic_partitions.sql" with { type: "text" };
import { arrayOf } from "../../postgres/array.ts";
import { run, select, selectFirst } from "../../postgres/run.ts";
import type { SqlSession } from "../../postgres/session.ts";
import { integer } from "../../sql/columns.ts";
import { query } from "../../sql/query.ts";
import { SqlTemplate } from "../../sql/template.ts";
import { PositionMoved, type SourcePartition } from "../landing.ts";
import type { TopicPositions } from "../topics.ts";
import { PARTITION } from "./source_partition.ts";

const topicPartitions = query("staging/topic_partitions", topicPartitionsSql, PARTITION);
const addTopicPartitions = new SqlTemplate(addTopicPartitionsSql);
const identifyTopic = new SqlTemplate(identifyTopicSql);
const goOnAt = query("staging/go_on_at", goOnAtSql, { id: integer });
const recordLostRange = new SqlTemplate(recordLostRangeSql);
const markEndsSeen = new SqlTemplate(markEndsSeenSql);
const storedPosition = query("staging/stored_position", storedPositionSql, {
  nextPosition: integer,
});

/** {@link TopicPositions} of PostgreSQL. */
export class PostgresTopics implements TopicPositions {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  list(topic: string): Promise<SourcePartition[]> {
    return select(this.#session, topicPartitions, { topic });
  }

  add(
    topic: string,
    starts: ReadonlyMap<number, number>,
    topicId: string | undefined,
  ): Promise<void> {
    return run(this.#session, addTopicPartitions, {
      topic,
      partitions: arrayOf(starts.keys()),
      positions: arrayOf(starts.values()),
      topic_id: topicId ?? null,
    });
  }

  identify(ids: readonly number[], topicId: string): Promise<void> {
    return run(this.#session, identifyTopic, { ids: arrayOf(ids), topic_id: topicId });
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
      const moved = await selectFirst(this.#session, goOnAt, {
        id,
        position: nextPosition,
        next_position: position,
        new_topic_id: topicId ?? null,
        topic_id: stored.topicId,
        begins_anew: beginsAnew,
        window_base: stored.windowBase,
      });
      if (moved === undefined) throw await positionMoved(this.#session, stored, nextPosition);
      await run(this.#session, recordLostRange, {
        id,
        cause,
        from_offset: from,
        to_offset: to,
        begins_anew: beginsAnew,
      });
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
      await run(this.#session, markEndsSeen, {
        topic,
        partitions: arrayOf(ends.keys()),
        log_ends: arrayOf(ends.values()),
        topic_id: topicId ?? null,
        seen_at: time,
        watermark_delay: watermarkDelay,
      });
    });
  }
}

/** Says where the position is in place of the expected one. */
export async function positionMoved(
  session: SqlSession,
  partition: SourcePartition,
  expected: number,
): Promise<PositionMoved> {
  const stored = await selectFirst(session, storedPosition, { id: partition.id });
  return new PositionMoved(partition, expected, stored?.nextPosition ?? 0);
}
