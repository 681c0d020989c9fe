/** Statements of `sql/warehouse/vertica`. */
import * as is from "../../sql/columns.ts";
import { type Columns, type Query, query, type RowOf } from "../../sql/query.ts";
import { statementsOf } from "../../sql/template.ts";

/**
 * The one statement of a file, without its comments.
 *
 * @throws Error there are more, or none
 */
export function onlyStatement(script: string): string {
  const [statement, ...others] = statementsOf(script);
  if (statement === undefined || others.length > 0) throw new Error(`Not one statement: ${script}`);
  return statement;
}

/**
 * A query of one statement, without its comments: a DBA reads it in `v_monitor.sessions`.
 *
 * @param file without its folder and its extension
 */
export function verticaQuery<C extends Columns>(
  file: string,
  script: string,
  columns: C,
): Query<RowOf<C>> {
  return query(`warehouse/vertica/${file}`, onlyStatement(script), columns);
}

/**
 * An INSERT of one statement. It answers with a row of one column, OUTPUT, that says how many rows were
 * written; by its place, as drivers show it under other names too.
 */
export function verticaInsert(file: string, script: string): Query<bigint> {
  const { name, sql, decode } = verticaQuery(file, script, { output: is.bigInteger });
  return { name, sql, decode: (row) => decode({ output: Object.values(row)[0] ?? null }).output };
}
