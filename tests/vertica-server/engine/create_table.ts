/** CREATE TABLE as it is written (Vertica documentation, "CREATE TABLE", "CREATE TEMPORARY TABLE"). */
import { noColumn } from "./errors.ts";
import { tokensOf } from "./lexer.ts";
import type { Name, Reader } from "./reader.ts";
import { readType, type VerticaType } from "./types.ts";

export interface ColumnClause {
  name: string;
  type: VerticaType;
  isNullable: boolean;
  /** Text of the expression. */
  default: string | undefined;
}

export interface KeyClause {
  name: string;
  kind: "p" | "u" | "f";
  columns: string[];
  /** Vertica checks keys only where it is told to, and foreign keys never. */
  isEnabled: boolean;
  /** Of a foreign key. */
  references?: Reference;
}

/** What a foreign key refers to; without columns the table's primary key. */
export interface Reference {
  table: Name;
  columns: string[] | undefined;
}

export interface CheckClause {
  name: string;
  /** Text of the condition. */
  condition: string;
}

/** How a table's rows are sorted, spread and partitioned; expressions as canonical text. */
export interface TableClauses {
  sort: string[] | undefined;
  /** Null for UNSEGMENTED; undefined where nothing is said. */
  segmentation: string | null | undefined;
  partitionBy: string | undefined;
  /** As it was written, to be run. */
  partitionText: string | undefined;
  groupBy: string | undefined;
  groupText: string | undefined;
}

export interface CreateTable extends TableClauses {
  kind: "columns";
  name: Name;
  isTemporary: boolean;
  ifNotExists: boolean;
  inherits: Inheritance;
  deletesRowsAtCommit: boolean;
  columns: ColumnClause[];
  keys: KeyClause[];
  checks: CheckClause[];
}

export interface CreateTableLike {
  kind: "like";
  name: Name;
  ifNotExists: boolean;
  source: Name;
  includesProjections: boolean;
  inherits: Inheritance;
}

/** INCLUDE or EXCLUDE SCHEMA PRIVILEGES; undefined for what the schema says. */
export type Inheritance = boolean | undefined;

/** @param reader behind CREATE [LOCAL TEMP] TABLE @throws VerticaError */
export function readCreateTable(
  reader: Reader,
  isTemporary: boolean,
): CreateTable | CreateTableLike {
  const ifNotExists = reader.accept("if", "not", "exists");
  const name = reader.name();
  if (reader.accept("like")) {
    if (isTemporary) throw reader.unknown("LIKE for temporary tables");
    const source = reader.name();
    const includesProjections = reader.accept("including", "projections");
    if (!includesProjections) reader.accept("excluding", "projections");
    const inherits = readInheritance(reader);
    reader.end();
    return { kind: "like", name, ifNotExists, source, includesProjections, inherits };
  }
  if (reader.is("as")) throw reader.unknown("CREATE TABLE AS");
  const table: CreateTable = {
    kind: "columns",
    name,
    isTemporary,
    ifNotExists,
    inherits: undefined,
    deletesRowsAtCommit: isTemporary,
    columns: [],
    keys: [],
    checks: [],
    sort: undefined,
    segmentation: undefined,
    partitionBy: undefined,
    partitionText: undefined,
    groupBy: undefined,
    groupText: undefined,
  };
  reader.expect("(");
  do readItem(reader, table); while (reader.accept(","));
  reader.expect(")");
  if (table.columns.length === 0) throw reader.error();
  readClauses(reader, table);
  return table;
}

function readItem(reader: Reader, table: CreateTable): void {
  const constraint = reader.accept("constraint") ? reader.identifier() : undefined;
  if (reader.is("primary") || reader.is("unique") || reader.is("check") || reader.is("foreign")) {
    readConstraint(reader, table, constraint, undefined);
    return;
  }
  if (constraint !== undefined) throw reader.error();
  const name = reader.identifier();
  const column: ColumnClause = {
    name,
    type: readType(reader),
    isNullable: true,
    default: undefined,
  };
  table.columns.push(column);
  while (!reader.is(",") && !reader.is(")")) readColumnOption(reader, table, column);
}

function readColumnOption(reader: Reader, table: CreateTable, column: ColumnClause): void {
  if (reader.accept("not", "null")) column.isNullable = false;
  else if (reader.accept("null")) column.isNullable = true;
  else if (reader.accept("default")) {
    const ends = ["not", "null", "constraint", "primary", "unique", "check", "encoding", ","];
    column.default = reader.until(() => ends.some((word) => reader.is(word)));
  } else if (reader.accept("encoding")) reader.identifier();
  else if (reader.accept("accessrank")) reader.number();
  else if (reader.accept("constraint")) {
    readConstraint(reader, table, reader.identifier(), column.name);
  } else if (["primary", "unique", "check", "references"].some((word) => reader.is(word))) {
    readConstraint(reader, table, undefined, column.name);
  } else if (reader.peek()?.kind === "word") throw reader.unknown("this part of a column");
  else throw reader.error();
}

/** @param column of a constraint that stands behind a column */
function readConstraint(
  reader: Reader,
  table: CreateTable,
  name: string | undefined,
  column: string | undefined,
): void {
  if (reader.is("foreign") || reader.is("references")) {
    table.keys.push(readForeignKey(reader, name, column));
    return;
  }
  if (reader.accept("check")) {
    reader.expect("(");
    const condition = reader.until(() => false);
    reader.expect(")");
    const isEnabled = reader.accept("enabled") || !reader.accept("disabled");
    if (isEnabled) table.checks.push({ name: name ?? "C_CHECK", condition });
    return;
  }
  const isPrimary = reader.accept("primary", "key");
  if (!isPrimary) reader.expect("unique");
  const columns = column === undefined ? reader.names() : [column];
  const isEnabled = reader.accept("enabled");
  if (!isEnabled) reader.accept("disabled");
  const kind = isPrimary ? "p" : "u";
  table.keys.push({
    name: name ?? (isPrimary ? "C_PRIMARY" : "C_UNIQUE"),
    kind,
    columns,
    isEnabled,
  });
}

/** Never checked, whatever is said (documentation, "Foreign key constraints"). */
function readForeignKey(
  reader: Reader,
  name: string | undefined,
  column: string | undefined,
): KeyClause {
  if (column === undefined) reader.expect("foreign", "key");
  const columns = column === undefined ? reader.names() : [column];
  reader.expect("references");
  const references = {
    table: reader.name(),
    columns: reader.is("(") ? reader.names() : undefined,
  };
  return { name: name ?? "C_FOREIGN", kind: "f", columns, isEnabled: false, references };
}

function readClauses(reader: Reader, table: CreateTable): void {
  const columns = new Set(table.columns.map(({ name }) => name));
  const expression = (...ends: string[][]) =>
    reader.until(() => ends.some((words) => reader.is(...words)));
  while (!reader.isAtEnd) {
    if (table.isTemporary && reader.accept("on", "commit")) {
      table.deletesRowsAtCommit = reader.accept("delete");
      if (!table.deletesRowsAtCommit) reader.expect("preserve");
      reader.expect("rows");
    } else if (reader.accept("order", "by")) {
      table.sort = [reader.identifier()];
      while (reader.accept(",")) table.sort.push(reader.identifier());
    } else if (reader.accept("segmented", "by")) {
      table.segmentation = canonical(expression(["all", "nodes"]), columns);
      reader.expect("all", "nodes");
    } else if (reader.accept("unsegmented", "all", "nodes")) table.segmentation = null;
    else if (reader.accept("ksafe")) {
      if (reader.peek()?.kind === "number") reader.number();
    } else if (reader.accept("partition", "by")) {
      const ends = [["group", "by"], ["activepartitioncount"], ["include"], ["exclude"]];
      table.partitionText = expression(...ends);
      table.partitionBy = canonical(table.partitionText, columns);
      if (reader.accept("group", "by")) {
        table.groupText = expression(...ends.slice(1));
        table.groupBy = canonical(table.groupText, columns);
      }
      if (reader.accept("activepartitioncount")) reader.number();
    } else if (reader.is("include") || reader.is("exclude")) {
      table.inherits = readInheritance(reader);
    } else if (reader.peek()?.kind === "word") throw reader.unknown("this clause of CREATE TABLE");
    else throw reader.error();
  }
  for (const name of [...table.sort ?? [], ...table.keys.flatMap((key) => key.columns)]) {
    if (!columns.has(name)) throw noColumn(name);
  }
}

function readInheritance(reader: Reader): Inheritance {
  const isIncluded = reader.accept("include");
  if (!isIncluded && !reader.accept("exclude")) return undefined;
  reader.accept("schema");
  reader.expect("privileges");
  return isIncluded;
}

/** An expression as the catalog keeps it: `hash({t}.object_id)`, with {t} for the table's name. */
export function canonical(expression: string, columns: ReadonlySet<string>): string {
  let text = "";
  for (const token of tokensOf(expression)) {
    const value = token.kind === "string" ? token.text : token.value;
    const isColumn = token.kind !== "string" && columns.has(value);
    text += isColumn ? `{t}.${value}` : value === "," ? ", " : value;
  }
  return text;
}
