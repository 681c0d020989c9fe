/** Transactions by their operations, as a test sent them and as they were landed. */
import { transactionMessage } from "../events/messages.ts";
import type { LandingPlace } from "./landing.ts";

/** So many transactions, each of an operation of its own. */
export function transactions(count: number): string[] {
  return Array.from({ length: count }, () => transactionMessage());
}

/** The operations of messages, sorted. */
export function operationsOf(messages: readonly string[]): string[] {
  return messages.map((text) => JSON.parse(text).payload.operation_id).sort();
}

/** The operations that were landed, sorted. */
export async function landedOperations(place: LandingPlace): Promise<string[]> {
  const rows = await place.query(
    "SELECT operation_id::text AS id FROM stg.transactions ORDER BY 1",
  );
  return rows.map(({ id }) => id!);
}
