/**
 * The settings of a run. This folder is the only place that reads the environment, through the
 * function that it is handed.
 */
import { parseDuration } from "./duration.ts";
import { type Ends, type EndUses, isWarehouseServer, readEnds } from "./ends.ts";
import { type KafkaSettings, readKafka } from "./kafka.ts";
import { Problems } from "./problems.ts";
import { judgeSchemaNames, type SchemaNames, schemaNames } from "./schemas.ts";
import type { ConfigSource } from "./source.ts";
import { workDirOf } from "./work_dir.ts";

export type { ConfigSource } from "./source.ts";
export type { Ends, EndUse, EndUses, StagingEnd, WarehouseEnd } from "./ends.ts";
export { prepareWorkDir, requireEmbedded } from "./work_dir.ts";

/** What a run works with. */
export interface Settings extends Ends, SchemaNames {
  /** What the ends are that the command uses: all embedded, all servers, or one of each. */
  engine: "embedded" | "remote" | "mixed";
  /** Folder of the partition files and the embedded engine; see `prepareWorkDir`. */
  workDir: string;
  /** Milliseconds for which an unreachable server is tried again. */
  retryFor: number;
  /** Where a command reads a topic; undefined for one that does not. */
  kafka: KafkaSettings | undefined;
}

/**
 * Reads the settings that a command needs, and checks no others.
 *
 * @throws FinpipeError of kind `configuration` that names everything that is wrong, each problem
 * with its source and how to mend it; of kind `usage` for a malformed `--retry-for`
 */
export async function readSettings(
  source: ConfigSource,
  uses: EndUses,
): Promise<Settings> {
  const { retryFor } = source.flags;
  const settings = {
    workDir: workDirOf(source),
    retryFor: parseDuration(typeof retryFor === "string" ? retryFor : "60s", "--retry-for"),
    ...schemaNames(source),
  };
  const problems = new Problems(source.problems);
  const ends = await readEnds(source, uses, problems);
  const kafka = uses.kafka === true ? await readKafka(source, problems) : undefined;
  const isUsed = uses.warehouse && uses.warehouse !== "if-embedded";
  if (isUsed || ends.warehouse !== undefined) judgeSchemaNames(settings, problems);
  problems.throwIfAny();
  return { ...settings, ...ends, kafka, engine: engineOf(ends) };
}

/** What the SQL of `init` depends on. */
export interface ScriptSettings extends SchemaNames {
  /** Whose dialect the warehouse speaks. */
  dialect: "embedded" | "vertica";
}

/**
 * Reads the settings for a command that prints something about the ends and uses neither.
 *
 * @throws FinpipeError of kind `configuration`, as {@link readSettings} does
 */
export async function readScriptSettings(source: ConfigSource): Promise<ScriptSettings> {
  const problems = new Problems(source.problems);
  const dialect = await isWarehouseServer(source, problems) ? "vertica" : "embedded";
  const names = schemaNames(source);
  judgeSchemaNames(names, problems);
  problems.throwIfAny();
  return { ...names, dialect };
}

function engineOf({ staging, warehouse }: Ends): Settings["engine"] {
  const kinds = [staging?.kind, warehouse?.kind].filter((kind) => kind !== undefined);
  if (kinds.every((kind) => kind === "embedded")) return "embedded";
  return kinds.includes("embedded") ? "mixed" : "remote";
}
