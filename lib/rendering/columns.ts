/**
 * Tables for people, a line a row. Column widths are fixed, so that the first line does not wait
 * for the last; a longer value shifts only its own line. On a terminal they fit it.
 */

export interface Column<Row> {
  title: string;
  text(row: Row): string;
  /** Characters; 0 for a last column of any length. */
  width: number;
  /** Numbers stand at the right. */
  right?: boolean;
  /** Left out on a terminal that is too narrow for all, the greatest first. @default never */
  spare?: number;
}

/** Characters between two columns. */
const GAP = 2;
/** Characters that a last column of any length has at least. */
const LEAST_LAST = 12;

/**
 * The columns as a terminal has room for them: as wide as the rows that are looked at, without
 * those that can be spared, the last one cut.
 *
 * @param sample the first rows
 * @param width characters of a line; undefined where no terminal has a width
 */
export function fitted<Row>(
  all: readonly Column<Row>[],
  sample: readonly Row[],
  width: number | undefined,
): readonly Column<Row>[] {
  if (width === undefined) return all;
  let columns = all.map((column) => narrowed(column, sample));
  while (widthOf(columns) > width) {
    const most = Math.max(...columns.map(({ spare = 0 }) => spare));
    if (most === 0) break;
    columns = columns.filter(({ spare = 0 }) => spare !== most);
  }
  const last = columns.at(-1)!;
  if (last.width > 0) return columns;
  const room = Math.max(1, width - widthOf(columns.slice(0, -1)) - GAP);
  return [...columns.slice(0, -1), { ...last, text: (row) => cut(last.text(row), room) }];
}

function narrowed<Row>(column: Column<Row>, sample: readonly Row[]): Column<Row> {
  if (column.width === 0) return column;
  const needed = Math.max(column.title.length, ...sample.map((row) => column.text(row).length));
  return { ...column, width: needed };
}

function widthOf(columns: readonly Column<never>[]): number {
  return columns.reduce((sum, { width }) => sum + (width || LEAST_LAST), 0) +
    GAP * Math.max(0, columns.length - 1);
}

/** A path is known by its end. */
function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 4 ? text.slice(-width) : `...${text.slice(3 - width)}`;
}

/** The line of titles. */
export function titleLine<Row>(columns: readonly Column<Row>[]): string {
  return lineOf(columns, ({ title }) => title);
}

/** A row's line. */
export function rowLine<Row>(columns: readonly Column<Row>[], row: Row): string {
  return lineOf(columns, ({ text }) => text(row));
}

/** A line under titles. */
export function ruleLine<Row>(columns: readonly Column<Row>[]): string {
  return lineOf(columns, ({ width }) => "-".repeat(width));
}

function lineOf<Row>(
  columns: readonly Column<Row>[],
  text: (column: Column<Row>) => string,
): string {
  const cells = columns.map((column) =>
    column.right ? text(column).padStart(column.width) : text(column).padEnd(column.width)
  );
  return cells.join("  ") + "\n";
}
