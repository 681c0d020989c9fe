/** {@link DaysRepository} of PostgreSQL. */
import type { DatasetName } from "../../events/dataset.ts";
import { select } from "../../postgres/run.ts";
import type { SqlSession } from "../../postgres/session.ts";
import type { DaySnapshot, DaysRepository, StagedRows } from "../days.ts";
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
    };
    return session.transaction(() => work(snapshot), "snapshot");
  }
}
