/** How the table of a report fits the terminal: its columns, and room for bars. Pure. */
import type { MartRow } from "../../warehouse/repository.ts";
import type { Column } from "../columns.ts";
import { currencyName } from "../currency_name.ts";

/** The terminal that a table is made for. */
export interface TableTerminal {
  /** Characters of a line. */
  columns: number;
  /** Whether it shows block characters. */
  hasBlocks: boolean;
}

export interface TableLayout {
  columns: readonly Column<MartRow>[];
  /** Characters of the bars; 0: none. */
  bar: number;
}

/** Bars are as wide as there is room for, within these. */
const LEAST_BAR = 8;
const MOST_BAR = 30;
/** Between two columns. */
const GAP = 2;

/** All values stand at the right, as their points and units must. */
const FULL: readonly Column<MartRow>[] = [
  { title: "date", text: ({ date_update }) => date_update, width: 10, right: true },
  { title: "currency", text: currencyText, width: 8, right: true },
  { title: "amount, USD", text: ({ amount_total }) => amount_total, width: 18, right: true },
  { title: "transactions", text: (row) => row.cnt_transactions, width: 12, right: true },
  {
    title: "per account",
    text: (row) => row.avg_transactions_per_account,
    width: 11,
    right: true,
  },
  { title: "accounts", text: (row) => row.cnt_accounts_make_transactions, width: 10, right: true },
];

/** The same, for a terminal of 80 characters with bars, or of fewer. */
const NARROW: readonly Column<MartRow>[] = [
  FULL[0]!,
  { ...FULL[1]!, title: "curr.", width: 7 },
  { ...FULL[2]!, width: 14 },
  { ...FULL[3]!, title: "transact.", width: 9 },
  { ...FULL[4]!, title: "per acct.", width: 9 },
  { ...FULL[5]!, width: 8 },
];

/** Left out, one after the other, where a line is too short: date, currency and amount stay. */
const LEAST_COLUMNS = 3;

/**
 * The widest layout that fits the terminal, with bars where there is room: the full one, or one with
 * narrower columns, or fewer of them.
 *
 * @param terminal undefined: none, or nobody wants bars
 */
export function layoutOf(terminal: TableTerminal | undefined): TableLayout {
  if (terminal === undefined) return { columns: FULL, bar: 0 };
  const { columns: width, hasBlocks } = terminal;
  for (const columns of hasBlocks ? [FULL, NARROW] : []) {
    const room = width - widthOf(columns) - GAP;
    if (room >= LEAST_BAR) return { columns, bar: Math.min(room, MOST_BAR) };
  }
  if (width >= widthOf(FULL)) return { columns: FULL, bar: 0 };
  let columns = NARROW;
  while (columns.length > LEAST_COLUMNS && widthOf(columns) > width) columns = columns.slice(0, -1);
  return { columns, bar: 0 };
}

function widthOf(columns: readonly Column<MartRow>[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0) + GAP * (columns.length - 1);
}

/** Its number, and its name where one is known; the numbers stand below each other. */
function currencyText({ currency_from }: MartRow): string {
  const name = currencyName(Number(currency_from));
  return name === undefined ? `${currency_from}    ` : `${currency_from} ${name}`;
}

/** Parts of a block, an eighth to seven. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A bar of as many characters as a share of the width takes. */
export function barText(share: number, width: number): string {
  const eighths = Math.round(Math.min(Math.max(share, 0), 1) * width * 8);
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
}
