/** The sources of landed data, for people and programs. */
import type { SourceStatus } from "../staging/sources.ts";
import { printable } from "../runtime/printable.ts";
import { type Column, fitted, rowLine, titleLine } from "./columns.ts";
import { jsonArray } from "./json_array.ts";

const COLUMNS: readonly Column<SourceStatus>[] = [
  { title: "kind", text: ({ kind }) => kind, width: 5 },
  { title: "partition", text: ({ partition }) => String(partition), width: 9, right: true },
  { title: "position", text: (row) => String(row.next_position), width: 12, right: true },
  { title: "messages", text: (row) => String(row.messages_read), width: 12, right: true },
  { title: "rejected", text: ({ rejected }) => String(rejected), width: 8, right: true },
  { title: "watermark, UTC", text: ({ watermark }) => secondsOf(watermark), width: 19, spare: 1 },
  { title: "read to its end at", text: (row) => secondsOf(row.end_seen_at), width: 19, spare: 3 },
  { title: "retired", text: ({ retired }) => retired ? "retired" : "-", width: 7, spare: 2 },
  { title: "source", text: ({ source }) => printable(source), width: 0 },
];

/** A title, and a line a source partition. @param width of the terminal */
export function sourceTable(rows: readonly SourceStatus[], width?: number): string {
  if (rows.length === 0) return "Nothing has landed yet\n";
  const columns = fitted(COLUMNS, rows, width);
  return [titleLine(columns), ...rows.map((row) => rowLine(columns, row))].join("");
}

/** One JSON array, a source partition a line. */
export async function sourceJson(rows: readonly SourceStatus[]): Promise<string> {
  return (await Array.fromAsync(jsonArray(rows))).join("");
}

function secondsOf(time: string | null): string {
  return time === null ? "-" : time.slice(0, 19);
}
