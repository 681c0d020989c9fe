/** Takes old days out of staging, each in a transaction of its own (contract, section 9). */
import { dayDifferences } from "../audit/audit.ts";
import { readBooks } from "../audit/read_books.ts";
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import type { DateRange } from "../partitions/run_date.ts";
import { readDayFacts } from "../standing/day_facts.ts";
import type { DayFacts } from "../standing/facts.ts";
import type { PrunableDay } from "../staging/prune.ts";
import type { RetriedStaging } from "../staging/retried.ts";
import type { WarehouseRepository } from "../warehouse/repository.ts";
import { whyNeeded, whyNotLoaded, whyUnbalanced } from "./judge.ts";

export interface PruneDaysContext {
  staging: Pick<RetriedStaging, "days" | "prune" | "books">;
  warehouse: Pick<WarehouseRepository, "dayFacts" | "loadRecord" | "measureDay" | "books">;
  now(): Temporal.Instant;
  signal: AbortSignal;
  /** Says what would be done, and does nothing. */
  dryRun: boolean;
}

/** A day that was taken out of staging: rows of it, or why it was kept. */
export type PrunedDay =
  & { day: Temporal.PlainDate }
  & (
    | { rows: Readonly<Record<DatasetName, number>> }
    | { kept: string }
  );

/** The days of a range that have rows in staging, in order. */
export async function* pruneDays(
  context: PruneDaysContext,
  range: DateRange,
): AsyncGenerator<PrunedDay> {
  const { signal } = context;
  for (const facts of await readDayFacts(context, range)) {
    signal.throwIfAborted();
    if (DATASET_NAMES.every((dataset) => stagedRows(facts, dataset) === 0)) continue;
    yield { day: facts.day, ...await pruneDay(context, facts) };
  }
}

async function pruneDay(context: PruneDaysContext, facts: DayFacts) {
  const { staging: { prune }, now, dryRun } = context;
  const { day } = facts;
  // The cheapest question first. All is asked again once the rows are counted.
  const kept = whyUnbalanced(facts) ?? await whyNotInWarehouse(context, facts);
  if (kept !== undefined) return { kept };
  const before = await prune.measured(day);
  const needed = whyNeeded(before.measured);
  const different = needed ?? await whyBooksDiffer(context, facts);
  if (different !== undefined) return { kept: different };
  if (dryRun) return { rows: rowsOf(before) };
  return await prune.prune(day, utc(now()), async (found) => {
    return whyNeeded(found.measured) ?? whyUnbalanced(withStaged(facts, found)) ??
      await whyReplaced(context, facts);
  });
}

/**
 * Undefined where an audit of the day finds nothing: what it would tell could not be told of a day that is
 * gone. A mart that counts other statuses or types than the default is no obstacle.
 */
async function whyBooksDiffer(
  context: PruneDaysContext,
  { day, mart }: DayFacts,
): Promise<string | undefined> {
  const { days: [book], moving } = await readBooks(context, { from: day, to: day });
  if (moving.length > 0) return "it changed while it was counted";
  if (book === undefined) return undefined;
  const { statuses = [], types = undefined } = mart?.record ?? {};
  const [first] = dayDifferences(book, { statuses, types });
  if (first === undefined) return undefined;
  return `its books do not balance: ${first.dataset}, ${first.link}: ${first.cause}`;
}

/** Rows that stand, as the records say. */
function stagedRows({ staged }: DayFacts, dataset: DatasetName): number {
  const { landed, pruned } = staged[dataset];
  return landed - (pruned?.rows ?? 0);
}

/** The records of staging anew. */
function withStaged(facts: DayFacts, { staged }: PrunableDay): DayFacts {
  const found = staged.map(({ dataset, ...rest }) => [dataset, rest] as const);
  return { ...facts, staged: { ...facts.staged, ...Object.fromEntries(found) } };
}

async function whyNotInWarehouse(
  { warehouse }: PruneDaysContext,
  { day, staged }: DayFacts,
): Promise<string | undefined> {
  for (const dataset of DATASET_NAMES) {
    const why = whyNotLoaded(dataset, staged[dataset].dump?.sha256, {
      record: await warehouse.loadRecord(dataset, day),
      measure: await warehouse.measureDay(dataset, day),
    });
    if (why !== undefined) return why;
  }
  return undefined;
}

/** The last question before the commit: a load may have been undone meanwhile. */
async function whyReplaced(
  { warehouse }: PruneDaysContext,
  { day, staged }: DayFacts,
): Promise<string | undefined> {
  for (const dataset of DATASET_NAMES) {
    const record = await warehouse.loadRecord(dataset, day);
    if (record?.sha256 !== staged[dataset].dump?.sha256) {
      return `another file of ${dataset} is loaded by now, or none`;
    }
  }
  return undefined;
}

function rowsOf({ measured }: PrunableDay): Record<DatasetName, number> {
  const sum = (dataset: DatasetName) => measured[dataset].reduce((all, { rows }) => all + rows, 0);
  return { transactions: sum("transactions"), currencies: sum("currencies") };
}

function utc(now: Temporal.Instant): Temporal.PlainDateTime {
  return now.toZonedDateTimeISO("UTC").toPlainDateTime().round({ smallestUnit: "microsecond" });
}
