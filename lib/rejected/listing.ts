/** Rejected messages for people and programs; what they hold is in none of these. */
import type { RejectedFilter, RejectedRepository, RejectedRow } from "../staging/rejected.ts";

/** Runs work on staging that may be run again after a lost connection. */
export type WithRejected = <T>(work: (rejected: RejectedRepository) => Promise<T>) => Promise<T>;

/** The rejected messages that a filter lets pass, newest first. */
export async function* rejectedRows(
  withRejected: WithRejected,
  filter: RejectedFilter,
): AsyncGenerator<RejectedRow, void, void> {
  let below: number | undefined = undefined;
  for (;;) {
    const from: number | undefined = below;
    const rows: RejectedRow[] = await withRejected((rejected) => rejected.list(filter, from));
    if (rows.length === 0) return;
    yield* rows;
    below = rows.at(-1)!.id;
  }
}

/** What was kept of a message, piece by piece. */
export async function* rejectedBytes(
  withRejected: WithRejected,
  id: number,
): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0;;) {
    const from = at;
    const piece = await withRejected((rejected) => rejected.bytesOf(id, from));
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

interface Column {
  title: string;
  text(row: RejectedRow): string;
  /** Characters; a longer value moves its line only. The last column has none. */
  width: number;
  /** Numbers stand at the right. */
  right?: boolean;
}

const COLUMNS: readonly Column[] = [
  { title: "id", text: ({ id }) => String(id), width: 8, right: true },
  { title: "rejected at, UTC", text: ({ rejected_at }) => rejected_at.slice(0, 19), width: 19 },
  { title: "reason", text: reasonOf, width: 24 },
  { title: "bytes", text: ({ length }) => String(length), width: 9, right: true },
  { title: "replayed", text: ({ replay_outcome }) => replay_outcome ?? "-", width: 24 },
  { title: "partition", text: ({ partition }) => String(partition), width: 9, right: true },
  { title: "position", text: ({ position }) => String(position), width: 12, right: true },
  { title: "source", text: ({ source }) => printable(source), width: 0 },
];

/** A table; its widths are fixed, so that the first line does not wait for the last. */
export async function* rejectedTable(rows: AsyncIterable<RejectedRow>): AsyncGenerator<string> {
  let count = 0;
  for await (const row of rows) {
    if (count++ === 0) yield line(({ title }) => title);
    yield line(({ text }) => text(row));
  }
  if (count === 0) yield "No rejected messages\n";
}

/** One JSON array, a message a line. */
export async function* rejectedJson(rows: AsyncIterable<RejectedRow>): AsyncGenerator<string> {
  let before = "[";
  for await (const row of rows) {
    yield `${before}\n${JSON.stringify(row)}`;
    before = ",";
  }
  yield before === "[" ? "[]\n" : "\n]\n";
}

function reasonOf({ reason, field }: RejectedRow): string {
  return field === null ? reason : `${reason}:${field}`;
}

/** A path may hold anything: what would move the cursor is shown as an escape. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (char) => JSON.stringify(char).slice(1, -1));
}

function line(text: (column: Column) => string): string {
  const cells = COLUMNS.map((column) =>
    column.right ? text(column).padStart(column.width) : text(column).padEnd(column.width)
  );
  return cells.join("  ") + "\n";
}
