/** {@link SourcesRepository} in PostgreSQL. */
import sourcesList from "../../../sql/staging/sources_list.sql" with { type: "text" };
import sourcesRetire from "../../../sql/staging/sources_retire.sql" with { type: "text" };
import topicsRead from "../../../sql/staging/topics_read.sql" with { type: "text" };
import type { SqlRow, SqlSession } from "../../postgres/session.ts";
import { FinpipeError } from "../../runtime/errors.ts";
import type { SourceKind } from "../landing.ts";
import type {
  ReadPartition,
  SourcesRepository,
  SourceStatus,
  TopicPart,
  TopicPartition,
} from "../sources.ts";

export class PostgresSources implements SourcesRepository {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async list(): Promise<SourceStatus[]> {
    return (await this.#session.query(sourcesList)).map(statusOf);
  }

  retire(parts: readonly TopicPart[]): Promise<TopicPartition[]> {
    return this.#session.transaction(async () => {
      const retired: TopicPartition[] = [];
      for (const part of parts) {
        const { topic, partition = null } = part;
        const rows = await this.#session.query(sourcesRetire, [topic, partition]);
        if (rows.length === 0) throw unknown(part);
        retired.push(...rows.map(({ partition }) => ({ topic, partition: Number(partition) })));
      }
      return retired.sort(byPlace);
    });
  }

  async readPartitions(): Promise<ReadPartition[]> {
    return (await this.#session.query(topicsRead)).map(({ source, partition, read_at }) => ({
      topic: source!,
      partition: Number(partition),
      readAt: Temporal.PlainDateTime.from(read_at!),
    }));
  }
}

function unknown({ topic, partition }: TopicPart): FinpipeError {
  const what = partition === undefined ? `topic ${topic}` : `partition ${partition} of ${topic}`;
  return new FinpipeError("failed", `Staging has no ${what}`, {
    hint: "'finpipe source list' shows all sources. Only topics need retiring: days are complete " +
      "without files and stdin",
  });
}

function byPlace(one: TopicPartition, other: TopicPartition): number {
  if (one.topic !== other.topic) return one.topic < other.topic ? -1 : 1;
  return one.partition - other.partition;
}

function statusOf(row: SqlRow): SourceStatus {
  return {
    kind: row.kind as SourceKind,
    source: row.source!,
    partition: Number(row.partition),
    next_position: Number(row.next_position),
    watermark: row.watermark!,
    messages_read: Number(row.messages_read),
    transactions: Number(row.transactions),
    currencies: Number(row.currencies),
    rejected: Number(row.rejected),
    duplicates: Number(row.duplicates),
    end_seen_at: row.end_seen_at!,
    retired: row.retired === "t",
  };
}
