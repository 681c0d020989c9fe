/** Where the tables of a warehouse stand, whichever engine holds them. */
import type { TablePlace } from "../runtime/table_shape.ts";
import type { WarehouseSchemas } from "./variables.ts";

/** How messages name the warehouse's schemas, and what else there is to choose. */
export function placeOf({ stagingSchema, martSchema }: WarehouseSchemas): TablePlace {
  return {
    end: `the schemas ${stagingSchema} and ${martSchema}`,
    elsewhere: "rename it, or name other schemas in FINPIPE_STAGING_SCHEMA or FINPIPE_MART_SCHEMA",
  };
}
