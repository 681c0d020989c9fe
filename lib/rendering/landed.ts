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

/** How far it is, while it runs. @param seconds for which it has run */
export function landingText({ messages_read }: Totals, seconds: number): string {
  return `${messages_read} messages, ${Math.round(messages_read / seconds)}/s`;
}
