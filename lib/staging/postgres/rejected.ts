/** {@link RejectedRepository} of PostgreSQL. */
import bytesSql from "../../../sql/staging/rejected_bytes.sql" with { type: "text" };
import candidatesSql from "../../../sql/staging/rejected_candidates.sql" with { type: "text" };
import findSql from "../../../sql/staging/rejected_find.sql" with { type: "text" };
import landCurrencies from "../../../sql/staging/rejected_land_currencies.sql" with {
  type: "text",
};
import landTransactions from "../../../sql/staging/rejected_land_transactions.sql" with {
  type: "text",
};
import listSql from "../../../sql/staging/rejected_list.sql" with { type: "text" };
import lockSql from "../../../sql/staging/rejected_lock.sql" with { type: "text" };
import markSql from "../../../sql/staging/rejected_mark.sql" with { type: "text" };
import missingSql from "../../../sql/staging/rejected_missing.sql" with { type: "text" };
import newestSql from "../../../sql/staging/rejected_newest.sql" with { type: "text" };
import serializeSql from "../../../sql/staging/rejected_serialize.sql" with { type: "text" };
import { DATASET_NAMES, type DatasetName } from "../../events/dataset.ts";
import type { Reason } from "../../events/message.ts";
import { RefusedData } from "../../postgres/failure.ts";
import type { SqlRow, SqlSession, SqlValue } from "../../postgres/session.ts";
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

/** Rows that are read at once. */
const PAGE = 1000;
/** Bytes of a message that are read at once: a whole one in hexadecimal may be beyond any string. */
const PIECE = 4 * 1024 * 1024;

const landSql: Record<DatasetName, string> = {
  transactions: landTransactions,
  currencies: landCurrencies,
};

/** Outcomes after which a message's version stands in staging. */
const STANDS: readonly string[] = [...DATASET_NAMES, "duplicate"];

/** A version with the id of the message that it came of. */
type Replayed = ReplayedVersion & { id: number };

export class PostgresRejected implements RejectedRepository {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  async list(filter: RejectedFilter, below?: number): Promise<RejectedRow[]> {
    const params = [below ?? null, ...filterParams(filter), PAGE];
    return (await this.#session.query(listSql, params)).map(rejectedRowOf);
  }

  async find(id: number): Promise<FoundRejected | undefined> {
    const [row] = await this.#session.query(findSql, [id]);
    return row && { ...rejectedRowOf(row), bytes: row.bytes === null ? null : Number(row.bytes) };
  }

  async bytesOf(id: number, at: number): Promise<Uint8Array> {
    const [row] = await this.#session.query(bytesSql, [id, at + 1, PIECE]);
    return bytesFrom(row?.raw ?? "\\x");
  }

  async missing(ids: readonly number[]): Promise<number[]> {
    const rows = await this.#session.query(missingSql, [listOf(ids)]);
    return rows.map(({ id }) => Number(id));
  }

  async newest(): Promise<number> {
    const [row] = await this.#session.query(newestSql);
    return Number(row!.id);
  }

  async candidates(
    selection: ReplaySelection,
    after: number,
    newest: number,
  ): Promise<ReplayCandidate[]> {
    const ids = selection.ids === undefined ? null : listOf(selection.ids);
    const params = [after, newest, ...filterParams(selection), ids, PAGE];
    return (await this.#session.query(candidatesSql, params)).map((row) => ({
      id: Number(row.id),
      reason: row.reason as Reason,
      stands: STANDS.includes(row.replay_outcome!),
      bytes: Number(row.bytes),
    }));
  }

  replay(
    ids: readonly number[],
    judge: (raw: Uint8Array) => Judgement,
  ): Promise<Map<number, ReplayOutcome>> {
    return this.#session.transaction(async () => {
      await this.#session.query(serializeSql);
      const outcomes = new Map<number, ReplayOutcome>();
      const versions: Replayed[] = [];
      for (const row of await this.#session.query(lockSql, [listOf(ids), PIECE])) {
        const id = Number(row.id);
        const judgement = judge(await this.#wholeOf(id, row));
        if ("dataset" in judgement) versions.push({ id, ...judgement });
        else outcomes.set(id, outcomeOf(judgement));
      }
      for (const dataset of DATASET_NAMES) {
        await this.#land(dataset, versions.filter((one) => one.dataset === dataset), outcomes);
      }
      const marks = [...outcomes].map(([id, outcome]) => ({ id, outcome }));
      await this.#session.query(markSql, [JSON.stringify(marks)]);
      return outcomes;
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
      const landed = await this.#session.query(landSql[dataset], [JSON.stringify(rows)]);
      for (const { id } of versions) outcomes.set(id, "duplicate");
      for (const row of landed) outcomes.set(Number(row.rejected_id), dataset);
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
  async #wholeOf(id: number, { raw, bytes }: SqlRow): Promise<Uint8Array> {
    // Null is a null Kafka value: the checks see it as one that holds nothing.
    if (raw === null || raw === undefined) return new Uint8Array();
    const first = bytesFrom(raw);
    const length = Number(bytes);
    if (first.length === length) return first;
    const whole = new Uint8Array(length);
    whole.set(first);
    for (let at = PIECE; at < length; at += PIECE) whole.set(await this.bytesOf(id, at), at);
    return whole;
  }
}

function filterParams({ reason, day, source, partition }: RejectedFilter): SqlValue[] {
  return [reason ?? null, day?.toString() ?? null, source ?? null, partition ?? null];
}

/** An array of PostgreSQL. */
function listOf(ids: readonly number[]): string {
  return `{${ids.join(",")}}`;
}

/** A bytea from its text form, `\x` and hexadecimal digits. */
function bytesFrom(text: string): Uint8Array {
  return Uint8Array.fromHex(text.slice(2));
}

function outcomeOf({ reason, field }: { reason: Reason; field: string | null }): ReplayOutcome {
  return field === null ? reason : `${reason}:${field}`;
}

function rejectedRowOf(row: SqlRow): RejectedRow {
  return {
    id: Number(row.id),
    reason: row.reason as Reason,
    field: row.field!,
    length: Number(row.length),
    sha256: row.sha256!,
    source: row.source!,
    partition: Number(row.partition),
    position: Number(row.position),
    rejected_at: row.rejected_at!,
    replayed_at: row.replayed_at!,
    replay_outcome: row.replay_outcome!,
  };
}
