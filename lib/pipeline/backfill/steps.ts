/** The steps of a run on the opened ends, as a backfill calls them. */
import type { Engine } from "../../engine.ts";
import { DATASET_NAMES } from "../../events/dataset.ts";
import type { WatchOf } from "../../partitions/file_watch.ts";
import type { Logger } from "../../runtime/log.ts";
import { cdm, type CdmOptions } from "../cdm.ts";
import { dump, type DumpOptions } from "../dump.ts";
import { load, type LoadOptions } from "../load.ts";
import type { StepRunners } from "./backfill.ts";

/** The options of the steps that a backfill runs. */
export interface StepOptions extends CdmOptions, DumpOptions, Omit<LoadOptions, "datasets"> {}

export interface StepContext {
  engine: Engine;
  log: Logger;
  now(): Temporal.Instant;
  signal: AbortSignal;
  /** Who is told how far a step is. @default nobody is */
  watchOf?: WatchOf | undefined;
}

/** What each step does. */
export function stepRunners(context: StepContext, options: StepOptions): StepRunners {
  const { engine, log, now, signal, watchOf } = context;
  const { workDir } = engine.settings;
  return {
    dump({ partition }) {
      return engine.withStaging((staging) =>
        dump({ staging, workDir, log, now, signal, watchOf }, partition, DATASET_NAMES, options)
      );
    },
    async load(run) {
      const deps = { warehouse: engine.warehouse, workDir, log, signal, watchOf };
      const { datasets } = await load(deps, run, { ...options, datasets: DATASET_NAMES });
      return datasets;
    },
    cdm(run) {
      return cdm({ warehouse: engine.warehouse, log }, run, options);
    },
  };
}
