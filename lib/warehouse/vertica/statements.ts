/**
 * Statements from the SQL files of `sql/warehouse/vertica`. Names stand there by example, as in the
 * embedded warehouse's; values are variables of vsql, as in `:dataset`, and are put in as literals:
 * each goes to the server as one simple query.
 */
import type { DatasetName } from "../../events/dataset.ts";
import { forDay, forSchemas, type WarehouseSchemas } from "../sql_template.ts";

/** A value that stands for a variable; a list becomes its elements with commas between them. */
export type SqlValue = string | bigint | number | boolean | null | readonly string[];
export type SqlValues = Readonly<Record<string, SqlValue>>;

/** What a statement is about, beside the schemas. */
export interface Subject {
  dataset: DatasetName;
  day: Temporal.PlainDate;
  /** The load whose side table it is about. */
  loadId?: string;
}

/** The load's id in the names of its tables. */
export function loadKey(loadId: string): string {
  return loadId.replaceAll("-", "").slice(0, 12);
}

/** Name of the side table of a load, without its schema. */
export function sideTable(dataset: DatasetName, loadId: string): string {
  return `${dataset}_load_${loadKey(loadId)}`;
}

/** The statements of a script, without comments and without their semicolon. */
export function statementsOf(script: string): string[] {
  return script.replace(/^\s*--.*\n/gm, "").split(";")
    .map((statement) => statement.trim()).filter((statement) => statement !== "");
}

/** The statements of a file for the configured schemas, and one day of one dataset. */
export function statementsFor(
  script: string,
  schemas: WarehouseSchemas,
  values: SqlValues = {},
  subject?: Subject,
): string[] {
  return statementsOf(script).map((statement) => {
    const named = subject === undefined
      ? forSchemas(statement, schemas)
      : forDay(statement, schemas, subject.dataset, subject.day)
        .replaceAll("0123456789ab", loadKey(subject.loadId ?? "0123456789ab"));
    return withValues(named, values);
  });
}

/** In one pass: what was put in is not looked at again. */
function withValues(statement: string, values: SqlValues): string {
  return statement.replace(/(?<![:\w]):([a-z]\w*)/g, (_variable, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`No value for :${name}`);
    return literal(value);
  });
}

/** As standard_conforming_strings reads it: a backslash is a backslash. */
export function literal(value: SqlValue): string {
  if (value === null) return "NULL";
  if (typeof value === "string") return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === "object") return value.map(literal).join(", ");
  return String(value);
}
