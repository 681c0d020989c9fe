/** {@link RejectedRepository} of PostgreSQL. */
import { DATASET_NAMES, type DatasetName, DATASETS } from "../../events/dataset.ts";
import type { Reason } from "../../events/message.ts";
import { arrayOf } from "../../postgres/array.ts";
import { RefusedData } from "../../postgres/failure.ts";
import { run, select, selectFirst, selectOne } from "../../postgres/run.ts";
import type { SqlSession } from "../../postgres/session.ts";
import type { SqlValues } from "../../sql/template.ts";
import type {
  FoundRejected,
  Judgement,
  RejectedFilter,
  RejectedRepository,
  RejectedRow,
  ReplayCandidate,
  ReplayedVersion,
  ReplayOutcome,
  ReplaySelection,
} from "../rejected.ts";
import { prunedAmong } from "./pruned_days.ts";
import * as sql from "./rejected_statements.ts";

/** Rows that are read at once. */
const PAGE = 1000;
/** Bytes of a message that are read at once: a whole one in hexadecimal may be beyond any string. */
const PIECE = 4 * 1024 * 1024;

type LockedRow = ReturnType<typeof sql.lock.decode>;

/** A version with the id of the message that it came of. */
type Replayed = ReplayedVersion & { id: number };

export class PostgresRejected implements RejectedRepository {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  list(filter: RejectedFilter, below?: number): Promise<RejectedRow[]> {
    const values = { ...valuesOf(filter), below: below ?? null, limit: PAGE };
    return select(this.#session, sql.list, values);
  }

  find(id: number): Promise<FoundRejected | undefined> {
    return selectFirst(this.#session, sql.find, { id });
  }

  async bytesOf(id: number, at: number): Promise<Uint8Array> {
    const values = { id, first_byte: at + 1, bytes: PIECE };
    return (await selectFirst(this.#session, sql.bytes, values))?.raw ?? new Uint8Array();
  }

  async missing(ids: readonly number[]): Promise<number[]> {
    return (await select(this.#session, sql.missing, { ids: arrayOf(ids) })).map(({ id }) => id);
  }

  async newest(): Promise<number> {
    return (await selectOne(this.#session, sql.newest)).id;
  }

  candidates(
    selection: ReplaySelection,
    after: number,
    newest: number,
  ): Promise<ReplayCandidate[]> {
    const ids = selection.ids === undefined ? null : arrayOf(selection.ids);
    const values = { ...valuesOf(selection), after, newest, ids, limit: PAGE };
    return select(this.#session, sql.candidates, values);
  }

  replay(
    ids: readonly number[],
    judge: (raw: Uint8Array) => Judgement,
  ): Promise<Map<number, ReplayOutcome | "pruned">> {
    return this.#session.transaction(async () => {
      await run(this.#session, sql.serialize);
      const outcomes = new Map<number, ReplayOutcome>();
      const versions: Replayed[] = [];
      const taken = await select(this.#session, sql.lock, { ids: arrayOf(ids), bytes: PIECE });
      for (const row of taken) {
        const { id } = row;
        const judgement = judge(await this.#wholeOf(row));
        if ("dataset" in judgement) versions.push({ id, ...judgement });
        else outcomes.set(id, outcomeOf(judgement));
      }
      const pruned = await prunedAmong(this.#session, [...new Set(versions.map(dayOf))]);
      const landed = versions.filter((version) => !pruned.has(dayOf(version)));
      for (const dataset of DATASET_NAMES) {
        await this.#land(dataset, landed.filter((one) => one.dataset === dataset), outcomes);
      }
      const marks = [...outcomes].map(([id, outcome]) => ({ id, outcome }));
      await run(this.#session, sql.mark, { outcomes: JSON.stringify(marks) });
      const refused = versions.filter((version) => pruned.has(dayOf(version)));
      return new Map([...outcomes, ...refused.map(({ id }) => [id, "pruned"] as const)]);
    });
  }

  /** Lands versions of a dataset; where a row is refused, halves them until it is alone. */
  async #land(
    dataset: DatasetName,
    versions: readonly Replayed[],
    outcomes: Map<number, ReplayOutcome>,
  ): Promise<void> {
    if (versions.length === 0) return;
    const rows = versions.map(({ id, columns }) => ({ ...columns, rejected_id: id }));
    await this.#session.execute("SAVEPOINT replay");
    try {
      const values = { versions: JSON.stringify(rows) };
      const stored = await select(this.#session, sql.land[dataset], values);
      for (const { id } of versions) outcomes.set(id, "duplicate");
      for (const { rejectedId } of stored) outcomes.set(rejectedId, dataset);
    } catch (error) {
      if (!(error instanceof RefusedData)) throw error;
      await this.#session.execute("ROLLBACK TO SAVEPOINT replay");
      if (versions.length === 1) {
        outcomes.set(versions[0]!.id, "not_storable");
        return;
      }
      const middle = versions.length >> 1;
      await this.#land(dataset, versions.slice(0, middle), outcomes);
      await this.#land(dataset, versions.slice(middle), outcomes);
    }
  }

  /** The whole message: its first piece came with the row. */
  async #wholeOf({ id, raw: first, bytes: length }: LockedRow): Promise<Uint8Array> {
    // Null is a null Kafka value: the checks see it as one that holds nothing.
    if (first === null || length === null) return new Uint8Array();
    if (first.length === length) return first;
    const whole = new Uint8Array(length);
    whole.set(first);
    for (let at = PIECE; at < length; at += PIECE) whole.set(await this.bytesOf(id, at), at);
    return whole;
  }
}

/** The date of its event time, which names its day. */
function dayOf({ dataset, columns }: Replayed): string {
  return columns[DATASETS[dataset].eventTime]!.slice(0, 10);
}

function valuesOf({ reason, day, sources, partition }: RejectedFilter): SqlValues {
  return {
    reason: reason ?? null,
    day: day?.toString() ?? null,
    source_names: sources === undefined ? null : arrayOf(sources),
    partition: partition ?? null,
  };
}

function outcomeOf({ reason, field }: { reason: Reason; field: string | null }): ReplayOutcome {
  return field === null ? reason : `${reason}:${field}`;
}
