/** All that stands in schemas of a PostgreSQL database, to be compared with what finpipe makes there. */
import picture from "../../sql/postgres/picture.sql" with { type: "text" };
import type { SqlSession } from "./session.ts";

/**
 * A line for each column, key, check and index, in order.
 *
 * @param schemas names that need no quotes
 */
export async function pictureOf(
  session: SqlSession,
  schemas: readonly string[],
): Promise<string[]> {
  const rows = await session.query(picture, [`{${schemas.join(",")}}`]);
  return rows.map(({ line }) => line!).sort();
}

/** The lines of a picture that was written down. */
export function linesOf(written: string): string[] {
  return written.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}
