/**
 * The engine rule: which end is a server and which is embedded, judged by the ends that a command
 * touches.
 *
 * With neither end set both are embedded. With one of the two set, the other is missing: it is never
 * embedded unless it says so in words, as that would land events where nobody looks for them.
 */
import { parseAirflowConnection } from "./airflow.ts";
import { postgresSettings } from "./postgres_settings.ts";
import { parsePostgresUrl, type PostgresSettings } from "./postgres_url.ts";
import type { Problems } from "./problems.ts";
import { readSecret, type Secret, secretOrigin } from "./secrets.ts";
import { type ConfigSource, type Setting, setting, variable } from "./source.ts";

/** Where events are landed. */
export type StagingEnd = { kind: "postgres"; postgres: PostgresSettings } | { kind: "embedded" };
/** Where the mart is built. */
export type WarehouseEnd = { kind: "embedded" };

/** Whether a command touches an end: `if-set` is for those that see to each end that has a setting. */
export type EndTouch = boolean | "if-set";

/** Which ends a command touches; an end that is not named is not touched, and not judged. */
export interface EndTouches {
  staging?: EndTouch;
  warehouse?: EndTouch;
}

/** The touched ends. */
export interface Ends {
  staging: StagingEnd | undefined;
  warehouse: WarehouseEnd | undefined;
  /** Why an end that was touched `if-set` is not there. */
  stagingLeftOut: string | undefined;
  warehouseLeftOut: string | undefined;
}

interface EndName {
  /** As messages say it. */
  name: string;
  /** The variable of ours, then Airflow's. */
  variables: readonly [own: string, airflow: string];
}

const STAGING: EndName = {
  name: "staging",
  variables: ["FINPIPE_PG_URL", "AIRFLOW_CONN_PG_CONNECTION"],
};
const WAREHOUSE: EndName = {
  name: "the warehouse",
  variables: ["FINPIPE_VERTICA_URL", "AIRFLOW_CONN_VERTICA_CONNECTION"],
};

/** The value that asks for the embedded engine in words. */
const EMBEDDED = "embedded";
const NO_VERTICA = "there is no Vertica end yet";

/** Judges the touched ends; what is wrong is reported, and the result is of use only if nothing is. */
export async function readEnds(
  source: ConfigSource,
  touches: EndTouches,
  problems: Problems,
): Promise<Ends> {
  const engine = readEngine(source, problems);
  const staging = originOf(source, STAGING);
  const warehouse = originOf(source, WAREHOUSE);
  const neither = staging === undefined && warehouse === undefined;
  const ends: Ends = {
    staging: undefined,
    warehouse: undefined,
    stagingLeftOut: undefined,
    warehouseLeftOut: undefined,
  };
  if (engine?.value === EMBEDDED || (neither && engine === undefined)) {
    if (touches.staging) ends.staging = { kind: EMBEDDED };
    if (touches.warehouse) ends.warehouse = { kind: EMBEDDED };
    return ends;
  }
  const why = (other: string | undefined) =>
    other === undefined ? `and ${engine?.origin} is remote` : `though ${other} is`;
  if (touches.staging && staging !== undefined) {
    ends.staging = await readStaging(source, problems);
  } else if (touches.staging === "if-set" && !neither) {
    ends.stagingLeftOut = `${STAGING.variables[0]} is not set`;
  } else if (touches.staging) {
    reportMissing(STAGING, why(warehouse), problems);
  }
  // Seeing to each end that is set must not fail over the second while there is a first.
  const leaveOut = touches.warehouse === "if-set" && staging !== undefined
    ? (reason: string) => ends.warehouseLeftOut = reason
    : undefined;
  if (touches.warehouse && warehouse !== undefined) {
    ends.warehouse = await readWarehouse(source, problems, leaveOut);
  } else if (touches.warehouse && leaveOut !== undefined) {
    leaveOut(`${WAREHOUSE.variables[0]} is not set`);
  } else if (touches.warehouse) {
    reportMissing(WAREHOUSE, why(staging), problems);
  }
  return ends;
}

function reportMissing(end: EndName, why: string, problems: Problems): void {
  problems.of(end.variables[0])(`it is not set, ${why}`, mendOf(end));
}

function readEngine(source: ConfigSource, problems: Problems): Setting | undefined {
  const engine = setting(source, "engine", "FINPIPE_ENGINE");
  if (engine === undefined || engine.value === EMBEDDED || engine.value === "remote") return engine;
  problems.of(engine.origin)(
    `it is "${engine.value}"`,
    "Set it to embedded or remote, or unset it",
  );
  return undefined;
}

function originOf(source: ConfigSource, { variables }: EndName): string | undefined {
  for (const name of variables) {
    const origin = secretOrigin(source, name);
    if (origin !== undefined) return origin;
  }
  return undefined;
}

/** The first of the end's variables that is set; unreadable files are reported. */
async function readEnd(
  source: ConfigSource,
  { variables }: EndName,
  problems: Problems,
): Promise<Secret | undefined> {
  for (const name of variables) {
    if (secretOrigin(source, name) !== undefined) return await readSecret(source, name, problems);
  }
  return undefined;
}

async function readStaging(
  source: ConfigSource,
  problems: Problems,
): Promise<StagingEnd | undefined> {
  const given = await readEnd(source, STAGING, problems);
  if (given === undefined) return undefined;
  if (given.value === EMBEDDED) return { kind: EMBEDDED };
  const report = problems.of(given.origin);
  const isAirflow = given.origin.startsWith(STAGING.variables[1]);
  const parts = (isAirflow ? parseAirflowConnection : parsePostgresUrl)(given.value, report);
  if (parts === undefined) return undefined;
  const defaults = { user: variable(source, "USER"), home: variable(source, "HOME") };
  return { kind: "postgres", postgres: await postgresSettings(parts, defaults, report) };
}

async function readWarehouse(
  source: ConfigSource,
  problems: Problems,
  leaveOut: ((reason: string) => void) | undefined,
): Promise<WarehouseEnd | undefined> {
  const given = await readEnd(source, WAREHOUSE, problems);
  if (given === undefined) return undefined;
  if (given.value === EMBEDDED) return { kind: EMBEDDED };
  if (leaveOut !== undefined) leaveOut(`${given.origin} names a server, and ${NO_VERTICA}`);
  else problems.of(given.origin)(`it names a server, and ${NO_VERTICA}`, mendOf(WAREHOUSE));
  return undefined;
}

function mendOf(end: EndName): string {
  const [own] = end.variables;
  const words = `${own}=${EMBEDDED} to keep ${end.name} in the work dir`;
  if (end === WAREHOUSE) return `Set ${words}`;
  return `Set it to postgres://user:password@host:5432/db, or set ${words}`;
}
