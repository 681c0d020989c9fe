/** The shape of all tables of the warehouse, to be compared with what finpipe makes there. */
import written from "../../../../sql/warehouse/vertica/picture.txt" with { type: "text" };
import viewSql from "../../../../sql/warehouse/vertica/shape_view.sql" with { type: "text" };
import { templatesOf } from "../../../sql/template.ts";
import { isOfClass } from "../connection/failure.ts";
import type { VerticaScope } from "../scope.ts";
import { VERTICA_TABLES } from "../tables.ts";
import { constraintsOf } from "./constraints.ts";
import { shapeOf } from "./shape.ts";

const VIEW = templatesOf(viewSql);

/**
 * What a real server is sure to say as the test server does, whose picture it is. Partitions and
 * segmentation are expressions that either writes in its way, and a real one has more projections.
 */
const SURE = /^\S+ (key|sorted|enforced|\w+ references) /;

/** A line for each thing of each table, in the schemas that it is listed with. */
export async function pictureOf(scope: VerticaScope): Promise<string[]> {
  return await scope.transaction(async () => {
    const lines: string[] = [];
    for (const name of Object.keys(VERTICA_TABLES)) {
      const [schema, table] = placeOf(scope, name);
      const shape = await shapeOf(scope, schema, table);
      const constraints = await constraintsOf(scope, schema, table);
      lines.push(...[...shape, ...constraints].map((line) => `${name} ${line}`));
    }
    return lines;
  });
}

/** Keys, sort orders, references and views that finpipe made and that are missing now, a line each. */
export async function missingParts(scope: VerticaScope): Promise<string[]> {
  const found = new Set(await pictureOf(scope));
  const missing = written.split("\n").filter((line) => SURE.test(line) && !found.has(line))
    .map((line) => line.replace(/^\S+/, (name) => placeOf(scope, name).join(".")));
  return [...missing, ...await missingView(scope)];
}

/** The view is asked for its columns: how a server writes its statement down nobody knows. */
async function missingView(scope: VerticaScope): Promise<string[]> {
  const view = `${scope.schemas.martSchema}.v_transactions`;
  try {
    await scope.commit(VIEW);
    return [];
  } catch (error) {
    if (isOfClass(error, "schema")) return [`${view}: the view, or one of its columns`];
    throw error;
  }
}

/** The schema and the name of a table, by what it is listed with. */
function placeOf({ schemas }: VerticaScope, listed: string): [schema: string, table: string] {
  const [schema, table = ""] = listed.split(".");
  return [schema === "finpipe_mart" ? schemas.martSchema : schemas.stagingSchema, table];
}
