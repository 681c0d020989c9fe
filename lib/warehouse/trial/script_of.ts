/** All experiments as one script, for whoever has to approve it, or repeats one by hand. */
import type { WarehouseSchemas } from "../variables.ts";
import type { Group, TrialEngine } from "./experiment.ts";
import { shownSql } from "./variables.ts";

/** Written for vsql, or psql of the server's version; a second session is marked, and variables are left. */
export function trialScript(
  groups: readonly Group[],
  engine: TrialEngine,
  schemas: WarehouseSchemas,
): string {
  return groups.flatMap(({ name, scripts }) => {
    const script = scripts[engine];
    return script === undefined ? [] : [`-- ${name}\n\n${shownSql(script, schemas).trimEnd()}\n`];
  }).join("\n");
}
