/** Rows on their way to the client. */
import type { Column, Row } from "../engine.ts";
import { dataRow } from "./backend.ts";
import type { Outbox } from "./outbox.ts";

/**
 * Sends rows as fast as the client takes them; no more than some are held.
 *
 * @param binary their columns, where the client wants values in binary form
 */
export async function sendRows(
  outbox: Outbox,
  rows: AsyncIterable<Row>,
  binary?: readonly Column[],
): Promise<void> {
  for await (const row of rows) {
    dataRow(outbox.writer, row, binary);
    await outbox.relieve();
  }
}
