/** The SQL of `init`, for whoever has to approve it, or runs it by hand. */
import type { SchemaNames } from "./runtime/config/schemas.ts";
import { migrationScript as stagingScript } from "./staging/migrations.ts";
import { migrationScript as embeddedScript } from "./warehouse/embedded/migrations.ts";
import { migrationScript as verticaScript } from "./warehouse/vertica/migrations.ts";

/**
 * What `init` runs on empty databases, staging first.
 *
 * @param warehouse whose dialect the warehouse's is in
 */
export function initScript(schemas: SchemaNames, warehouse: "embedded" | "vertica"): string {
  const script = warehouse === "vertica" ? verticaScript(schemas) : embeddedScript(schemas);
  return `-- Staging\n\n${stagingScript()}\n\n-- Warehouse\n\n${script}`;
}
