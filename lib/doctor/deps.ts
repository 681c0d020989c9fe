/** What the doctor needs to look at things; a test passes in its own. */
import type { PostgresSettings } from "../config/postgres_url.ts";
import type { UnknownVariable } from "../config/unknown_variables.ts";
import type { Settings } from "../config/settings.ts";
import type { TopicFacts } from "../sources/topic/topic.ts";
import type { StagingInspection } from "../staging/inspection.ts";
import type { WarehouseInspection } from "../warehouse/inspection.ts";

/** The doctor's ways to look at what finpipe runs on. */
export interface DoctorDeps {
  /** Variables that are set, look like finpipe's and are not. */
  unknownVariables: readonly UnknownVariable[];
  readSettings: () => Promise<Settings>;
  /** The folder, or the nearest above it that is there. */
  lookAtWorkDir: (workDir: string) => Promise<string>;
  freeBytes: (folder: string) => Promise<number>;
  inspectStaging: (postgres: PostgresSettings, retryFor: number) => Promise<StagingInspection>;
  /** Connects to the warehouse's server. */
  inspectWarehouse: (settings: Settings) => Promise<WarehouseInspection>;
  /** Asks Kafka about the topic; undefined where no broker is named. */
  inspectTopic: ((retryFor: number) => Promise<TopicFacts>) | undefined;
  /** Reads the settings as a stream of the topic would; undefined where no broker is named. */
  readStreamSettings: (() => Promise<Settings>) | undefined;
  /**
   * Opens the embedded ends of the settings, with their schema, and closes them. Returns what finpipe made
   * in the warehouse that is missing now.
   */
  tryEmbedded: (settings: Settings) => Promise<string[]>;
  /** The host that is told of failures; undefined where none is set. */
  noticeHost: (() => Promise<string>) | undefined;
  now: () => Temporal.Instant;
}
