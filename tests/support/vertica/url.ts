/** A Vertica by its URL. */
import { readSettings } from "../../../lib/config/settings.ts";
import type { VerticaSettings } from "../../../lib/config/vertica_settings.ts";

/** The settings that a URL gives. */
export async function verticaSettingsOf(url: string): Promise<VerticaSettings> {
  const env = (name: string) => name === "FINPIPE_VERTICA_URL" ? url : undefined;
  const { warehouse } = await readSettings({ env, flags: {} }, { warehouse: true });
  if (warehouse?.kind !== "vertica") throw new Error(`${url} names no server`);
  return warehouse.vertica;
}
