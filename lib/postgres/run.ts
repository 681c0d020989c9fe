/** Runs the SQL files of `sql/` in a session: values as parameters, rows decoded. */
import type { Query } from "../sql/query.ts";
import type { SqlTemplate, SqlValues } from "../sql/template.ts";
import type { SqlSession } from "./session.ts";

/**
 * The rows of a query.
 *
 * @throws FinpipeError of kind `configuration` where a row is not as the query says
 */
export async function select<Row>(
  session: SqlSession,
  query: Query<Row>,
  values?: SqlValues,
): Promise<Row[]> {
  const { text, params } = query.sql.withParameters(values);
  return (await session.query(text, params)).map((row) => query.decode(row));
}

/** The first row of a query, if it has one. */
export async function selectFirst<Row>(
  session: SqlSession,
  query: Query<Row>,
  values?: SqlValues,
): Promise<Row | undefined> {
  return (await select(session, query, values))[0];
}

/**
 * The row of a query that always has one: an aggregate.
 *
 * @throws Error it has none
 */
export async function selectOne<Row>(
  session: SqlSession,
  query: Query<Row>,
  values?: SqlValues,
): Promise<Row> {
  const row = await selectFirst(session, query, values);
  if (row === undefined) throw new Error(`sql/${query.name}.sql gave no row`);
  return row;
}

/** Runs one statement whose rows, if any, nobody wants. */
export async function run(
  session: SqlSession,
  statement: SqlTemplate,
  values?: SqlValues,
): Promise<void> {
  const { text, params } = statement.withParameters(values);
  await session.query(text, params);
}
