/** The mart as CSV, for programs (contract, section 6): a header always, LF. */
import { stringify } from "csv-stringify/sync";
import type { MartRow } from "../../warehouse/repository.ts";

const COLUMNS: readonly (keyof MartRow)[] = [
  "date_update",
  "currency_from",
  "amount_total",
  "cnt_transactions",
  "avg_transactions_per_account",
  "cnt_accounts_make_transactions",
];

/** A header, then a line a row. */
export async function* csvReport(rows: AsyncIterable<MartRow>): AsyncGenerator<string> {
  yield line(COLUMNS);
  for await (const row of rows) yield line(COLUMNS.map((column) => row[column]));
}

function line(values: readonly string[]): string {
  return stringify([[...values]], { record_delimiter: "\n" });
}
