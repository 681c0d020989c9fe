/** What the version of a warehouse's schema means, whichever engine holds it. */
import { FinpipeError } from "../runtime/errors.ts";
import type { TablePlace } from "../runtime/table_shape.ts";
import type { WarehouseSchemas } from "./sql_template.ts";

/**
 * @param version of the schema that is there; undefined where none is
 * @param newest the one of this finpipe
 * @throws FinpipeError of kind `configuration` where they differ
 */
export function requireVersion(version: number | undefined, newest: number): void {
  if (version === newest) return;
  requireNotNewer(version ?? 0, newest);
  const state = version === undefined ? "missing" : `at version ${version}, not ${newest}`;
  throw new FinpipeError("configuration", `The warehouse's schema is ${state}`, {
    hint: "Run 'finpipe init'",
  });
}

/** @throws FinpipeError of kind `configuration` where a newer finpipe was here */
export function requireNotNewer(version: number, newest: number): void {
  if (version <= newest) return;
  throw new FinpipeError(
    "configuration",
    `The warehouse's schema is at version ${version}, this finpipe knows ${newest}`,
    { hint: "Upgrade finpipe" },
  );
}

/** How messages name the warehouse's schemas, and what else there is to choose. */
export function placeOf({ stagingSchema, martSchema }: WarehouseSchemas): TablePlace {
  return {
    end: `the schemas ${stagingSchema} and ${martSchema}`,
    elsewhere: "rename it, or name other schemas in FINPIPE_STAGING_SCHEMA or FINPIPE_MART_SCHEMA",
  };
}
