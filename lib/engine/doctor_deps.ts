/** Makes what the doctor needs to look at things, from the settings. */
import { Engine, type EngineContext } from "./engine.ts";
import type { DoctorDeps } from "../doctor/deps.ts";
import { withPatience } from "../doctor/patience.ts";
import { isKafkaSet, readKafkaSettings } from "../config/kafka.ts";
import { isNotifySet, readNotifySettings } from "../config/notify.ts";
import { readSettings } from "../config/settings.ts";
import type { UnknownVariable } from "../config/unknown_variables.ts";
import { freeBytes, lookAtWorkDir } from "../config/work_dir.ts";
import { inspectStaging } from "../staging/postgres/inspection.ts";

/**
 * Opens nothing yet: each function looks when the doctor calls it, and the doctor closes what it
 * opened.
 */
export function doctorDeps(
  context: EngineContext,
  unknownVariables: readonly UnknownVariable[],
): DoctorDeps {
  const { io, log, config } = context;
  return {
    unknownVariables,
    readSettings: () => readSettings(config, { staging: "if-set", warehouse: "if-set" }),
    lookAtWorkDir,
    freeBytes,
    inspectStaging: (postgres, retryFor) =>
      inspectStaging(postgres, { retryFor, log, signal: io.signal }),
    async inspectWarehouse(settings) {
      const { warehouse, retryFor } = settings;
      if (warehouse?.kind !== "vertica") throw new Error("The warehouse is not a server");
      const { inspectVertica } = await import("../warehouse/vertica/inspect/inspection.ts");
      return await inspectVertica(warehouse.vertica, settings, {
        retryFor,
        log,
        signal: io.signal,
      });
    },
    inspectTopic: isKafkaSet(config)
      ? async (retryFor) => {
        // The client of Kafka takes its time to load.
        const { inspectTopic } = await import("../sources/kafka/topic_inspection.ts");
        const { displayName } = await readKafkaSettings(config);
        const work = inspectTopic(config, { retryFor, log, signal: io.signal });
        // It waits for 30 s, and starts again.
        return await withPatience(work, displayName, retryFor);
      }
      : undefined,
    readStreamSettings: isKafkaSet(config)
      ? () => readSettings(config, { staging: true, kafka: true })
      : undefined,
    async tryEmbedded(settings) {
      const staging = settings.staging?.kind === "embedded" ? settings.staging : undefined;
      await using engine = new Engine(context, { ...settings, staging }, { command: "doctor" });
      await engine.open();
      if (staging !== undefined) await engine.staging.schema.checkSchema();
      if (settings.warehouse?.kind !== "embedded") return [];
      await engine.warehouse.checkSchema();
      const { EmbeddedWarehouse } = await import("../warehouse/embedded/warehouse.ts");
      return engine.warehouse instanceof EmbeddedWarehouse
        ? await engine.warehouse.missingParts()
        : [];
    },
    noticeHost: isNotifySet(config)
      ? async () => (await readNotifySettings(config))?.url.host ?? "nobody"
      : undefined,
    now: io.now,
  };
}
