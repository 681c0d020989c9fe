/** What stands in a PostgreSQL database under the names of tables. */
import tableColumnsSql from "../../sql/postgres/table_columns.sql" with { type: "text" };
import { reasonOf } from "../runtime/connection_failure.ts";
import { codeOf } from "../runtime/errors.ts";
import {
  type FoundColumn,
  refuseProblems,
  type TablePlace,
  type TableShapes,
} from "../runtime/table_shape.ts";
import { boolean, optional, text } from "../sql/columns.ts";
import { query } from "../sql/query.ts";
import { arrayOf } from "./array.ts";
import { select } from "./run.ts";
import type { SqlSession } from "./session.ts";

const tableColumns = query("postgres/table_columns", tableColumnsSql, {
  table: text,
  kind: text,
  column: optional(text),
  type: text,
  isRequired: boolean,
  fillsItself: boolean,
});

/** The columns of the tables, as far as they are there; of other tables none. */
export function columnsOf(session: SqlSession, tables: TableShapes): Promise<FoundColumn[]> {
  return select(session, tableColumns, { tables: arrayOf(Object.keys(tables)) });
}

/** duplicate_table (any relation), duplicate_object (a type), duplicate_column. */
const IN_THE_WAY = new Set(["42P07", "42710", "42701"]);

/**
 * Throws on what a statement failed with that makes a table.
 *
 * @throws FinpipeError of kind `configuration` where something is there already
 */
export function refuseInTheWay(error: unknown, place: TablePlace): never {
  const { cause } = error as { cause?: unknown };
  if (IN_THE_WAY.has(codeOf(cause) ?? "")) refuseProblems([reasonOf(cause)], place);
  throw error;
}
