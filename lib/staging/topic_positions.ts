/** How far the partitions of topics were read (contract, section 2). */
import addTopicPartition from "../../sql/staging/add_topic_partition.sql" with { type: "text" };
import goOnAt from "../../sql/staging/go_on_at.sql" with { type: "text" };
import markEndSeen from "../../sql/staging/mark_end_seen.sql" with { type: "text" };
import recordLostRange from "../../sql/staging/record_lost_range.sql" with { type: "text" };
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

  add(topic: string, starts: ReadonlyMap<number, number>): Promise<void> {
    return this.#session.transaction(async () => {
      for (const [partition, position] of starts) {
        await this.#session.query(addTopicPartition, [topic, partition, position]);
      }
    });
  }

  goOn(
    { id, source, partition, nextPosition, ...rest }: SourcePartition,
    lost: { cause: string; from: number; to: number },
    position: number,
  ): Promise<void> {
    return this.#session.transaction(async () => {
      const moved = await this.#session.query(goOnAt, [id, nextPosition, position]);
      if (moved.length === 0) {
        throw new PositionMoved({ id, source, partition, nextPosition, ...rest });
      }
      const { cause, from, to } = lost;
      const values = [source, partition, cause, from, to, position];
      await this.#session.query(recordLostRange, values);
    });
  }

  markEnd(ids: readonly number[], at: Temporal.Instant, watermarkDelay: number): Promise<void> {
    const time = at.toString({ fractionalSecondDigits: 6 }).replace("Z", "");
    return this.#session.transaction(async () => {
      for (const id of ids) await this.#session.query(markEndSeen, [id, time, watermarkDelay]);
    });
  }
}
