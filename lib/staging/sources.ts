/** What is landed from: topics, files and stdin, each with its partitions. */
import sourcesList from "../../sql/staging/sources_list.sql" with { type: "text" };
import sourcesRetire from "../../sql/staging/sources_retire.sql" with { type: "text" };
import topicsRead from "../../sql/staging/topics_read.sql" with { type: "text" };
import type { SqlRow, SqlSession } from "../postgres/session.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { SourceKind } from "./repository.ts";

/** A source partition as `source list` shows it. Times are UTC, without a zone. */
export interface SourceStatus {
  kind: SourceKind;
  /** The topic, the file's real path, or `stdin`. */
  source: string;
  partition: number;
  next_position: number;
  /** Null before the first version. */
  watermark: string | null;
  messages_read: number;
  transactions: number;
  currencies: number;
  rejected: number;
  duplicates: number;
  /** Of a topic: up to when all that it held had been landed. */
  end_seen_at: string | null;
  /** It is read no more, and does not keep a day from being complete. */
  retired: boolean;
}

/** Partitions of a topic as a person names them. */
export interface TopicPart {
  topic: string;
  /** Undefined: all of them. */
  partition: number | undefined;
}

/** A partition of a topic. */
export interface TopicPartition {
  topic: string;
  partition: number;
}

/** One that counts where a day is judged. */
export interface ReadPartition extends TopicPartition {
  /** When it was read last, UTC. */
  readAt: Temporal.PlainDateTime;
}

export interface SourcesRepository {
  /** All of them, by kind, source and partition. */
  list(): Promise<SourceStatus[]>;

  /**
   * Retires partitions of topics, until one is read again.
   *
   * @returns those that were named, also if they were retired before
   * @throws FinpipeError of kind `failed`, and retires none, where a part names none that is known
   */
  retire(parts: readonly TopicPart[]): Promise<TopicPartition[]>;

  /** Partitions of topics that are not retired. */
  readPartitions(): Promise<ReadPartition[]>;
}

/** {@link SourcesRepository} in SQL. */
export class SqlSources implements SourcesRepository {
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
  return new FinpipeError("failed", `Staging knows no ${what}`, {
    hint: "'finpipe source list' shows what is landed from. Only topics are retired: files and " +
      "stdin keep no day from being complete",
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
