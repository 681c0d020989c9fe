/** Rejected messages for tests, put there as if landing had rejected them. */
import { createHash } from "node:crypto";
import { DATASET_NAMES } from "../../../lib/events/dataset.ts";
import { replay, type ReplayTotals } from "../../../lib/rejected/replay.ts";
import type { SqlSession } from "../../../lib/postgres/session.ts";
import type { ReplaySelection } from "../../../lib/staging/rejected.ts";
import { PostgresRejected } from "../../../lib/staging/postgres/rejected.ts";
import type { TestEngine } from "../engine/engines.ts";

/** What differs from a bad value of the topic `events`. */
export interface RejectedFields {
  reason?: string;
  source?: string;
  partition?: number;
  rejectedAt?: string;
}

/** Totals of a replay that did nothing. */
export const NONE: ReplayTotals = {
  replayed: 0,
  transactions: 0,
  currencies: 0,
  duplicates: 0,
  rejected: 0,
  refused: 0,
  left_alone: 0,
};

let positions = 0;

/** Puts a message, or a null value, among the rejected ones; its id. */
export async function addRejected(
  session: SqlSession,
  message: string | Uint8Array | null,
  fields: RejectedFields = {},
): Promise<number> {
  const raw = typeof message === "string" ? new TextEncoder().encode(message) : message;
  const { reason = "bad_value", source = "events", partition = 0 } = fields;
  const [row] = await session.query(
    `INSERT INTO stg.rejected
       (reason, field, raw, length, sha256, source, partition, position, rejected_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, coalesce($9::text::timestamp, '2022-10-06 09:00:00'))
     RETURNING id`,
    [
      reason,
      reason === "bad_value" ? "amount" : null,
      raw,
      raw?.length ?? 0,
      createHash("sha256").update(raw ?? "").digest("hex"),
      source,
      partition,
      positions++,
      fields.rejectedAt ?? null,
    ],
  );
  return Number(row!.id);
}

/** Replays on the session of an engine. */
export function replayOn(
  { session, log }: Pick<TestEngine, "session" | "log">,
  selection: ReplaySelection,
  options: { signal?: AbortSignal; onProgress?: () => void } = {},
): Promise<ReplayTotals> {
  const { signal = new AbortController().signal, onProgress } = options;
  const rejected = new PostgresRejected(session);
  return replay({
    rejected,
    log,
    signal,
    ...(onProgress === undefined ? {} : { onProgress }),
  }, selection);
}

/** The outcome of each rejected message, in order of their ids. */
export async function outcomes(engine: TestEngine): Promise<(string | null)[]> {
  const rows = await engine.query("SELECT replay_outcome FROM stg.rejected ORDER BY id");
  return rows.map(({ replay_outcome }) => replay_outcome!);
}

/** What landed, without where it came from, in order of landing. */
export async function landed(engine: TestEngine) {
  const rows = [];
  for (const dataset of DATASET_NAMES) {
    const columns = await engine.query(`SELECT * FROM stg.${dataset} ORDER BY landing_id`);
    for (const row of columns) {
      const { source_id: _source, position: _position, landing_id: _landing, ...kept } = row;
      rows.push(kept);
    }
  }
  return rows;
}
