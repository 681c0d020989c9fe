/** Rejected messages for people and programs, without their contents. */
import { countedRows } from "../events/dataset.ts";
import type { ReplayTotals } from "../rejected/replay.ts";
import { counted } from "../runtime/words.ts";
import type { RejectedRow } from "../staging/rejected.ts";
import { printable } from "../runtime/printable.ts";
import { type Column, fitted, rowLine, titleLine } from "./columns.ts";

const COLUMNS: readonly Column<RejectedRow>[] = [
  { title: "id", text: ({ id }) => String(id), width: 8, right: true },
  {
    title: "rejected at, UTC",
    text: ({ rejected_at }) => rejected_at.slice(0, 19),
    width: 19,
    spare: 1,
  },
  { title: "reason", text: reasonOf, width: 24 },
  { title: "bytes", text: ({ length }) => String(length), width: 9, right: true, spare: 2 },
  { title: "replayed", text: ({ replay_outcome }) => replay_outcome ?? "-", width: 24, spare: 3 },
  {
    title: "partition",
    text: ({ partition }) => String(partition),
    width: 9,
    right: true,
    spare: 4,
  },
  {
    title: "position",
    text: ({ position }) => String(position),
    width: 12,
    right: true,
    spare: 5,
  },
  { title: "source", text: ({ source }) => printable(source), width: 0 },
];

/** Rows by which a terminal's columns get their widths. */
const LOOKED_AT = 100;

/** A title, and a line a message. @param width of the terminal */
export async function* rejectedTable(
  rows: AsyncIterable<RejectedRow>,
  width?: number,
): AsyncGenerator<string> {
  let columns: readonly Column<RejectedRow>[] | undefined;
  const first: RejectedRow[] = [];
  const linesOf = function* (more: readonly RejectedRow[]) {
    if (columns === undefined) yield titleLine(columns = fitted(COLUMNS, first, width));
    for (const row of more) yield rowLine(columns, row);
  };
  for await (const row of rows) {
    if (columns !== undefined) yield* linesOf([row]);
    else if (first.push(row) === LOOKED_AT) yield* linesOf(first);
  }
  if (first.length === 0) yield "No rejected messages\n";
  else if (columns === undefined) yield* linesOf(first);
}

/** What happened to the messages that were replayed. */
export function replayLines(totals: ReplayTotals): string[] {
  const { refused, left_alone } = totals;
  return [
    `${counted(totals.replayed, "message")} replayed`,
    `  ${countedRows(totals.transactions, "transactions")}`,
    `  ${countedRows(totals.currencies, "currencies")}`,
    `  ${counted(totals.duplicates, "duplicate")}, already in staging`,
    `  ${totals.rejected} rejected again`,
    ...(refused === 0 ? [] : [`${refused} refused: too large`]),
    ...(left_alone === 0 ? [] : [`${left_alone} skipped: an earlier replay landed them`]),
  ];
}

function reasonOf({ reason, field }: RejectedRow): string {
  return field === null ? reason : `${reason}:${field}`;
}
