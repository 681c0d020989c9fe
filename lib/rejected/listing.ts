/** Rejected messages, read piece by piece. */
import type { RejectedFilter, RejectedRepository, RejectedRow } from "../staging/rejected.ts";

/** The rejected messages that match a filter, newest first. */
export async function* rejectedRows(
  rejected: RejectedRepository,
  filter: RejectedFilter,
): AsyncGenerator<RejectedRow, void, void> {
  let below: number | undefined = undefined;
  for (;;) {
    const from: number | undefined = below;
    const rows: RejectedRow[] = await rejected.list(filter, from);
    if (rows.length === 0) return;
    yield* rows;
    below = rows.at(-1)!.id;
  }
}

/** What was kept of a message, piece by piece. */
export async function* rejectedBytes(
  rejected: RejectedRepository,
  id: number,
): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0;;) {
    const from = at;
    const piece = await rejected.bytesOf(id, from);
    if (piece.length === 0) return;
    yield piece;
    at += piece.length;
  }
}

/**
 * The first rows.
 *
 * @param onMore called where there are others after them
 */
export async function* firstOf<T>(
  rows: AsyncIterable<T>,
  limit: number,
  onMore: () => void,
): AsyncGenerator<T, void, void> {
  let count = 0;
  for await (const row of rows) {
    if (count++ === limit) return onMore();
    yield row;
  }
}
