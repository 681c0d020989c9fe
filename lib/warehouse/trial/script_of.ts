/** All experiments as one script, for whoever has to approve it, or repeats one by hand. */
import { forSchemas, type WarehouseSchemas } from "../sql_template.ts";
import type { Group, TrialEngine } from "./experiment.ts";

/** Written for vsql, or psql of the server's version; a second session is marked, and variables are left. */
export function trialScript(
  groups: readonly Group[],
  engine: TrialEngine,
  schemas: WarehouseSchemas,
): string {
  return groups.flatMap(({ name, scripts }) => {
    const script = scripts[engine];
    if (script === undefined) return [];
    const sql = forSchemas(script, schemas)
      .replaceAll(":staging_schema", quoted(schemas.stagingSchema))
      .replaceAll(":mart_schema", quoted(schemas.martSchema));
    return [`-- ${name}\n\n${sql.trimEnd()}\n`];
  }).join("\n");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
