/** What a landing did with the messages that it read. */
import { countedRows } from "../events/dataset.ts";
import type { Totals } from "../landing/partition_lander.ts";
import { counted } from "../runtime/words.ts";

/** All of it, a line each. */
export function landedLines(totals: Totals): string[] {
  return [
    `${counted(totals.messages_read, "message")} read`,
    `  ${countedRows(totals.transactions, "transactions")}`,
    `  ${countedRows(totals.currencies, "currencies")}`,
    `  ${counted(totals.duplicates, "duplicate")} dropped`,
    `  ${totals.rejected} rejected`,
  ];
}
