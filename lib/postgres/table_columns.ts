/** What stands in a PostgreSQL database under the names of tables. */
import tableColumns from "../../sql/postgres/table_columns.sql" with { type: "text" };
import { reasonOf } from "../runtime/connection_failure.ts";
import { codeOf } from "../runtime/errors.ts";
import {
  type FoundColumn,
  refuseProblems,
  type TablePlace,
  type TableShapes,
} from "../runtime/table_shape.ts";
import type { SqlSession } from "./session.ts";

/** The columns of the tables, as far as they are there; of other tables none. */
export async function columnsOf(session: SqlSession, tables: TableShapes): Promise<FoundColumn[]> {
  const names = Object.keys(tables).map((name) => `"${name.replaceAll(/["\\]/g, "\\$&")}"`);
  const rows = await session.query(tableColumns, [`{${names.join(",")}}`]);
  return rows.map((row) => ({
    table: row.table_name!,
    kind: row.kind!,
    column: row.column_name ?? undefined,
    type: row.type ?? "",
    isRequired: row.is_required === "t",
    fillsItself: row.fills_itself === "t",
  }));
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
