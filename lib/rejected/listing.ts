/** Rejected messages as a list, which is never held as a whole. */
import type { RejectedFilter, RejectedRepository, RejectedRow } from "../staging/rejected.ts";

/** The rejected messages that a filter lets pass, newest first. */
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
