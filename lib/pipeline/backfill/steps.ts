/** The steps of a run on the opened ends, as a backfill calls them. */
import type { Engine } from "../../engine.ts";
import { DATASET_NAMES } from "../../events/dataset.ts";
import type { Logger } from "../../runtime/log.ts";
import type { MartOptions } from "../../warehouse/repository.ts";
import { cdm } from "../cdm.ts";
import { dump, type DumpOptions } from "../dump.ts";
import { load } from "../load.ts";
import type { StepRunner } from "./backfill.ts";
import type { Step } from "./plan.ts";

/** The options of the steps that a backfill runs. */
export interface StepOptions extends MartOptions, DumpOptions {
  /** More refused rows of a dataset than this fail its load. */
  maxRejected: number;
  /** Load also a day whose file is already loaded. */
  force: boolean;
  /** Sessions that load a file side by side. @default 1 */
  streams?: number;
}

export interface StepContext {
  engine: Engine;
  log: Logger;
  now(): Temporal.Instant;
  signal: AbortSignal;
}

/** What each step does, and the few words that it says of it. */
export function stepRunners(context: StepContext, options: StepOptions): Record<Step, StepRunner> {
  const { engine, log, now, signal } = context;
  const { workDir } = engine.settings;
  return {
    async dump({ partition }) {
      const manifests = await engine.withStaging((staging) =>
        dump({ staging, workDir, log, now, signal }, partition, DATASET_NAMES, options)
      );
      return manifests.map(({ dataset, rows }) => `${rows} ${dataset}`).join(", ");
    },
    async load(run) {
      const deps = { warehouse: engine.warehouse, workDir, log, signal };
      const { datasets } = await load(deps, run, { ...options, datasets: DATASET_NAMES });
      const unchanged = datasets.every(({ outcome }) => outcome === "unchanged");
      const refused = datasets.reduce((sum, { refused }) => sum + refused, 0n);
      if (unchanged) return "already loaded";
      return refused === 0n ? "loaded" : `loaded, ${refused} rows refused`;
    },
    async cdm(run) {
      const { rows, leftOut } = await cdm({ warehouse: engine.warehouse, log }, run, options);
      return leftOut.length === 0
        ? `${rows} rows`
        : `${rows} rows, ${leftOut.length} currencies left out`;
    },
  };
}
