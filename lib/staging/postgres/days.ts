/** {@link DaysRepository} of PostgreSQL. */
import recordDump from "../../../sql/staging/record_dump.sql" with { type: "text" };
import type { DatasetName } from "../../events/dataset.ts";
import type { DateRange } from "../../partitions/run_date.ts";
import { run, select } from "../../postgres/run.ts";
import type { SqlSession } from "../../postgres/session.ts";
import { codeOf } from "../../runtime/errors.ts";
import { SqlTemplate } from "../../sql/template.ts";
import type { DaySnapshot, DaysRepository, DumpRecord, StagedDay, StagedRows } from "../days.ts";
import { prunedAmong } from "./pruned_days.ts";
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
        const found = await select(session, sql.daySources[dataset], { day: day.toString() });
        const staged: StagedRows = { total: 0, sources: [] };
        for (const { source, ...rest } of found) {
          staged.total += rest.rows;
          if (source !== null) staged.sources.push({ source, ...rest });
        }
        return staged;
      },
      copyDay: (dataset, sink) => session.copyOut(sql.dumpDay(dataset, day), sink),
      copyDayApart: (sink) => session.copyOut(sql.dumpDayApart(day), sink),
      kafkaProgress: () => select(session, sql.kafkaProgress),
      prunedAt: async () => (await prunedAmong(session, [day.toString()])).get(day.toString()),
    };
    return session.transaction(() => work(snapshot), "snapshot");
  }
}

function valuesOf({ manifest, host, workDir }: DumpRecord) {
  const { partition, created_at, sources, version, ...rest } = manifest;
  return {
    ...rest,
    day: partition,
    created_at: created_at.replace("Z", ""),
    sources: JSON.stringify(sources),
    dump_version: version,
    host,
    work_dir: workDir,
  };
}
