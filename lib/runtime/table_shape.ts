/** Whether tables that stand in a database are those that finpipe made there, whatever database it is. */
import { FinpipeError } from "./errors.ts";

/**
 * The columns of tables, by the tables' names, between commas: each column's name, its type without
 * length or precision, and `=` where it fills itself, as in `id bigint =, reason text`.
 */
export type TableShapes = Readonly<Record<string, string>>;

/** A column that was found, or what stands under a table's name and has none that count. */
export interface FoundColumn {
  table: string;
  /** What stands there, as in `view`. */
  kind: string;
  /** Undefined where it is no table. */
  column: string | undefined;
  type: string;
  /** A row must give a value. */
  isRequired: boolean;
  /** A row that gives no value gets one. */
  fillsItself: boolean;
}

/** Columns as {@link TableShapes} has them. */
export function shapeOf(columns: readonly FoundColumn[]): string {
  return columns.map(({ column, type, fillsItself }) =>
    `${column} ${typeOf(type)}${fillsItself ? " =" : ""}`
  ).join(", ");
}

/**
 * What is wrong with the tables that were found, a line each; a table that is not there is none of
 * them. A column more does no harm, unless finpipe's rows would have to fill it.
 */
export function shapeProblems(expected: TableShapes, found: readonly FoundColumn[]): string[] {
  return Object.entries(expected).flatMap(([table, columns]) => {
    const there = found.filter((column) => column.table === table);
    return there.length === 0 ? [] : problemsOf(table, columns.split(/,\s*/), there);
  });
}

/** A line for each table of which nothing was found. */
export function missingTables(expected: TableShapes, found: readonly FoundColumn[]): string[] {
  return Object.keys(expected).filter((name) => !found.some(({ table }) => table === name))
    .map((name) => `${name} is not there any more, or another user's to look at`);
}

/** Tables under other schemas than those that they are listed with. */
export function inSchemas(
  tables: TableShapes,
  schemas: Readonly<Record<string, string>>,
): TableShapes {
  return Object.fromEntries(
    Object.entries(tables).map(([name, columns]) => {
      const [schema, table] = name.split(".");
      return [`${schemas[schema!] ?? schema}.${table}`, columns];
    }),
  );
}

/** Where tables stand. */
export interface TablePlace {
  /** As messages name it. */
  end: string;
  /** What to do where somebody else's tables are to stay. */
  elsewhere: string;
}

/**
 * @throws FinpipeError of kind `configuration` where there are problems
 */
export function refuseProblems(
  problems: readonly string[],
  { end, elsewhere }: TablePlace,
): void {
  if (problems.length === 0) return;
  const shown = problems.length === 1 ? problems[0]! : `\n${problems.join("\n")}`;
  throw new FinpipeError(
    "configuration",
    `What stands in ${end} is not what finpipe makes there: ${shown}`,
    {
      hint: `Where it is somebody else's, ${elsewhere}, then run 'finpipe init'; where it was ` +
        "finpipe's, put it back: 'finpipe init --print-sql' shows what it was",
    },
  );
}

function problemsOf(
  table: string,
  lines: readonly string[],
  found: readonly FoundColumn[],
): string[] {
  const { kind } = found[0]!;
  if (kind !== "table") return [`${table} is a ${kind}`];
  const columns = new Map(found.map((column) => [column.column, column]));
  const expected = lines.map((line) => {
    const [, name, type, mark] = /^(\S+) (.*?)( =)?$/.exec(line)!;
    return { name: name!, type: type!, fillsItself: mark !== undefined };
  });
  const lacking = expected.filter(({ name }) => !columns.has(name));
  // One that has hardly anything of ours was never ours: what it is says more.
  if (lacking.length > expected.length / 2) {
    const has = found.map(({ column, type }) => `${column} ${type}`).join(", ");
    return [`${table} is not a table of finpipe's: its columns are ${has}`];
  }
  const names = new Set(expected.map(({ name }) => name));
  const problems = lacking.map(({ name, type }) => `${table} lacks ${name} ${type}`);
  for (const { name, type, fillsItself } of expected) {
    const column = columns.get(name);
    if (column === undefined) continue;
    if (typeOf(column.type) !== type) {
      problems.push(`${table}.${name} is ${column.type}, not ${type}`);
    } else if (fillsItself && !column.fillsItself) problems.push(`${table}.${name} has no default`);
  }
  for (const { column, type, isRequired, fillsItself } of found) {
    if (names.has(column!) || !isRequired || fillsItself) continue;
    problems.push(`${table}.${column} ${type} is not finpipe's, and wants a value in each row`);
  }
  return problems;
}

const SHORT: Readonly<Record<string, string>> = {
  "timestamp without time zone": "timestamp",
  "character varying": "varchar",
  "character": "char",
};

/** Without length or precision: those are the owner's to widen. */
function typeOf(type: string): string {
  const bare = type.toLowerCase().replace(/\(.*?\)/, "");
  return SHORT[bare] ?? bare;
}
