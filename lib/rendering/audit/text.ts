/** The audit for people: a table of the days, one of what is counted, the sources, and what differs. */
import type { Audit } from "../../audit/audit.ts";
import type { Difference, Side } from "../../audit/difference.ts";
import type { DayBook, SourceBook } from "../../audit/facts.ts";
import { sidesOf } from "../../audit/links/links.ts";
import { DATASET_NAMES } from "../../events/dataset.ts";
import { STATUSES } from "../../events/statuses.ts";
import { daysText } from "../../partitions/days_text.ts";
import { type Paint, PLAIN } from "../../runtime/colors.ts";
import { counted } from "../../runtime/words.ts";
import { printable } from "../../runtime/printable.ts";
import { type Column, fitted, rowLine, ruleLine, titleLine } from "../columns.ts";
import { coreFigures, datasetFigures, martFigures } from "./json.ts";

/** Pieces of text: the whole is never held. @param options.width of the terminal */
export function* auditText(
  audit: Audit,
  { paint = PLAIN, width }: { paint?: Paint; width?: number | undefined } = {},
): Generator<string, void, void> {
  const { days, sources, differences, conflicts } = audit;
  const empty = days.filter(isEmpty);
  const isFolded = empty.length > FEW;
  const shown = isFolded ? days.filter((day) => !isEmpty(day)) : days;
  if (shown.length > 0) {
    yield* table(DATASET_COLUMNS, shown.flatMap(datasetRows), width);
    yield "\n";
    yield* table(MART_COLUMNS, shown.map(martRow), width);
    yield "\n";
  }
  if (isFolded) {
    const dates = daysText(empty.map(({ facts }) => facts.day));
    yield `All figures of ${counted(empty.length, "day")} are 0: ${dates}\n\n`;
  }
  if (days.length > 0) {
    for (const line of notCountedLines(days)) yield `${line}\n`;
  }
  if (sources.length > 0) {
    yield* table(SOURCE_COLUMNS, sources.map(sourceRow), width);
    yield "\n";
  }
  for (const difference of differences) yield differenceText(difference, paint);
  if (conflicts.length > 0) {
    yield "Objects whose versions differ in accounts, amount or currency (no difference):\n";
    for (const { day, objectId, versions } of conflicts) {
      yield `${day}  ${objectId}  ${counted(versions, "version")}\n`;
    }
    yield "\n";
  }
  const style = differences.length > 0 ? "bad" : audit.moving.length > 0 ? "warning" : "good";
  yield `${paint(style, summary(audit))}\n`;
}

/** Whether the books balance, in a sentence. */
export function summary({ days, moving, differences }: Audit): string {
  if (differences.length === 0) {
    if (moving.length > 0) {
      return `The books of ${counted(days.length, "day")} balance; of ${
        counted(moving.length, "day")
      } that changed meanwhile nothing can be said`;
    }
    return days.length === 0
      ? "The books balance: nothing is known of any of these days"
      : `The books balance: ${counted(days.length, "day")}`;
  }
  const dates = new Set(differences.flatMap(({ day }) => day === undefined ? [] : [`${day}`]));
  const where = dates.size === 0 ? "" : ` on ${counted(dates.size, "day")}`;
  return `The books do not balance: ${counted(differences.length, "difference")}${where}`;
}

type Cells = Readonly<Record<string, string>>;

function column(title: string, width: number, { right = true, spare = 0 } = {}): Column<Cells> {
  return { title, text: (row) => row[title] ?? "-", width, right, spare };
}

const DATASET_COLUMNS = [
  column("date", 10),
  column("dataset", 12, { right: false }),
  column("landed", 10),
  column("objects", 10, { spare: 2 }),
  column("dumped", 10, { spare: 1 }),
  column("loaded", 10),
  column("refused", 7),
  column("control total", 22),
];

const MART_COLUMNS = [
  column("date", 10),
  column("loaded", 10),
  column("facts", 10, { spare: 1 }),
  column("counted", 10),
  column("left out", 10),
  column("test accounts", 13),
  column("other status", 12, { spare: 2 }),
  column("other type", 10, { spare: 3 }),
];

const SOURCE_COLUMNS = [
  column("partition", 9),
  column("messages", 12),
  column("transactions", 12),
  column("currencies", 10),
  column("rejected", 8),
  column("duplicates", 10, { spare: 1 }),
  column("source", 0, { right: false }),
];

function* table(
  all: readonly Column<Cells>[],
  rows: readonly Cells[],
  width: number | undefined,
): Generator<string> {
  const columns = fitted(all, rows, width);
  yield `${titleLine(columns)}${ruleLine(columns).trimEnd()}\n`;
  for (const row of rows) yield rowLine(columns, row);
}

/** So many days without data stand in the tables, as the others do. */
const FEW = 3;

/** Nothing of it was ever counted. */
function isEmpty(book: DayBook): boolean {
  const figures = [...datasetRows(book), martRow(book)].flatMap((
    { date: _, dataset: __, ...rest },
  ) => Object.values(rest));
  return figures.every((figure) => figure === "-" || Number(figure) === 0);
}

function datasetRows(book: DayBook): Cells[] {
  return DATASET_NAMES.map((dataset) => {
    const figures = datasetFigures(book, dataset);
    return {
      date: book.facts.day.toString(),
      dataset,
      landed: cell(figures.landed),
      objects: cell(figures.objects),
      dumped: cell(figures.dumped),
      loaded: cell(figures.loaded),
      refused: cell(figures.refused),
      "control total": figures.control_total,
    };
  });
}

function martRow(book: DayBook): Cells {
  const date = book.facts.day.toString();
  const loaded = cell(book.warehouse.loads.transactions?.rows ?? null);
  const facts = cell(coreFigures(book)?.facts ?? null);
  const figures = martFigures(book);
  if (figures === null) return { date, loaded, facts };
  const total = (rows: Readonly<Record<string, number>>) =>
    Object.values(rows).reduce((sum, count) => sum + count, 0);
  return {
    date,
    loaded,
    facts,
    counted: cell(figures.counted),
    "left out": cell(figures.left_out),
    "test accounts": cell(figures.test_accounts),
    "other status": cell(total(figures.by_status)),
    "other type": cell(total(figures.by_type)),
  };
}

function sourceRow({ source, partition, counters }: SourceBook): Cells {
  return {
    source: printable(source),
    partition: String(partition),
    messages: cell(counters?.messagesRead ?? null),
    transactions: cell(counters?.transactions ?? null),
    currencies: cell(counters?.currencies ?? null),
    rejected: cell(counters?.rejected ?? null),
    duplicates: cell(counters?.duplicates ?? null),
  };
}

/** Over all days; statuses that the contract does not know by name are said to be such. */
function* notCountedLines(days: readonly DayBook[]): Generator<string> {
  const [statuses, types] = [new Map<string, number>(), new Map<string, number>()];
  for (const { warehouse: { notCounted } } of days) {
    if (notCounted === undefined) continue;
    addAll(statuses, notCounted.byStatus);
    addAll(types, notCounted.byType);
  }
  const known = STATUSES.filter((status) => statuses.has(status));
  const others = [...statuses.keys()].filter((status) => !STATUSES.includes(status)).sort();
  const text = (
    counts: ReadonlyMap<string, number>,
    names: readonly string[],
    shown = (name: string) => printable(JSON.stringify(name)),
  ) => names.map((name) => `${shown(name)} ${counts.get(name)}`).join(", ");
  if (known.length > 0) yield `Not counted by status: ${text(statuses, known, String)}`;
  if (others.length > 0) {
    const named = text(statuses, others);
    yield `Not counted by a status that the contract does not name: ${named}`;
  }
  if (types.size > 0) yield `Not counted by type: ${text(types, [...types.keys()].sort())}`;
  if (statuses.size + types.size > 0) yield "";
}

function addAll(totals: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of counts) totals.set(name, (totals.get(name) ?? 0) + count);
}

/** Where, both sides, and the likely cause. */
function differenceText(difference: Difference, paint: Paint): string {
  const { day, dataset, link, left, right, cause, currency, source, dimension } = difference;
  const place = source === undefined
    ? dimension ?? `${day} ${dataset}`
    : `${printable(source.source)}[${source.partition}]`;
  const of = currency === undefined ? "" : ` of currency ${currency}`;
  const sides = sidesOf(link);
  const width = Math.max(...sides.map(({ length }) => length));
  const line = (what: string, side: Side) => `  ${what.padEnd(width)}  ${sideText(side)}\n`;
  return [
    `${paint("bad", `${place}: ${link}${of}`)}\n`,
    line(sides[0], left),
    line(sides[1], right),
    `  ${printable(cause)}\n\n`,
  ].join("");
}

function sideText(side: Side): string {
  return side === null ? "none" : printable(String(side));
}

function cell(figure: number | null): string {
  return figure === null ? "-" : String(figure);
}
