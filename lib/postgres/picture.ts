/** All that stands in schemas of a PostgreSQL database, to be compared with what finpipe makes there. */
import pictureSql from "../../sql/postgres/picture.sql" with { type: "text" };
import { text } from "../sql/columns.ts";
import { query } from "../sql/query.ts";
import { arrayOf } from "./array.ts";
import { select } from "./run.ts";
import type { SqlSession } from "./session.ts";

const picture = query("postgres/picture", pictureSql, { line: text });

/** A line for each column, key, check, index and view, in order. */
export async function pictureOf(
  session: SqlSession,
  schemas: readonly string[],
): Promise<string[]> {
  const rows = await select(session, picture, { schemas: arrayOf(schemas) });
  return rows.map(({ line }) => line).sort();
}

/** The lines of a picture that was written down. */
export function linesOf(written: string): string[] {
  return written.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

/**
 * What was written down and is not found: a key, a check, an index, a view, a NOT NULL. Columns were looked
 * at before.
 */
export function missingLines(written: readonly string[], found: readonly string[]): string[] {
  const there = new Set(found);
  return written.filter((line) =>
    !there.has(line) && (!line.startsWith("column ") || there.has(line.replace(" not null", "")))
  );
}
