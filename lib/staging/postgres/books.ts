/** {@link StagingBooks} of PostgreSQL. */
import booksConflicts from "../../../sql/staging/books_conflicts.sql" with { type: "text" };
import booksDayCurrencies from "../../../sql/staging/books_day_currencies.sql" with {
  type: "text",
};
import booksDaySources from "../../../sql/staging/books_day_sources.sql" with { type: "text" };
import booksDayTransactions from "../../../sql/staging/books_day_transactions.sql" with {
  type: "text",
};
import booksDays from "../../../sql/staging/books_days.sql" with { type: "text" };
import booksDumps from "../../../sql/staging/books_dumps.sql" with { type: "text" };
import booksPayloadCurrencies from "../../../sql/staging/books_payload_currencies.sql" with {
  type: "text",
};
import booksPayloadTransactions from "../../../sql/staging/books_payload_transactions.sql" with {
  type: "text",
};
import booksSources from "../../../sql/staging/books_sources.sql" with { type: "text" };
import type { Conflict, SourceBook, SourceRows } from "../../audit/facts.ts";
import { DATASET_NAMES, type DatasetName, DATASETS } from "../../events/dataset.ts";
import type { DateRange } from "../../partitions/run_date.ts";
import { RefusedData } from "../../postgres/failure.ts";
import { select, selectOne } from "../../postgres/run.ts";
import type { SqlSession } from "../../postgres/session.ts";
import * as is from "../../sql/columns.ts";
import { query } from "../../sql/query.ts";
import { Identifier } from "../../sql/template.ts";
import type { BooksSnapshot, DumpOfDay, StagedMeasure, StagingBooks } from "../books.ts";
import { readStagedDays } from "./staged_days.ts";
import { dumpDay } from "./statements.ts";

/** Conflicts of a day that are listed. */
const MOST_CONFLICTS = 1000;

const DAYS = query("staging/books_days", booksDays, {
  dataset: is.oneOf(DATASET_NAMES),
  day: is.day,
});
const DUMPS = query("staging/books_dumps", booksDumps, {
  dataset: is.oneOf(DATASET_NAMES),
  day: is.day,
  sha256: is.text,
  rows: is.integer,
  stagedRows: is.integer,
  bytes: is.integer,
  controlTotal: is.decimal,
  snapshot: is.text,
  createdAt: is.text,
  sources: is.text,
  complete: is.nullable(is.boolean),
  version: is.text,
});
const MEASURE = {
  rows: is.integer,
  objects: is.integer,
  controlTotal: is.decimal,
  conflicts: is.integer,
};
const DAY = {
  transactions: query("staging/books_day_transactions", booksDayTransactions, MEASURE),
  currencies: query("staging/books_day_currencies", booksDayCurrencies, MEASURE),
};
const DAY_SOURCES = query("staging/books_day_sources", booksDaySources, {
  source: is.optional(is.text),
  partition: is.integer,
  landed: is.integer,
  staged: is.integer,
});
const OTHERS = { others: is.integer };
const PAYLOAD = {
  transactions: query("staging/books_payload_transactions", booksPayloadTransactions, OTHERS),
  currencies: query("staging/books_payload_currencies", booksPayloadCurrencies, OTHERS),
};
const CONFLICTS = query("staging/books_conflicts", booksConflicts, {
  objectId: is.text,
  versions: is.integer,
});
const SOURCES = query("staging/books_sources", booksSources, {
  source: is.nullable(is.text),
  partition: is.integer,
  messagesRead: is.nullable(is.integer),
  transactions: is.nullable(is.integer),
  currencies: is.nullable(is.integer),
  rejected: is.nullable(is.integer),
  duplicates: is.nullable(is.integer),
  landedTransactions: is.integer,
  landedCurrencies: is.integer,
  storedRejected: is.integer,
});

export class PostgresBooks implements StagingBooks {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  snapshot<T>(work: (snapshot: BooksSnapshot) => Promise<T>): Promise<T> {
    const session = this.#session;
    return session.transaction(() => work(new Snapshot(session)), "snapshot");
  }
}

class Snapshot implements BooksSnapshot {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  staged(range: DateRange) {
    return readStagedDays(this.#session, range);
  }

  dumps(range: DateRange): Promise<DumpOfDay[]> {
    return select(this.#session, DUMPS, rangeOf(range));
  }

  async daysWithRows(range: DateRange): Promise<Temporal.PlainDate[]> {
    const found = await select(this.#session, DAYS, rangeOf(range));
    return [...new Map(found.map(({ day }) => [day.toString(), day])).values()];
  }

  measure(dataset: DatasetName, day: Temporal.PlainDate): Promise<StagedMeasure> {
    return selectOne(this.#session, DAY[dataset], { day: day.toString() });
  }

  unequalSources(dataset: DatasetName, day: Temporal.PlainDate): Promise<SourceRows[]> {
    return select(this.#session, DAY_SOURCES, {
      dataset,
      dataset_table: new Identifier(dataset),
      event_time: new Identifier(DATASETS[dataset].eventTime),
      day: day.toString(),
    });
  }

  async conflicts(day: Temporal.PlainDate): Promise<Conflict[]> {
    const values = { day: day.toString(), limit: MOST_CONFLICTS };
    return (await select(this.#session, CONFLICTS, values)).map((row) => ({ day, ...row }));
  }

  async otherPayloads(
    dataset: DatasetName,
    day: Temporal.PlainDate,
  ): Promise<number | undefined> {
    const session = this.#session;
    await session.execute("SAVEPOINT payload");
    try {
      return (await selectOne(session, PAYLOAD[dataset], { day: day.toString() })).others;
    } catch (error) {
      if (!(error instanceof RefusedData)) throw error;
      await session.execute("ROLLBACK TO SAVEPOINT payload");
      return undefined;
    }
  }

  async sources(): Promise<SourceBook[]> {
    return (await select(this.#session, SOURCES)).map((row) => ({
      source: row.source ?? "(unknown)",
      partition: row.partition,
      // A source partition's counters are NULL together.
      counters: row.messagesRead === null ? undefined : {
        messagesRead: row.messagesRead,
        transactions: row.transactions!,
        currencies: row.currencies!,
        rejected: row.rejected!,
        duplicates: row.duplicates!,
      },
      landed: { transactions: row.landedTransactions, currencies: row.landedCurrencies },
      rejected: row.storedRejected,
    }));
  }

  copyDay(
    dataset: DatasetName,
    day: Temporal.PlainDate,
    sink: (piece: Uint8Array) => void,
  ): Promise<void> {
    return this.#session.copyOut(dumpDay(dataset, day), sink);
  }
}

function rangeOf({ from, to }: DateRange) {
  return { first_day: from.toString(), last_day: to.toString() };
}
