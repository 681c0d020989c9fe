/** Compares the tables in a database, of whatever kind, with those that finpipe makes there. */
import { FinpipeError } from "./errors.ts";

/**
 * The columns of tables, by the tables' names, between commas: each column's name, its type without
 * length or precision, and `=` where it fills itself, as in `id bigint =, reason text`.
 */
export type TableShapes = Readonly<Record<string, string>>;

/** A column that was found, or something that has a table's name and is not a table. */
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
 * What is wrong with the tables that were found, a line each; a missing table is not reported. An
 * extra column does no harm, unless finpipe's rows would have to fill it.
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
    .map((name) => `${name} no longer exists, or this user may not see it`);
}

/** Names tables by their real schemas, in place of those that they are listed with. */
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
  /** What to do if the tables are somebody else's. */
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
  const [only, ...more] = problems;
  throw new FinpipeError(
    "configuration",
    `Tables in ${end} differ from those that finpipe makes there:${
      more.length === 0 ? ` ${only}` : ""
    }`,
    {
      ...(more.length > 0 && { list: problems }),
      hint: `If a table is somebody else's, ${elsewhere}, then run 'finpipe init'. If it is ` +
        "finpipe's, restore it: 'finpipe init --print-sql' shows how finpipe makes it",
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
  // A table with hardly any of finpipe's columns was never finpipe's: name what it has instead.
  if (lacking.length > expected.length / 2) {
    const has = found.map(({ column, type }) => `${column} ${type}`).join(", ");
    return [`${table} is not finpipe's table: its columns are ${has}`];
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
    problems.push(`${table}.${column} ${type} is not finpipe's, and needs a value in each row`);
  }
  return problems;
}

const SHORT: Readonly<Record<string, string>> = {
  "timestamp without time zone": "timestamp",
  "character varying": "varchar",
  "character": "char",
};

/** Without length or precision, which the owner may widen. */
function typeOf(type: string): string {
  const bare = type.toLowerCase().replace(/\(.*?\)/, "");
  return SHORT[bare] ?? bare;
}
