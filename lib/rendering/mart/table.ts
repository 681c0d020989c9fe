/** The mart as a table for a person, a line between days. */
import type { MartRow } from "../../warehouse/repository.ts";
import { type Column, rowLine, ruleLine, titleLine } from "../columns.ts";

/** All values stand at the right, as their points and units must. */
const COLUMNS: readonly Column<MartRow>[] = [
  { title: "date", text: ({ date_update }) => date_update, width: 10, right: true },
  { title: "currency", text: ({ currency_from }) => currency_from, width: 8, right: true },
  { title: "amount, USD", text: ({ amount_total }) => amount_total, width: 18, right: true },
  { title: "transactions", text: (row) => row.cnt_transactions, width: 12, right: true },
  {
    title: "per account",
    text: (row) => row.avg_transactions_per_account,
    width: 11,
    right: true,
  },
  { title: "accounts", text: (row) => row.cnt_accounts_make_transactions, width: 10, right: true },
];

/**
 * A title, a line for each row, and the number of rows.
 *
 * @param noRows is shown where there is none: how to have some
 */
export async function* tableReport(
  rows: AsyncIterable<MartRow>,
  noRows = "The mart has no rows for these dates",
): AsyncGenerator<string> {
  let day: string | undefined;
  let count = 0;
  for await (const row of rows) {
    if (day === undefined) yield titleLine(COLUMNS);
    if (row.date_update !== day) yield ruleLine(COLUMNS);
    yield rowLine(COLUMNS, row);
    day = row.date_update;
    count++;
  }
  yield count === 0 ? `${noRows}\n` : `\n${count} ${count === 1 ? "row" : "rows"}\n`;
}
