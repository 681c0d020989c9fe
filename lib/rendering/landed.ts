/** What a landing did with the messages that it read. */
import type { Totals } from "../landing/partition_lander.ts";
import { counted } from "../runtime/words.ts";

/** All of it, a line each. */
export function landedLines(totals: Totals): string[] {
  return [
    `${counted(totals.messages_read, "message")} read`,
    `  ${totals.transactions} transactions`,
    `  ${totals.currencies} currencies`,
    `  ${totals.duplicates} duplicates dropped`,
    `  ${totals.rejected} rejected`,
  ];
}
