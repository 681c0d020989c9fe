/**
 * The mart as a table for a person, a line between days. Column widths are fixed, so that the first
 * line does not wait for the last; a longer value moves its line only.
 */
import type { MartRow } from "../warehouse/repository.ts";

interface Column {
  title: string;
  field: keyof MartRow;
  /** Characters; the values stand at the right, as their points and units must. */
  width: number;
}

const COLUMNS: readonly Column[] = [
  { title: "date", field: "date_update", width: 10 },
  { title: "currency", field: "currency_from", width: 8 },
  { title: "amount, USD", field: "amount_total", width: 18 },
  { title: "transactions", field: "cnt_transactions", width: 12 },
  { title: "per account", field: "avg_transactions_per_account", width: 11 },
  { title: "accounts", field: "cnt_accounts_make_transactions", width: 10 },
];

/**
 * A title, a line a row, and how many there are.
 *
 * @param noRows is shown where there is none: how to have some
 */
export async function* tableReport(
  rows: AsyncIterable<MartRow>,
  noRows = "The mart has no row of these dates",
): AsyncGenerator<string> {
  let day: string | undefined;
  let count = 0;
  for await (const row of rows) {
    if (day === undefined) yield line(({ title }) => title);
    if (row.date_update !== day) yield line(({ width }) => "-".repeat(width));
    yield line(({ field }) => row[field]);
    day = row.date_update;
    count++;
  }
  yield count === 0 ? `${noRows}\n` : `\n${count} ${count === 1 ? "row" : "rows"}\n`;
}

function line(text: (column: Column) => string): string {
  return COLUMNS.map((column) => text(column).padStart(column.width)).join("  ") + "\n";
}
