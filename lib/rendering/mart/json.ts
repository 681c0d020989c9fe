/** The mart as one JSON array, a row a line: all columns, decimals as strings since they are exact. */
import type { MartRow } from "../../warehouse/repository.ts";
import { jsonArray } from "../json_array.ts";

/** The whole array; `[]` where there is no row. */
export function jsonReport(rows: AsyncIterable<MartRow>): AsyncGenerator<string> {
  return jsonArray(rows, jsonRow);
}

/** A row as JSON has it. Keys and counts are far below 2^53, so they may be numbers. */
export function jsonRow(row: MartRow) {
  return {
    hk_global_metrics: Number(row.hk_global_metrics),
    date_update: row.date_update,
    currency_from: Number(row.currency_from),
    amount_total: row.amount_total,
    cnt_transactions: Number(row.cnt_transactions),
    avg_transactions_per_account: row.avg_transactions_per_account,
    cnt_accounts_make_transactions: Number(row.cnt_accounts_make_transactions),
    load_dt: row.load_dt,
    load_src: row.load_src,
  };
}
