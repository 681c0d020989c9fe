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

/** The decoders of a query's columns, by name; see `columns.ts`. */
export type Columns = Record<string, v.GenericSchema<unknown, unknown>>;

/** A query whose rows have these columns, at least. */
export function query<C extends Columns>(
  name: string,
  sql: string,
  columns: C,
): Query<v.InferOutput<v.ObjectSchema<C, undefined>>> {
  const schema = v.object(columns);
  return {
    name,
    sql: new SqlTemplate(sql),
    decode: (row) => {
      const result = v.safeParse(schema, row, { abortEarly: true });
      if (result.success) return result.output;
      throw unfit(name, result.issues[0]);
    },
  };
}

/** Values are not told: they may be a customer's. */
function unfit(name: string, { message, received, path }: v.BaseIssue<unknown>): FinpipeError {
  const column = path?.[0]?.key;
  const found = received === "undefined"
    ? "is not there"
    : `${received === "null" ? "is NULL" : "has a value"} where ${message} is expected`;
  return new FinpipeError(
    "configuration",
    `The tables do not fit this finpipe: column ${column} of sql/${name}.sql ${found}`,
    { hint: "'finpipe doctor' says which tables differ, and how" },
  );
}
