/** Preparing both ends for finpipe. */
import type { Engine } from "./engine/engine.ts";

/** What `init` did for one end. */
export interface PreparedEnd {
  end: "staging" | "warehouse";
  /** For a person. */
  state: string;
  /** Names of the migrations that were applied now; null where the end was left out. */
  applied: string[] | null;
}

/** Creates or upgrades each end that has a setting. */
export async function init(engine: Engine): Promise<{ ends: PreparedEnd[] }> {
  const { settings } = engine;
  const ends: PreparedEnd[] = [];
  if (settings.staging === undefined) ends.push(leftOut("staging", settings.stagingLeftOut));
  else ends.push(prepared("staging", await engine.migrateStaging()));
  if (settings.warehouse === undefined) ends.push(leftOut("warehouse", settings.warehouseLeftOut));
  else ends.push(prepared("warehouse", await engine.migrateWarehouse()));
  return { ends };
}

function prepared(end: PreparedEnd["end"], applied: string[]): PreparedEnd {
  return {
    end,
    state: applied.length === 0 ? "up to date" : `applied ${applied.join(", ")}`,
    applied,
  };
}

function leftOut(end: PreparedEnd["end"], why = "it has no setting"): PreparedEnd {
  return { end, state: `left out: ${why}`, applied: null };
}
