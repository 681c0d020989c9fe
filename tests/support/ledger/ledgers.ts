/** Ledgers of backfills for tests. */
import { type Ledger, type LedgerContext, openLedger } from "../../../lib/backfill/ledger.ts";
import { parseRange } from "../../../lib/partitions/run_date.ts";
import type { LastAttempt, NewAttempt } from "../../../lib/staging/ledger.ts";
import { PostgresStaging } from "../../../lib/staging/postgres/staging.ts";
import type { StagingRepository } from "../../../lib/staging/repository.ts";
import { NOW, openSession, type TestEngine } from "../engine/engines.ts";
import { SILENT } from "../logs.ts";

/** Opens sessions with the staging of an engine, as the program does. */
export function connectTo(engine: TestEngine): () => Promise<StagingRepository> {
  if (engine.name === "embedded") return () => Promise.resolve(engine.staging);
  return () => connectUrl(engine.url);
}

/** Opens a session of its own. */
export async function connectUrl(url: string): Promise<StagingRepository> {
  return new PostgresStaging(await openSession(url), { owned: true });
}

/** A ledger of `finpipe backfill 2022-10-02..2022-10-31` by process 4711 on batch-1. */
export function ledgerOn(
  connect: () => Promise<StagingRepository>,
  { host = "batch-1", pid = 4711, ...context }: Partial<LedgerContext> & {
    host?: string;
    pid?: number;
  } = {},
): Promise<Ledger> {
  return openLedger({
    connect,
    log: SILENT,
    now: () => NOW,
    signal: new AbortController().signal,
    ...context,
  }, {
    command: "finpipe backfill 2022-10-02..2022-10-31",
    range: parseRange("2022-10-02..2022-10-31", "range"),
    host,
    pid,
    version: "0.1.0",
  });
}

/** The first attempt at the dump of 2022-10-01. */
export function attemptAt(fields: Partial<NewAttempt> & { day?: string } = {}): NewAttempt {
  const { day = "2022-10-01", ...rest } = fields;
  const partition = Temporal.PlainDate.from(day);
  return {
    runDate: partition.add({ days: 1 }),
    partition,
    step: "dump",
    number: 1,
    stood: null,
    ...rest,
  };
}

/** The last attempts of October 2022. */
export function lastAttempts({ ledger }: StagingRepository): Promise<LastAttempt[]> {
  return ledger.attempts(parseRange("2022-10-01..2022-10-31", "range"));
}
