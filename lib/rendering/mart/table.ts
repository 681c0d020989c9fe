/** The mart as a table for a person, a line between days. */
import type { MartRow } from "../../warehouse/repository.ts";
import { rowLine, ruleLine, titleLine } from "../columns.ts";
import { barText, layoutOf, type TableLayout, type TableTerminal } from "./table_layout.ts";

/**
 * A title, a line for each row, and the number of rows.
 *
 * @param noRows is shown where there is none: how to have some
 * @param terminal what the table is to fit, with a bar at each row: its transactions, against the most
 * that any currency has on the day. @default none: no bars
 */
export async function* tableReport(
  rows: AsyncIterable<MartRow>,
  noRows = "The mart has no rows for these dates",
  terminal?: TableTerminal,
): AsyncGenerator<string> {
  const layout = layoutOf(terminal);
  let count = 0;
  for await (const day of byDay(rows, layout.bar > 0)) {
    if (count === 0) yield titles(layout);
    if (day.isFirst) yield ruleLine(layout.columns);
    yield* dayLines(layout, day.rows);
    count += day.rows.length;
  }
  yield count === 0 ? `${noRows}\n` : `\n${count} ${count === 1 ? "row" : "rows"}\n`;
}

/** Bars have a title where there is room. */
function titles({ columns, bar }: TableLayout): string {
  const line = titleLine(columns);
  return bar < BAR_TITLE.length ? line : `${line.slice(0, -1)}  ${BAR_TITLE}\n`;
}

const BAR_TITLE = "transactions";

function* dayLines({ columns, bar }: TableLayout, rows: readonly MartRow[]): Generator<string> {
  const most = Math.max(1, ...rows.map((row) => Number(row.cnt_transactions)));
  for (const row of rows) {
    const line = rowLine(columns, row);
    if (bar === 0) yield line;
    else {
      const text = barText(Number(row.cnt_transactions) / most, bar);
      yield `${line.slice(0, -1)}  ${text}`.trimEnd() + "\n";
    }
  }
}

/** Rows that are shown together. */
interface Rows {
  rows: MartRow[];
  /** They are the first of their day. */
  isFirst: boolean;
}

/** A day's rows at once, where its bars need them, else a row as it comes. */
async function* byDay(rows: AsyncIterable<MartRow>, wholeDays: boolean): AsyncGenerator<Rows> {
  let day: MartRow[] = [];
  let last: string | undefined;
  for await (const row of rows) {
    const isFirst = row.date_update !== last;
    last = row.date_update;
    if (!wholeDays) {
      yield { rows: [row], isFirst };
      continue;
    }
    if (isFirst && day.length > 0) {
      yield { rows: day, isFirst: true };
      day = [];
    }
    day.push(row);
  }
  if (day.length > 0) yield { rows: day, isFirst: true };
}
