/** {@link SourcesRepository} in PostgreSQL. */
import sourcesListSql from "../../../sql/staging/sources_list.sql" with { type: "text" };
import sourcesRetireSql from "../../../sql/staging/sources_retire.sql" with { type: "text" };
import topicsReadSql from "../../../sql/staging/topics_read.sql" with { type: "text" };
import { select } from "../../postgres/run.ts";
import type { SqlSession } from "../../postgres/session.ts";
import { FinpipeError } from "../../runtime/errors.ts";
import { boolean, integer, nullable, text, timestamp } from "../../sql/columns.ts";
import { query } from "../../sql/query.ts";
import type {
  ReadPartition,
  SourcesRepository,
  SourceStatus,
  TopicPart,
  TopicPartition,
} from "../sources.ts";
import { KIND } from "./source_partition.ts";

const sourcesList = query("staging/sources_list", sourcesListSql, {
  kind: KIND,
  source: text,
  partition: integer,
  next_position: integer,
  watermark: nullable(text),
  messages_read: integer,
  transactions: integer,
  currencies: integer,
  rejected: integer,
  duplicates: integer,
  end_seen_at: nullable(text),
  retired: boolean,
});

const sourcesRetire = query("staging/sources_retire", sourcesRetireSql, {
  topic: text,
  partition: integer,
});

const topicsRead = query("staging/topics_read", topicsReadSql, {
  topic: text,
  partition: integer,
  readAt: timestamp,
});

export class PostgresSources implements SourcesRepository {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  list(): Promise<SourceStatus[]> {
    return select(this.#session, sourcesList);
  }

  retire(parts: readonly TopicPart[]): Promise<TopicPartition[]> {
    return this.#session.transaction(async () => {
      const retired: TopicPartition[] = [];
      for (const part of parts) {
        const { topic, partition = null } = part;
        const found = await select(this.#session, sourcesRetire, { topic, partition });
        if (found.length === 0) throw unknown(part);
        retired.push(...found);
      }
      return retired.sort(byPlace);
    });
  }

  readPartitions(): Promise<ReadPartition[]> {
    return select(this.#session, topicsRead);
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
