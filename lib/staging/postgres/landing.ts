/** {@link LandingRepository} of PostgreSQL: a batch is one transaction of COPYs. */
import { formatMoment } from "../../events/values.ts";
import { RefusedData } from "../../postgres/failure.ts";
import { selectFirst, selectOne } from "../../postgres/run.ts";
import type { SqlSession } from "../../postgres/session.ts";
import { FinpipeError } from "../../runtime/errors.ts";
import type { LandedBatch } from "../batch.ts";
import type { DayRows } from "../day_counts.ts";
import {
  type LandingRepository,
  RefusedRow,
  type SourceKind,
  type SourcePartition,
  type WindowVersion,
} from "../landing.ts";
import { CopyRows } from "./copy_rows.ts";
import type { PostgresLocks } from "./locks.ts";
import type { RowBuffer } from "./row_buffer.ts";
import * as sql from "./statements.ts";
import { positionMoved } from "./topics.ts";
import { windowVersions } from "./window.ts";

export class PostgresLanding implements LandingRepository {
  readonly #session: SqlSession;
  readonly #locks: PostgresLocks;

  constructor(session: SqlSession, locks: PostgresLocks) {
    this.#session = session;
    this.#locks = locks;
  }

  async lockSource(source: string): Promise<void> {
    const { locked } = await selectOne(this.#session, sql.lockSource, { source });
    if (locked) return;
    const holder = await this.#locks.holderOf(source);
    const who = holder === undefined ? "" : `: ${holder.description}`;
    const orEnd = holder === undefined
      ? ""
      : `; if it stands still, end it with SELECT pg_terminate_backend(${holder.process})`;
    throw new FinpipeError("locked", `Another finpipe process is landing ${source}${who}`, {
      hint: `Wait until it has ended, then try again${orEnd}`,
      // It may be our own session, which broke off.
      passes: "after a break",
    });
  }

  latestPartition(source: string): Promise<SourcePartition | undefined> {
    return selectFirst(this.#session, sql.latestPartition, { source });
  }

  async addPartition(kind: SourceKind, source: string): Promise<SourcePartition> {
    for (;;) {
      const added = await selectFirst(this.#session, sql.addPartition, { kind, source });
      if (added !== undefined) return added;
    }
  }

  nextPosition({ id }: SourcePartition): Promise<number> {
    return this.#session.transaction(async () => {
      // A server that does not notice that a client has gone would have us wait for hours.
      await this.#session.execute("SET LOCAL lock_timeout = '5s'");
      return (await selectOne(this.#session, sql.nextPosition, { id })).nextPosition;
    });
  }

  windowVersions(partition: SourcePartition): AsyncIterable<WindowVersion> {
    return windowVersions(this.#session, partition);
  }

  async land(batch: LandedBatch): Promise<void> {
    try {
      await this.#session.transaction(async () => {
        await this.#advance(batch);
        for (const [statement, rows] of copiesOf(batch)) {
          if (rows.rows > 0) await this.#session.copyIn(statement, rows.pieces());
        }
      });
    } catch (error) {
      if (!(error instanceof RefusedData)) throw error;
      throw new RefusedRow(error.sqlState, error.message, error);
    }
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

  async #advance(batch: LandedBatch): Promise<void> {
    const { partition, counters } = batch;
    const read = counters.transactions + counters.currencies + counters.rejected +
      counters.duplicates;
    const advanced = await selectFirst(this.#session, sql.advancePosition, {
      id: partition.id,
      position: batch.start,
      next_position: batch.next,
      watermark: batch.watermark === null ? null : formatMoment(batch.watermark),
      digest: batch.digest,
      forgotten: batch.forgotten,
      forgotten_position: batch.forgottenPosition,
      messages_read: read,
      ...counters,
      topic_id: partition.topicId,
      window_base: partition.windowBase,
      ...listsOf(batch.days),
    });
    if (advanced === undefined) throw await positionMoved(this.#session, partition, batch.start);
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

/** Datasets, days and rows as arrays of one length. */
function listsOf(days: Iterable<DayRows>) {
  const all = [...days];
  return {
    landed_datasets: `{${all.map(({ dataset }) => dataset).join()}}`,
    landed_days: `{${all.map(({ day }) => day).join()}}`,
    landed_rows: `{${all.map(({ rows }) => rows).join()}}`,
  };
}

function copiesOf({ rows }: LandedBatch): [statement: string, rows: RowBuffer][] {
  if (!(rows instanceof CopyRows)) throw new Error("The rows were made for another staging");
  return [
    [sql.copyRows.transactions, rows.ofTransactions],
    [sql.copyRows.currencies, rows.ofCurrencies],
    [sql.copyRejected, rows.ofRejected],
  ];
}
