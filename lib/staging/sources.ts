/** What is landed from: topics, files and stdin, each with its partitions. */
import type { SourceKind } from "./landing.ts";

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
  /** It is no longer read; days can be complete without it. */
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

/** A partition that counts for whether a day is complete. */
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
