/** {@link DaysRepository} of PostgreSQL. */
import recordDump from "../../../sql/staging/record_dump.sql" with { type: "text" };
import type { DatasetName } from "../../events/dataset.ts";
import type { DateRange } from "../../partitions/run_date.ts";
import { run } from "../../postgres/run.ts";
import type { SqlRow, SqlSession } from "../../postgres/session.ts";
import { codeOf } from "../../runtime/errors.ts";
import { SqlTemplate } from "../../sql/template.ts";
import type {
  DaySnapshot,
  DaysRepository,
  DumpRecord,
  KafkaProgress,
  StagedDay,
  StagedRows,
} from "../days.ts";
import { readStagedDays } from "./staged_days.ts";
import * as sql from "./statements.ts";

const RECORD_DUMP = new SqlTemplate(recordDump);

/** read_only_sql_transaction, of a standby too; insufficient_privilege. */
const MAY_NOT_WRITE: readonly unknown[] = ["25006", "42501"];

export class PostgresDays implements DaysRepository {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  staged(range: DateRange): Promise<StagedDay[]> {
    return readStagedDays(this.#session, range);
  }

  async recordDumps(dumps: readonly DumpRecord[]): Promise<boolean> {
    try {
      await this.#session.transaction(async () => {
        for (const dump of dumps) await run(this.#session, RECORD_DUMP, valuesOf(dump));
      });
      return true;
    } catch (error) {
      if (MAY_NOT_WRITE.includes(codeOf((error as Error).cause))) return false;
      throw error;
    }
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

function valuesOf({ manifest, host, workDir }: DumpRecord) {
  const { partition, created_at, sources, ...rest } = manifest;
  return {
    ...rest,
    day: partition,
    created_at: created_at.replace("Z", ""),
    sources: JSON.stringify(sources),
    host,
    work_dir: workDir,
  };
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
