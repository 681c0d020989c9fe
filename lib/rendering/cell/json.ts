/** A cell of the mart that is explained, and its history, for programs: decimals as strings. */
import type { Figures } from "../../explain/cell.ts";
import { byDataset, type Explained } from "../../explain/explain.ts";
import type { Restated } from "../../explain/history.ts";

/** Nulls stand for what there is not, or what nobody recorded. */
export function explainedJson(explained: Explained) {
  const { day, currency, figures, rate, counted, notCounted, loads, dumps, stale } = explained;
  return {
    date: day.toString(),
    currency,
    ...(figures === undefined ? NO_FIGURES : figuresJson(figures)),
    rate: rate === undefined
      ? null
      : { value: rate.value, date_update: rate.dateUpdate, object_id: rate.objectId },
    counted: counted === undefined
      ? null
      : { rows: counted.rows, amount_sum: counted.amountSum, accounts: counted.accounts },
    not_counted: notCounted === undefined ? null : {
      by_status: Object.fromEntries(notCounted.byStatus),
      by_type: Object.fromEntries(notCounted.byType),
      test_accounts: notCounted.testAccounts,
    },
    loads: byDataset((dataset) => {
      const load = loads[dataset];
      if (load === undefined) return null;
      const { sha256, rows, refused, loadedAt, version } = load;
      return { sha256, rows, refused, loaded_at: loadedAt, version };
    }),
    dumps: byDataset((dataset) => {
      const dump = dumps[dataset];
      if (dump === undefined) return null;
      const sources = dump.sources.map(({ source, partition, nextPosition }) => ({
        source,
        partition,
        next_position: Number(nextPosition),
      }));
      return { created_at: dump.createdAt, sources };
    }),
    stale,
  };
}

/** A build that changed the cell: the loads by their ids, the rate's value. */
export function restatedJson({ builtAt, version, loads, rate, before, after }: Restated) {
  return {
    built_at: builtAt,
    version,
    loads: byDataset((dataset) => loads[dataset] ?? null),
    rate: rate?.value ?? null,
    before: before === undefined ? null : figuresJson(before),
    after: after === undefined ? null : figuresJson(after),
  };
}

/** Counts are far below 2^53, so they may be numbers. */
function figuresJson({ amountTotal, transactions, perAccount, accounts }: Figures) {
  return {
    amount_total: amountTotal,
    cnt_transactions: Number(transactions),
    avg_transactions_per_account: perAccount,
    cnt_accounts_make_transactions: Number(accounts),
  };
}

const NO_FIGURES: Record<keyof ReturnType<typeof figuresJson>, null> = {
  amount_total: null,
  cnt_transactions: null,
  avg_transactions_per_account: null,
  cnt_accounts_make_transactions: null,
};
