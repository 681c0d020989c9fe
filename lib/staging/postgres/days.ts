/** {@link DaysRepository} of PostgreSQL. */
import type { DatasetName } from "../../events/dataset.ts";
import type { SqlRow, SqlSession } from "../../postgres/session.ts";
import type { DaySnapshot, DaysRepository, KafkaProgress, StagedRows } from "../days.ts";
import * as sql from "./statements.ts";

export class PostgresDays implements DaysRepository {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  snapshot<T>(
    day: Temporal.PlainDate,
    work: (snapshot: DaySnapshot) => Promise<T>,
  ): Promise<T> {
    const session = this.#session;
    const snapshot: DaySnapshot = {
      async stagedRows(dataset: DatasetName) {
        return stagedRowsOf(await session.query(sql.daySources[dataset], [day.toString()]));
      },
      copyDay: (dataset, sink) => session.copyOut(sql.dumpDay(dataset, day), sink),
      copyDayApart: (sink) => session.copyOut(sql.dumpDayApart(day), sink),
      async kafkaProgress() {
        return (await session.query(sql.kafkaProgress)).map(progressOf);
      },
    };
    return session.transaction(() => work(snapshot), "snapshot");
  }
}

function stagedRowsOf(found: readonly SqlRow[]): StagedRows {
  const staged: StagedRows = { total: 0, sources: [] };
  for (const { source, partition, next_position, rows } of found) {
    staged.total += Number(rows);
    if (source === null) continue;
    staged.sources.push({
      source: source!,
      partition: Number(partition),
      next_position: next_position!,
      rows: Number(rows),
    });
  }
  return staged;
}

function progressOf(row: SqlRow): KafkaProgress {
  const timeOf = (text: string | null) => text === null ? null : Temporal.PlainDateTime.from(text);
  return {
    source: row.source!,
    partition: Number(row.partition),
    watermark: timeOf(row.watermark!),
    endSeenAt: timeOf(row.end_seen_at!),
    delay: Number(row.watermark_delay),
    readAt: timeOf(row.read_at!)!,
  };
}
