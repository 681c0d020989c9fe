/** Days that tests prune: what they hold, and whether the books of what was landed balance. */
import { pruneDays, type PruneDaysContext } from "../../../lib/prune/days.ts";
import { DEFAULT_MAX_MESSAGE_BYTES } from "../../../lib/events/message.ts";
import { DEFAULT_WATERMARK } from "../../../lib/events/partition_window.ts";
import { landStdin } from "../../../lib/landing/land.ts";
import type { SqlSession } from "../../../lib/postgres/session.ts";
import { makeCopyRows } from "../../../lib/staging/postgres/copy_rows.ts";
import { PostgresStaging } from "../../../lib/staging/postgres/staging.ts";
import { NOW, type TestEngine } from "../engine/engines.ts";
import { jsonl, rateMessage, transactionMessage } from "../events/messages.ts";
import { SILENT } from "../logs.ts";

/** The day that tests prune, and one whose messages move the watermark beyond it. */
export const OLD = "2022-10-01";
export const NEXT = "2022-10-02";
const NEVER = new AbortController().signal;

/** A transaction of a day, sent at its noon. */
export function payment(day: string, fields: Record<string, unknown> = {}): string {
  return transactionMessage(
    { transaction_dt: `${day} 12:00:00`, ...fields },
    { sent_dttm: `${day}T12:00:00` },
  );
}

function rate(day: string): string {
  return rateMessage({ date_update: `${day} 00:00:00` }, { sent_dttm: `${day}T00:00:00` });
}

/** Lands three rows of the old day and two of the next, all from one file, and builds the old day. */
export async function loadedDay(engine: TestEngine): Promise<string> {
  const messages = [rate(OLD), payment(OLD), payment(OLD), rate(NEXT), payment(NEXT)];
  const path = await engine.write("events.jsonl", jsonl(...messages));
  await engine.warehouse.migrate();
  await engine.land(path);
  await engine.dump(OLD);
  await engine.load(OLD);
  await engine.dwh(OLD);
  await engine.cdm(OLD);
  return path;
}

/** Prunes the old day. @returns what became of each day that has rows, in order */
export async function pruneOld(
  { staging, warehouse }: Pick<TestEngine, "staging" | "warehouse">,
  { to = OLD, ...options }: Partial<PruneDaysContext> & { to?: string } = {},
): Promise<string[]> {
  const context = { staging, warehouse, now: () => NOW, signal: NEVER, dryRun: false, ...options };
  const range = {
    from: Temporal.PlainDate.from("0001-01-01"),
    to: Temporal.PlainDate.from(to),
  };
  const outcomes = [];
  for await (const one of pruneDays(context, range)) {
    outcomes.push(
      "kept" in one
        ? `${one.day} kept: ${one.kept}`
        : `${one.day} ${one.rows.transactions} ${one.rows.currencies}`,
    );
  }
  return outcomes;
}

/** Lands messages as stdin through a session of its own. */
export async function landThrough(session: SqlSession, ...messages: string[]): Promise<void> {
  await landStdin(
    {
      connect: () => Promise.resolve(new PostgresStaging(session)),
      makeRows: makeCopyRows,
      now: () => NOW,
      log: SILENT,
      signal: NEVER,
      retryFor: 0,
    },
    ReadableStream.from([new TextEncoder().encode(jsonl(...messages))]),
    {
      limits: {
        rows: 1000,
        bytes: 8 << 20,
        linger: 1000,
        maxMessageBytes: DEFAULT_MAX_MESSAGE_BYTES,
      },
      watermark: DEFAULT_WATERMARK,
    },
  );
}

/** A row for each source partition and day for which landed is not what was taken out and what stands. */
export const UNBALANCED = `
  WITH standing AS (
    SELECT 'currencies' AS dataset, date_update::date AS day, coalesce(source_id, 0) AS source_id,
      count(*) AS rows
    FROM stg.currencies GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'transactions', transaction_dt::date, coalesce(source_id, 0), count(*)
    FROM stg.transactions GROUP BY 1, 2, 3
  )
  SELECT dataset, day, source_id, landed.rows AS landed, pruned.rows AS pruned,
    standing.rows AS standing
  FROM finpipe.landed_days AS landed
  FULL JOIN standing USING (dataset, day, source_id)
  FULL JOIN finpipe.pruned_days AS pruned USING (dataset, day, source_id)
  WHERE coalesce(landed.rows, 0) <> coalesce(pruned.rows, 0) + coalesce(standing.rows, 0)`;
