/** The SQL of `init`, for whoever has to approve it, or runs it by hand. */
import type { ScriptSettings } from "../config/settings.ts";
import { migrationScript as stagingScript } from "../staging/postgres/migrations.ts";
import { migrationScript as embeddedScript } from "../warehouse/embedded/migrations.ts";
import { migrationScript as verticaScript } from "../warehouse/vertica/migrations.ts";

/** What `init` runs on empty databases, staging first. */
export function initScript(settings: ScriptSettings): string {
  const script = settings.dialect === "vertica"
    ? verticaScript(settings)
    : embeddedScript(settings);
  return `-- Staging\n\n${stagingScript()}\n\n-- Warehouse\n\n${script}`;
}
