/** {@link PruneRepository} of PostgreSQL. */
import pruneDay from "../../../sql/staging/prune_day.sql" with { type: "text" };
import pruneDays from "../../../sql/staging/prune_days.sql" with { type: "text" };
import pruneLedger from "../../../sql/staging/prune_ledger.sql" with { type: "text" };
import pruneLedgerMeasure from "../../../sql/staging/prune_ledger_measure.sql" with {
  type: "text",
};
import pruneMeasure from "../../../sql/staging/prune_measure.sql" with { type: "text" };
import pruneRecord from "../../../sql/staging/prune_record.sql" with { type: "text" };
import { DATASET_NAMES, type DatasetName, DATASETS } from "../../events/dataset.ts";
import { run, select, selectOne } from "../../postgres/run.ts";
import type { SqlSession } from "../../postgres/session.ts";
import { codeOf, FinpipeError } from "../../runtime/errors.ts";
import { VERSION } from "../../runtime/version.ts";
import { integer, nullable, text } from "../../sql/columns.ts";
import { type Query, query } from "../../sql/query.ts";
import { Identifier, SqlTemplate } from "../../sql/template.ts";
import type {
  LedgerRows,
  MeasuredDay,
  MeasuredRows,
  PrunableDay,
  PruneOutcome,
  PruneRepository,
} from "../prune.ts";
import { PRUNED_DAY } from "./pruned_days.ts";
import { serialize } from "./rejected_statements.ts";
import { readStagedDays } from "./staged_days.ts";

const MEASURED = {
  sourceId: integer,
  source: nullable(text),
  partition: nullable(integer),
  rows: integer,
  landed: integer,
  needed: integer,
};
const MEASURE = query("staging/prune_measure", pruneMeasure, MEASURED);
const PRUNE = query("staging/prune_day", pruneDay, MEASURED);
const LEDGER_ROWS = { attempts: integer, backfills: integer };
const PRUNE_LEDGER = query("staging/prune_ledger", pruneLedger, LEDGER_ROWS);
const MEASURE_LEDGER = query("staging/prune_ledger_measure", pruneLedgerMeasure, LEDGER_ROWS);
const PRUNED_DAYS = query("staging/prune_days", pruneDays, PRUNED_DAY);
const RECORD = new SqlTemplate(pruneRecord);

/** The day is kept: what was deleted comes back. */
class Kept extends Error {}

export class PostgresPrune implements PruneRepository {
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  measured(day: Temporal.PlainDate): Promise<PrunableDay> {
    return this.#session.transaction(async () => ({
      measured: await this.#each(MEASURE, day),
      staged: await readStagedDays(this.#session, { from: day, to: day }),
    }), "snapshot");
  }

  async prune(
    day: Temporal.PlainDate,
    at: Temporal.PlainDateTime,
    judge: (day: PrunableDay) => Promise<string | undefined>,
  ): Promise<PruneOutcome> {
    try {
      return await this.#session.transaction(() => this.#prune(day, at, judge));
    } catch (error) {
      if (error instanceof Kept) return { kept: error.message };
      throw mayNotDelete(error);
    }
  }

  async #prune(
    day: Temporal.PlainDate,
    at: Temporal.PlainDateTime,
    judge: (day: PrunableDay) => Promise<string | undefined>,
  ): Promise<PruneOutcome> {
    // One at a time, and no replay meanwhile: it looks for what stands in the day already.
    await run(this.#session, serialize);
    const range = { from: day, to: day };
    const before = await readStagedDays(this.#session, range);
    const known = before.filter(({ pruned }) => pruned !== undefined);
    // Another try of ours, whose commit arrived, or another process.
    if (known.length > 0) {
      const rowsOf = (name: DatasetName) =>
        known.find(({ dataset }) => dataset === name)?.pruned?.rows ?? 0;
      return { rows: { transactions: rowsOf("transactions"), currencies: rowsOf("currencies") } };
    }
    const measured = await this.#each(PRUNE, day);
    const kept = await judge({ measured, staged: await readStagedDays(this.#session, range) });
    if (kept !== undefined) throw new Kept(kept);
    await run(this.#session, RECORD, {
      day: day.toString(),
      pruned_at: at.toString(),
      finpipe_version: VERSION,
      ...listsOf(measured),
    });
    const rowsOf = (name: DatasetName) => measured[name].reduce((sum, { rows }) => sum + rows, 0);
    return { rows: { transactions: rowsOf("transactions"), currencies: rowsOf("currencies") } };
  }

  async prunedDays(): Promise<(readonly [string, Temporal.PlainDateTime])[]> {
    const days = await select(this.#session, PRUNED_DAYS);
    return days.map(({ day, prunedAt }) => [day, prunedAt] as const);
  }

  async pruneLedger(before: Temporal.PlainDate, dryRun: boolean): Promise<LedgerRows> {
    try {
      return await selectOne(this.#session, dryRun ? MEASURE_LEDGER : PRUNE_LEDGER, {
        day: before.toString(),
      });
    } catch (error) {
      throw mayNotDelete(error);
    }
  }

  /** In this order, as a landing counts its rows. */
  async #each(query: Query<MeasuredRows>, day: Temporal.PlainDate): Promise<MeasuredDay> {
    const of = (dataset: DatasetName) =>
      select(this.#session, query, {
        dataset,
        dataset_table: new Identifier(dataset),
        event_time: new Identifier(DATASETS[dataset].eventTime),
        day: day.toString(),
      });
    const currencies = await of("currencies");
    return { currencies, transactions: await of("transactions") };
  }
}

/** Each source partition; the replayed rows also where there are none, as they say that it was pruned. */
function listsOf(measured: MeasuredDay) {
  const all = DATASET_NAMES.flatMap((dataset) => {
    const taken = measured[dataset].map(({ sourceId, rows }) => ({ dataset, sourceId, rows }));
    const hasReplayed = taken.some(({ sourceId }) => sourceId === 0);
    return hasReplayed ? taken : [...taken, { dataset, sourceId: 0, rows: 0 }];
  });
  return {
    pruned_sources: `{${all.map(({ sourceId }) => sourceId).join()}}`,
    pruned_datasets: `{${all.map(({ dataset }) => dataset).join()}}`,
    pruned_rows: `{${all.map(({ rows }) => rows).join()}}`,
  };
}

/** No other command deletes rows, so a role may lack the right. */
function mayNotDelete(error: unknown): unknown {
  if (codeOf((error as Error).cause) !== "42501") return error;
  return new FinpipeError("configuration", "Cannot prune: finpipe's role may not delete rows", {
    hint: "Grant it DELETE on stg.transactions, stg.currencies, finpipe.backfills and " +
      "finpipe.attempts, and INSERT on finpipe.pruned_days; or use the role that owns them",
    cause: error,
  });
}
