/**
 * Tables for people, a line a row. Column widths are fixed, so that the first line does not wait
 * for the last; a longer value shifts only its own line.
 */

export interface Column<Row> {
  title: string;
  text(row: Row): string;
  /** Characters; 0 for a last column of any length. */
  width: number;
  /** Numbers stand at the right. */
  right?: boolean;
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
