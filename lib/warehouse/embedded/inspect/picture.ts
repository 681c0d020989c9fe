/** What is missing of the embedded warehouse, by what finpipe makes there. */
import written from "../../../../sql/warehouse/embedded/picture.txt" with { type: "text" };
import { linesOf, missingLines, pictureOf } from "../../../postgres/picture.ts";
import type { EmbeddedScope } from "../scope.ts";

/** Keys, checks, indexes and views that finpipe made and that are missing or others now, a line each. */
export async function missingParts({ session, schemas }: EmbeddedScope): Promise<string[]> {
  const { stagingSchema, martSchema } = schemas;
  const names: Record<string, string> = {
    finpipe_staging: stagingSchema,
    finpipe_mart: martSchema,
  };
  const expected = linesOf(written).map((line) =>
    line.replaceAll(/\b(finpipe_staging|finpipe_mart)\./g, (_, schema) => `${names[schema]}.`)
  );
  const missing = missingLines(expected, await pictureOf(session, [stagingSchema, martSchema]));
  // Its whole statement would say no more to a reader.
  return missing.map((line) => line.replace(/^(view \S+) .*$/, "$1 as finpipe makes it"));
}
