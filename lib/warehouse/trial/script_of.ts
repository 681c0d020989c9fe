/** All experiments as one script, for whoever has to approve it, or repeats one by hand. */
import { forSchemas, type WarehouseSchemas } from "../sql_template.ts";
import type { Group, TrialEngine } from "./experiment.ts";

/** Runs in vsql, or psql, as it stands, but for variables and a second session, which it says. */
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
