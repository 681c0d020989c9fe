/** The shape of all tables of the warehouse, to be compared with what finpipe makes there. */
import written from "../../../../sql/warehouse/vertica/picture.txt" with { type: "text" };
import type { VerticaScope } from "../scope.ts";
import { VERTICA_TABLES } from "../tables.ts";
import { shapeOf } from "./shape.ts";

/**
 * What a real server is sure to say as the test server does, whose picture it is. Partitions and
 * segmentation are expressions that either writes in its way, and a real one has more projections.
 */
const SURE = /^\S+ (key|sorted) /;

/** A line for each thing of each table, in the schemas that it is listed with. */
export async function pictureOf(scope: VerticaScope): Promise<string[]> {
  return await scope.transaction(async () => {
    const lines: string[] = [];
    for (const name of Object.keys(VERTICA_TABLES)) {
      const [schema, table] = placeOf(scope, name);
      const shape = await shapeOf(scope, schema, table);
      lines.push(...shape.map((line) => `${name} ${line}`));
    }
    return lines;
  });
}

/** Keys and sort orders that finpipe made and that are missing now, a line each. */
export async function missingParts(scope: VerticaScope): Promise<string[]> {
  const found = new Set(await pictureOf(scope));
  return written.split("\n").filter((line) => SURE.test(line) && !found.has(line))
    .map((line) => line.replace(/^\S+/, (name) => placeOf(scope, name).join(".")));
}

/** The schema and the name of a table, by what it is listed with. */
function placeOf({ schemas }: VerticaScope, listed: string): [schema: string, table: string] {
  const [schema, table = ""] = listed.split(".");
  return [schema === "finpipe_mart" ? schemas.martSchema : schemas.stagingSchema, table];
}
