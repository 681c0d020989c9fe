/** Opens the warehouse that a trial tries, as the settings say. */
import { prepareWorkDir, readSettings, requireEmbedded } from "../config/settings.ts";
import type { EngineContext } from "./engine.ts";
import type { TrialGround } from "../warehouse/trial/ground.ts";

/**
 * Connects to nothing yet on a server; the embedded engine must be there.
 *
 * @param key the run's
 * @throws FinpipeError of kind `configuration` or `locked`
 */
export async function openTrialGround(context: EngineContext, key: string): Promise<TrialGround> {
  const { config, log, io: { signal } } = context;
  const settings = await readSettings(config, { warehouse: true });
  const { warehouse, stagingSchema, martSchema, retryFor, workDir } = settings;
  const schemas = { stagingSchema, martSchema };
  if (warehouse?.kind === "vertica") {
    const { vertica } = warehouse;
    if (vertica.warning !== undefined) log.warn(vertica.warning);
    const { VerticaGround } = await import("../warehouse/vertica/inspect/trial_ground.ts");
    return new VerticaGround({ vertica, schemas, key, retry: { log, signal, retryFor } });
  }
  await requireEmbedded(workDir, { orLocked: true });
  await prepareWorkDir(workDir);
  log.info(`Using the embedded engine in ${workDir}`);
  const { openEmbeddedSession } = await import("../postgres/embedded.ts");
  const session = await openEmbeddedSession(workDir, { make: false });
  const { EmbeddedGround } = await import("../warehouse/embedded/inspect/trial_ground.ts");
  return new EmbeddedGround(session, schemas, key);
}
