/** {@link StagingRepository} in SQL: one for a PostgreSQL server and for the embedded engine. */
import type { DatasetName } from "../events/dataset.ts";
import { formatMoment } from "../events/values.ts";
import { RefusedData } from "../postgres/failure.ts";
import type { SqlRow, SqlSession } from "../postgres/session.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { LandedBatch } from "./landed_batch.ts";
import { describeHolder, SqlStagingLocks, type StagingLocks } from "./lock_holders.ts";
import { checkSchema, hasSchema, migrate } from "./migrations.ts";
import type { RejectedRepository } from "./rejected.ts";
import { SqlRejected } from "./rejected_sql.ts";
import type {
  DaySnapshot,
  KafkaProgress,
  SourceKind,
  SourcePartition,
  StagedRows,
  StagingRepository,
  TopicPositions,
  WindowVersion,
} from "./repository.ts";
import type { RowBuffer } from "./row_buffer.ts";
import { partitionOf } from "./source_partition.ts";
import { type SourcesRepository, SqlSources } from "./sources.ts";
import * as sql from "./statements.ts";
import { positionMoved, SqlTopicPositions } from "./topic_positions.ts";

/** Versions of a window that are fetched first: few, as each may be as large as a message. */
const FIRST_FETCH = 16;
/** Then as many as hold this many characters of payload, at most so many. */
const FETCH_CHARACTERS = 4 * 1024 * 1024;
const MOST_FETCHED = 5000;

export class SqlStaging implements StagingRepository {
  readonly rejected: RejectedRepository;
  readonly topics: TopicPositions;
  readonly sources: SourcesRepository;
  readonly locks: StagingLocks;
  readonly #session: SqlSession;
  readonly #owned: boolean;
  readonly #onDispose: (() => void) | undefined;

  /**
   * @param owned the session ends with this repository @default false
   * @param onDispose called when the repository is disposed of
   */
  constructor(
    session: SqlSession,
    { owned = false, onDispose }: { owned?: boolean; onDispose?: () => void } = {},
  ) {
    this.rejected = new SqlRejected(session);
    this.#session = session;
    this.#owned = owned;
    this.#onDispose = onDispose;
    this.topics = new SqlTopicPositions(session);
    this.sources = new SqlSources(session);
    this.locks = new SqlStagingLocks(session);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#onDispose?.();
    if (this.#owned) await this.#session.close();
  }

  hasSchema(): Promise<boolean> {
    return hasSchema(this.#session);
  }

  migrate(): Promise<string[]> {
    return migrate(this.#session);
  }

  checkSchema(): Promise<void> {
    return checkSchema(this.#session);
  }

  async lockSource(source: string): Promise<void> {
    const [row] = await this.#session.query(sql.lockSource, [source]);
    if (row!.locked === "t") return;
    const holder = await this.locks.holderOf(source);
    const who = holder === undefined ? "" : `: ${describeHolder(holder)}`;
    const orEnd = holder === undefined
      ? ""
      : `; if it stands still, end it with SELECT pg_terminate_backend(${holder.pid})`;
    throw new FinpipeError("locked", `Another finpipe process is landing ${source}${who}`, {
      hint: `Wait until it has ended, then try again${orEnd}`,
    });
  }

  async latestPartition(source: string): Promise<SourcePartition | undefined> {
    const [row] = await this.#session.query(sql.latestPartition, [source]);
    return row && partitionOf(row);
  }

  async addPartition(kind: SourceKind, source: string): Promise<SourcePartition> {
    for (;;) {
      const [row] = await this.#session.query(sql.addPartition, [kind, source]);
      if (row !== undefined) return partitionOf(row);
    }
  }

  nextPosition({ id }: SourcePartition): Promise<number> {
    return this.#session.transaction(async () => {
      // A server that does not notice that a client has gone would have us wait for hours.
      await this.#session.execute("SET LOCAL lock_timeout = '5s'");
      const [row] = await this.#session.query(sql.nextPosition, [id]);
      return Number(row!.next_position);
    });
  }

  async *windowVersions(partition: SourcePartition): AsyncGenerator<WindowVersion> {
    const { id, watermark, forgottenPosition, windowBase } = partition;
    // No watermark yet: all that was landed were versions beyond the clock, which are remembered.
    const from = watermark === null ? "-infinity" : formatMoment(watermark);
    await this.#session.execute("BEGIN");
    try {
      await this.#session.execute(
        withLiterals(sql.windowVersions, [
          String(id),
          `'${from}'`,
          String(forgottenPosition),
          String(windowBase),
        ]),
      );
      for (let count = FIRST_FETCH;;) {
        const rows = await this.#session.query(sql.fetchWindow(count));
        if (rows.length === 0) return;
        yield* rows.map(versionOf);
        count = nextFetch(count, rows);
      }
    } finally {
      await this.#session.execute("ROLLBACK");
    }
  }

  async land(batch: LandedBatch): Promise<void> {
    await this.#session.transaction(async () => {
      await this.#advance(batch);
      for (const [statement, rows] of copiesOf(batch)) {
        if (rows.rows > 0) await this.#session.copyIn(statement, rows.pieces());
      }
    });
  }

  async findRefused(batch: LandedBatch): Promise<number[]> {
    const refused: number[] = [];
    await this.#session.execute("BEGIN");
    try {
      for (const [statement, rows] of copiesOf(batch)) {
        if (statement === sql.copyRejected) continue;
        for await (const row of this.#refusedRows(statement, rows, 0, rows.rows)) {
          refused.push(rows.messageOf(row));
        }
      }
    } finally {
      await this.#session.execute("ROLLBACK");
    }
    return refused;
  }

  snapshotDay<T>(
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

  async #advance(batch: LandedBatch): Promise<void> {
    const { partition, counters } = batch;
    const read = counters.transactions + counters.currencies + counters.rejected +
      counters.duplicates;
    const rows = await this.#session.query(sql.advancePosition, [
      partition.id,
      batch.start,
      batch.next,
      batch.watermark === null ? null : formatMoment(batch.watermark),
      batch.digest,
      batch.forgotten,
      batch.forgottenPosition,
      read,
      counters.transactions,
      counters.currencies,
      counters.rejected,
      counters.duplicates,
      partition.topicId,
      partition.windowBase,
    ]);
    if (rows.length === 0) throw await positionMoved(this.#session, partition, batch.start);
  }

  /** Halves the rows until those are found that the database refuses. */
  async *#refusedRows(
    statement: string,
    rows: RowBuffer,
    from: number,
    to: number,
  ): AsyncGenerator<number> {
    if (from === to || await this.#accepts(statement, rows.pieces(from, to))) return;
    if (to - from === 1) {
      yield from;
      return;
    }
    const middle = (from + to) >> 1;
    yield* this.#refusedRows(statement, rows, from, middle);
    yield* this.#refusedRows(statement, rows, middle, to);
  }

  async #accepts(statement: string, rows: readonly Uint8Array[]): Promise<boolean> {
    await this.#session.execute("SAVEPOINT probe");
    try {
      await this.#session.copyIn(statement, rows);
      return true;
    } catch (error) {
      if (!(error instanceof RefusedData)) throw error;
      return false;
    } finally {
      await this.#session.execute("ROLLBACK TO SAVEPOINT probe");
    }
  }
}

/** How many versions to fetch next, by the size of those fetched before; at most twice as many. */
function nextFetch(count: number, rows: readonly SqlRow[]): number {
  const characters = rows.reduce((sum, { payload }) => sum + payload!.length, 0);
  const fitting = Math.floor(rows.length * FETCH_CHARACTERS / characters);
  return Math.max(1, Math.min(fitting, 2 * count, MOST_FETCHED));
}

function copiesOf(batch: LandedBatch): [statement: string, rows: RowBuffer][] {
  return [
    [sql.copyRows.transactions, batch.transactions],
    [sql.copyRows.currencies, batch.currencies],
    [sql.copyRejected, batch.rejected],
  ];
}

function versionOf(row: SqlRow): WindowVersion {
  return {
    type: Number(row.type),
    objectId: row.object_id!,
    sentDttm: row.sent_dttm!,
    position: Number(row.position),
    payload: row.payload!,
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

/** A cursor cannot be declared with parameters over the simple protocol; these are our own values. */
function withLiterals(statement: string, literals: readonly string[]): string {
  return literals.reduce((text, literal, i) => text.replaceAll(`$${i + 1}`, literal), statement);
}
