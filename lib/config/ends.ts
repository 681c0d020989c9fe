/**
 * The engine rule: decides for each end that a command uses whether it is a server or embedded.
 *
 * If neither end is set, both are embedded. If only one is set, the other is missing: it is
 * embedded only if its variable says `embedded`, as events would else land where nobody looks for
 * them. The same holds where a topic is landed, and where a variable is present but empty: somebody
 * meant to set it.
 */
import { parseAirflowConnection } from "./airflow.ts";
import { type ConnectionForm, type ConnectionParts, parseConnectionUrl } from "./connection_url.ts";
import { postgresSettings } from "./postgres_settings.ts";
import { POSTGRES_FORM, type PostgresSettings } from "./postgres_url.ts";
import type { Problems, Report } from "./problems.ts";
import { readSecret, type Secret, secretOrigin } from "./secrets.ts";
import { type ConfigSource, type Setting, setting, variable } from "./source.ts";
import { VERTICA_FORM, type VerticaSettings, verticaSettings } from "./vertica_settings.ts";

/** Where events are landed. */
export type StagingEnd = { kind: "postgres"; postgres: PostgresSettings } | { kind: "embedded" };
/** Where the mart is built. */
export type WarehouseEnd = { kind: "vertica"; vertica: VerticaSettings } | { kind: "embedded" };

/**
 * Whether a command uses an end: `if-set` if the end has a setting, `if-embedded` if both ends are
 * embedded, so that a new folder gets both.
 */
export type EndTouch = boolean | "if-set" | "if-embedded";

/**
 * Which ends a command uses. An end that is not named is not used, and its settings are not
 * checked.
 */
export interface EndTouches {
  /** The command reads a topic, or writes to one. @default false */
  kafka?: boolean;
  staging?: EndTouch;
  warehouse?: EndTouch;
}

/** The ends that a command uses. */
export interface Ends {
  staging: StagingEnd | undefined;
  warehouse: WarehouseEnd | undefined;
  /** Why an end is left out that the command uses only if it is set. */
  stagingLeftOut: string | undefined;
  warehouseLeftOut: string | undefined;
}

interface EndName {
  /** As messages say it. */
  name: string;
  /** The variable of ours, then Airflow's. */
  variables: readonly [own: string, airflow: string];
  /** How its connections are written. */
  form: ConnectionForm;
}

const STAGING: EndName = {
  name: "staging",
  variables: ["FINPIPE_PG_URL", "AIRFLOW_CONN_PG_CONNECTION"],
  form: POSTGRES_FORM,
};
const WAREHOUSE: EndName = {
  name: "the warehouse",
  variables: ["FINPIPE_VERTICA_URL", "AIRFLOW_CONN_VERTICA_CONNECTION"],
  form: VERTICA_FORM,
};

/** The value that asks for the embedded engine in words. */
const EMBEDDED = "embedded";
const OAUTH_TOKEN = "FINPIPE_VERTICA_OAUTH_TOKEN";

/**
 * Reads the settings of the ends that the command uses. Problems are reported; the result is usable
 * only if there are none.
 */
export async function readEnds(
  source: ConfigSource,
  touches: EndTouches,
  problems: Problems,
): Promise<Ends> {
  const engine = readEngine(source, problems);
  const staging = stateOf(source, STAGING);
  const warehouse = stateOf(source, WAREHOUSE);
  const neither = staging.origin === undefined && warehouse.origin === undefined;
  const ends: Ends = {
    staging: undefined,
    warehouse: undefined,
    stagingLeftOut: undefined,
    warehouseLeftOut: undefined,
  };
  if (engine?.value === EMBEDDED || (neither && engine === undefined)) {
    if (touches.staging) ends.staging = { kind: EMBEDDED };
    if (touches.warehouse) ends.warehouse = { kind: EMBEDDED };
    if (engine === undefined && touches.staging && touches.kafka) reportTopic(problems);
    return ends;
  }
  const why = (other: EndState) => {
    if (other.origin === undefined) return `and ${engine?.origin} is remote`;
    return `though ${other.origin} is${other.isSet ? "" : " present but empty"}`;
  };
  if (touches.staging && staging.isSet) {
    ends.staging = await readStaging(source, problems);
  } else if (touches.staging === "if-set" && warehouse.isSet) {
    ends.stagingLeftOut = missing(STAGING, staging);
  } else if (touches.staging) {
    reportMissing(STAGING, staging, why(warehouse), problems);
  }
  if (touches.warehouse === "if-embedded") {
    const own = variable(source, WAREHOUSE.variables[0]);
    if (ends.staging?.kind === EMBEDDED && own === EMBEDDED) ends.warehouse = { kind: EMBEDDED };
  } else if (touches.warehouse && warehouse.isSet) {
    ends.warehouse = await readWarehouse(source, problems);
  } else if (touches.warehouse === "if-set" && staging.isSet) {
    ends.warehouseLeftOut = missing(WAREHOUSE, warehouse);
  } else if (touches.warehouse) {
    reportMissing(WAREHOUSE, warehouse, why(staging), problems);
  }
  return ends;
}

/**
 * Whether the warehouse is set to a server, whatever else is set: for messages about a warehouse
 * that the command does not use.
 */
export async function isWarehouseServer(
  source: ConfigSource,
  problems: Problems,
): Promise<boolean> {
  if (setting(source, "engine", "FINPIPE_ENGINE")?.value === EMBEDDED) return false;
  const given = await readEnd(source, WAREHOUSE, problems);
  return given !== undefined && given.value !== EMBEDDED;
}

function reportMissing(end: EndName, state: EndState, why: string, problems: Problems): void {
  if (state.origin !== undefined) problems.of(state.origin)("it is empty", mendOf(end));
  else problems.of(end.variables[0])(`it is not set, ${why}`, mendOf(end));
}

function missing({ variables }: EndName, { origin }: EndState): string {
  return origin === undefined ? `${variables[0]} is not set` : `${origin} is empty`;
}

function reportTopic(problems: Problems): void {
  problems.of(STAGING.variables[0])(
    "it is not set, and finpipe lands a topic on the embedded engine only if you ask for that",
    `Set it to ${STAGING.form.example}, or ask for the embedded engine: --engine ${EMBEDDED} ` +
      `or FINPIPE_ENGINE=${EMBEDDED}`,
  );
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

/** Which of an end's variables is present, and whether it has a value. */
interface EndState {
  origin: string | undefined;
  isSet: boolean;
}

function stateOf(source: ConfigSource, { variables }: EndName): EndState {
  const names = variables.flatMap((name) => [name, `${name}_FILE`]);
  const set = names.find((name) => variable(source, name) !== undefined);
  if (set !== undefined) return { origin: set, isSet: true };
  return { origin: names.find((name) => source.env(name) === ""), isSet: false };
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
  const parts = partsOf(given, STAGING, report);
  if (parts === undefined) return undefined;
  const defaults = { user: variable(source, "USER"), home: variable(source, "HOME") };
  return { kind: "postgres", postgres: await postgresSettings(parts, defaults, report) };
}

async function readWarehouse(
  source: ConfigSource,
  problems: Problems,
): Promise<WarehouseEnd | undefined> {
  const given = await readEnd(source, WAREHOUSE, problems);
  if (given === undefined) return undefined;
  if (given.value === EMBEDDED) return { kind: EMBEDDED };
  const report = problems.of(given.origin);
  const parts = partsOf(given, WAREHOUSE, report);
  const token = await readSecret(source, OAUTH_TOKEN, problems);
  return parts && { kind: "vertica", vertica: await verticaSettings(parts, token, report) };
}

function partsOf(
  { value, origin }: Secret,
  { variables: [, airflow], form }: EndName,
  report: Report,
): ConnectionParts | undefined {
  return origin.startsWith(airflow)
    ? parseAirflowConnection(value, report, form)
    : parseConnectionUrl(value, form, report);
}

function mendOf({ variables: [own], name, form }: EndName): string {
  return `Set it to ${form.example}, or set ${own}=${EMBEDDED} to keep ${name} in the work dir`;
}
