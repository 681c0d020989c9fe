/** A query: a SQL file, and what its rows are. */
import * as v from "valibot";
import { FinpipeError } from "../runtime/errors.ts";
import { SqlTemplate } from "./template.ts";

/** A row as a database gives it: by column name, each value as text (`t`/`f` for booleans). */
export type SqlRow = Record<string, string | null>;

/** A SQL file that gives rows. */
export interface Query<Row> {
  /** The file, from `sql/` on, as in `staging/stored_position`. */
  readonly name: string;
  readonly sql: SqlTemplate;
  /** @throws FinpipeError of kind `configuration` where a row is not as the file says */
  decode(row: SqlRow): Row;
}

/**
 * The decoders of a query's columns; see `columns.ts`. Each is named as the code calls it: `readAt` is
 * column `read_at`.
 */
export type Columns = Record<string, v.GenericSchema<unknown, unknown>>;

/** A query whose rows have these columns, at least. */
export function query<C extends Columns>(
  name: string,
  sql: string,
  columns: C,
): Query<v.InferOutput<v.ObjectSchema<C, undefined>>> {
  const schema = v.object(columns);
  const names = Object.keys(columns).map((key) => [key, columnOf(key)] as const);
  return {
    name,
    sql: new SqlTemplate(sql),
    decode: (row) => {
      const named: Record<string, string | null | undefined> = {};
      for (const [key, column] of names) named[key] = row[column];
      const result = v.safeParse(schema, named, { abortEarly: true });
      if (result.success) return result.output;
      throw unfit(name, result.issues[0]);
    },
  };
}

/**
 * A query of rows by the hundred thousand: decoded by hand, some ten times as fast.
 *
 * @param quick gives undefined for a row that is not as `slow` says, which says what is wrong with it
 */
export function quickQuery<Row>(
  slow: Query<Row>,
  quick: (row: SqlRow) => Row | undefined,
): Query<Row> {
  return { ...slow, decode: (row) => quick(row) ?? slow.decode(row) };
}

function columnOf(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Values are not told: they may be a customer's. */
function unfit(name: string, { message, received, path }: v.BaseIssue<unknown>): FinpipeError {
  const column = columnOf(String(path?.[0]?.key));
  const found = received === "undefined"
    ? "is not there"
    : `${received === "null" ? "is NULL" : "has a value"} where ${message} is expected`;
  return new FinpipeError(
    "configuration",
    `The tables do not fit this finpipe: column ${column} of sql/${name}.sql ${found}`,
    { hint: "'finpipe doctor' says which tables differ, and how" },
  );
}

/** A row of a query with these columns. */
export type RowOf<C extends Columns> = v.InferOutput<v.ObjectSchema<C, undefined>>;
