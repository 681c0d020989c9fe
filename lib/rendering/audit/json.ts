/** The audit for programs: one JSON value (cli.md). */
import type { Audit } from "../../audit/audit.ts";
import type { Difference } from "../../audit/difference.ts";
import type { DayBook, NotCounted, SourceBook } from "../../audit/facts.ts";
import { factsOf } from "../../audit/links/core.ts";
import { DATASET_NAMES, type DatasetName } from "../../events/dataset.ts";

export function auditJson({ days, moving, sources, differences, conflicts }: Audit) {
  return {
    balanced: differences.length === 0 && moving.length === 0,
    days: days.map(dayJson),
    sources: sources.map(sourceJson),
    differences: differences.map(differenceJson),
    conflicts: conflicts.map(({ day, objectId, versions }) => ({
      date: day.toString(),
      object_id: objectId,
      versions,
    })),
  };
}

function dayJson(book: DayBook) {
  return {
    date: book.facts.day.toString(),
    datasets: Object.fromEntries(DATASET_NAMES.map((name) => [name, datasetFigures(book, name)])),
    core: coreFigures(book),
    mart: martFigures(book),
  };
}

/** The figures of a day of a dataset; null where nothing stands. */
export function datasetFigures({ staged, warehouse }: DayBook, dataset: DatasetName) {
  const { landed, objects, controlTotal, dump } = staged[dataset];
  const load = warehouse.loads[dataset];
  return {
    landed,
    objects,
    dumped: dump?.rows ?? load?.manifestRows ?? null,
    loaded: load?.rows ?? null,
    refused: load?.refused ?? null,
    control_total: load === undefined ? controlTotal : warehouse.staged[dataset].controlTotal,
  };
}

/** What the core has of a day; null where none stands. */
export function coreFigures({ facts, warehouse: { core } }: DayBook) {
  return facts.core?.record === undefined ? null : { facts: factsOf(core) };
}

/** What the mart makes of the transactions of a day; null where it was never built. */
export function martFigures({ warehouse: { notCounted, mart, leftOut } }: DayBook) {
  if (notCounted === undefined) return null;
  const total = (rows: readonly { transactions: number }[]) =>
    rows.reduce((sum, { transactions }) => sum + transactions, 0);
  return {
    counted: total(mart),
    left_out: total(leftOut),
    by_status: sorted(notCounted.byStatus),
    by_type: sorted(notCounted.byType),
    test_accounts: notCounted.testAccounts,
  };
}

function sorted(rows: NotCounted["byStatus"]): Record<string, number> {
  return Object.fromEntries([...rows].sort(([one], [other]) => one < other ? -1 : 1));
}

function sourceJson({ source, partition, counters }: SourceBook) {
  return {
    source,
    partition,
    messages_read: counters?.messagesRead ?? null,
    transactions: counters?.transactions ?? null,
    currencies: counters?.currencies ?? null,
    rejected: counters?.rejected ?? null,
    duplicates: counters?.duplicates ?? null,
  };
}

function differenceJson(difference: Difference) {
  const { day, dataset, link, left, right, cause, currency, source, dimension } = difference;
  return {
    date: day?.toString() ?? null,
    dataset: dataset ?? null,
    link,
    left,
    right,
    cause,
    ...(currency === undefined ? {} : { currency }),
    ...(dimension === undefined ? {} : { dimension }),
    ...source,
  };
}
