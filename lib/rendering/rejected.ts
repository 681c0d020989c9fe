/** Rejected messages for people and programs, without their contents. */
import type { ReplayTotals } from "../rejected/replay.ts";
import { counted } from "../runtime/words.ts";
import type { RejectedRow } from "../staging/rejected.ts";
import { printable } from "../runtime/printable.ts";
import { type Column, rowLine, titleLine } from "./columns.ts";

const COLUMNS: readonly Column<RejectedRow>[] = [
  { title: "id", text: ({ id }) => String(id), width: 8, right: true },
  { title: "rejected at, UTC", text: ({ rejected_at }) => rejected_at.slice(0, 19), width: 19 },
  { title: "reason", text: reasonOf, width: 24 },
  { title: "bytes", text: ({ length }) => String(length), width: 9, right: true },
  { title: "replayed", text: ({ replay_outcome }) => replay_outcome ?? "-", width: 24 },
  { title: "partition", text: ({ partition }) => String(partition), width: 9, right: true },
  { title: "position", text: ({ position }) => String(position), width: 12, right: true },
  { title: "source", text: ({ source }) => printable(source), width: 0 },
];

/** A title, and a line a message. */
export async function* rejectedTable(rows: AsyncIterable<RejectedRow>): AsyncGenerator<string> {
  let count = 0;
  for await (const row of rows) {
    if (count++ === 0) yield titleLine(COLUMNS);
    yield rowLine(COLUMNS, row);
  }
  if (count === 0) yield "No rejected messages\n";
}

/** What happened to the messages that were replayed. */
export function replayLines(totals: ReplayTotals): string[] {
  const { refused, left_alone } = totals;
  return [
    `${counted(totals.replayed, "message")} replayed`,
    `  ${totals.transactions} transactions`,
    `  ${totals.currencies} currencies`,
    `  ${totals.duplicates} duplicates, already in staging`,
    `  ${totals.rejected} rejected again`,
    ...(refused === 0 ? [] : [`${refused} refused: too large`]),
    ...(left_alone === 0 ? [] : [`${left_alone} skipped: an earlier replay landed them`]),
  ];
}

function reasonOf({ reason, field }: RejectedRow): string {
  return field === null ? reason : `${reason}:${field}`;
}
