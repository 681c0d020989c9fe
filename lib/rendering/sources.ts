/** What is landed from, for people and programs. */
import type { SourceStatus } from "../staging/sources.ts";
import { printable } from "../rejected/listing.ts";

interface Column {
  title: string;
  text(row: SourceStatus): string;
  /** Characters; a longer value moves its line only. The last column has none. */
  width: number;
  /** Numbers stand at the right. */
  right?: boolean;
}

const COLUMNS: readonly Column[] = [
  { title: "kind", text: ({ kind }) => kind, width: 5 },
  { title: "partition", text: ({ partition }) => String(partition), width: 9, right: true },
  { title: "position", text: (row) => String(row.next_position), width: 12, right: true },
  { title: "messages", text: (row) => String(row.messages_read), width: 12, right: true },
  { title: "rejected", text: ({ rejected }) => String(rejected), width: 8, right: true },
  { title: "watermark, UTC", text: ({ watermark }) => secondsOf(watermark), width: 19 },
  { title: "read to its end at", text: (row) => secondsOf(row.end_seen_at), width: 19 },
  { title: "retired", text: ({ retired }) => retired ? "retired" : "-", width: 7 },
  { title: "source", text: ({ source }) => printable(source), width: 0 },
];

/** A title, and a line a source partition. */
export function sourceTable(rows: readonly SourceStatus[]): string {
  if (rows.length === 0) return "Nothing was landed yet\n";
  const lines = rows.map((row) => line(({ text }) => text(row)));
  return [line(({ title }) => title), ...lines].join("");
}

/** One JSON array, a source partition a line. */
export function sourceJson(rows: readonly SourceStatus[]): string {
  if (rows.length === 0) return "[]\n";
  return `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`;
}

function secondsOf(time: string | null): string {
  return time === null ? "-" : time.slice(0, 19);
}

function line(text: (column: Column) => string): string {
  const cells = COLUMNS.map((column) =>
    column.right ? text(column).padStart(column.width) : text(column).padEnd(column.width)
  );
  return cells.join("  ") + "\n";
}
