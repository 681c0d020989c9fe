/**
 * Looks at everything that finpipe stands on and says of each failure what to do about it. What
 * hangs on something that failed is not looked at.
 */
import { FinpipeError, isKind } from "../runtime/errors.ts";
import type { PostgresSettings } from "../config/postgres_url.ts";
import type { Settings } from "../config/settings.ts";
import type { ImposedSetting, ServerFacts, StagingInspection } from "../staging/inspection.ts";
import type { ReadPartition } from "../staging/sources.ts";
import type { MissingRight, WarehouseFacts, WarehouseInspection } from "../warehouse/inspection.ts";
import type { VerticaSettings } from "../config/vertica_settings.ts";
import type { TopicFacts } from "../sources/topic/inspection.ts";
import { READ_WITHIN } from "../steps/completeness.ts";

/** What came of looking at one thing. */
export interface Check {
  check: string;
  outcome: "ok" | "warning" | "failed" | "skipped";
  detail: string;
  /** What to do about it. */
  hint?: string;
  /** The exit code of a failure. */
  exit_code?: number;
}

/** The world that is looked at. */
export interface DoctorDeps {
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
  /** Opens the embedded ends of the settings, with their schema, and closes them. */
  tryEmbedded: (settings: Settings) => Promise<void>;
  now: () => Temporal.Instant;
}

/** PostgreSQL versions that finpipe is tested with; older ones are past their end of life. */
const OLDEST_POSTGRES = 15;
const NEWEST_POSTGRES = 18;

/** Bytes: below the first nothing can be done, below the second not for long. */
const TOO_LITTLE_SPACE = 100_000_000;
const LITTLE_SPACE = 1_000_000_000;

/** Milliseconds between the clocks beyond which messages look as if sent in the future. */
const CLOCK_LIMIT = 60_000;

/** Looks at one thing after the other; failures are results, only what is no failure is thrown. */
export async function examine(deps: DoctorDeps): Promise<Check[]> {
  const list = new Checklist();
  const settings = await list.look("configuration", async () => {
    const settings = await deps.readSettings();
    return { detail: `${settings.engine} engine`, value: settings };
  });
  if (settings === undefined) return list.checks;
  const workDir = await list.look("work dir", () => examineWorkDir(settings.workDir, deps));
  const { inspectTopic } = deps;
  const topic = inspectTopic === undefined
    ? undefined
    : await list.look("kafka", async () => judgeTopic(await inspectTopic(settings.retryFor)));
  const { readStreamSettings } = deps;
  if (readStreamSettings !== undefined && settings.staging?.kind !== "postgres") {
    await list.look("stream", () => judgeStream(readStreamSettings));
  }
  if (settings.staging?.kind === "postgres") {
    await examineServer(settings.staging.postgres, { topic, ...settings }, list, deps);
  }
  if (settings.warehouse?.kind === "vertica") {
    await examineWarehouse(settings, settings.warehouse.vertica, list, deps);
  }
  const embedded = Object.entries({ staging: settings.staging, warehouse: settings.warehouse })
    .filter(([, end]) => end?.kind === "embedded").map(([name]) => name);
  if (embedded.length > 0 && workDir !== undefined) {
    await list.look(embedded.join(" and "), async () => {
      await deps.tryEmbedded(settings);
      return { detail: `the embedded engine in ${settings.workDir} opens` };
    });
  }
  list.skip("staging", settings.stagingLeftOut);
  list.skip("warehouse", settings.warehouseLeftOut);
  return list.checks;
}

/** The exit code of the first failure, else 0. */
export function exitCodeOf(checks: readonly Check[]): number {
  return checks.find(({ outcome }) => outcome === "failed")?.exit_code ?? 0;
}

interface Finding<T> {
  detail: string;
  /** Makes it a warning. */
  hint?: string;
  value?: T;
}

class Checklist {
  readonly checks: Check[] = [];

  /** Notes what came of it; undefined where it failed. */
  async look<T>(
    check: string,
    work: () => Finding<T> | Promise<Finding<T>>,
  ): Promise<T | undefined> {
    try {
      const { detail, hint, value } = await work();
      const outcome = hint === undefined ? "ok" : "warning";
      this.checks.push({ check, outcome, detail, ...(hint === undefined ? {} : { hint }) });
      return value;
    } catch (error) {
      if (!(error instanceof FinpipeError)) throw error;
      const { message, hint, exitCode } = error;
      const found = { check, outcome: "failed", detail: message, exit_code: exitCode } as const;
      this.checks.push(hint === undefined ? found : { ...found, hint });
      return undefined;
    }
  }

  skip(check: string, reason: string | undefined): void {
    if (reason !== undefined) this.checks.push({ check, outcome: "skipped", detail: reason });
  }
}

async function examineWorkDir(workDir: string, deps: DoctorDeps): Promise<Finding<string>> {
  const folder = await deps.lookAtWorkDir(workDir);
  const free = await deps.freeBytes(folder);
  const state = folder === workDir ? "can be written" : "is not there yet";
  const detail = `${workDir} ${state}, ${(free / 1e9).toFixed(1)} GB free`;
  const hint = "Make room there, or name another folder with --work-dir";
  if (free >= LITTLE_SPACE) return { detail, value: workDir };
  if (free >= TOO_LITTLE_SPACE) return { detail, hint, value: workDir };
  throw new FinpipeError("failed", `The disk of ${workDir} is full`, { hint });
}

async function examineServer(
  postgres: PostgresSettings,
  { retryFor, topic }: Pick<Settings, "retryFor"> & { topic: TopicFacts | undefined },
  list: Checklist,
  deps: DoctorDeps,
): Promise<void> {
  const inspection = await list.look("staging: connection", async () => ({
    detail: `connected to ${postgres.displayName}`,
    value: await deps.inspectStaging(postgres, retryFor),
  }));
  if (inspection === undefined) return;
  await using server = inspection;
  const before = deps.now();
  const facts = await list.look("staging: version", async () => {
    const facts = await server.facts();
    return { ...judgeVersion(facts), value: facts };
  });
  if (facts === undefined) return;
  await list.look("staging: clock", () => judgeClock(facts, before, deps.now()));
  await list.look("staging: settings", async () => {
    if (await server.isPooledByTransaction()) throw pooledByTransaction();
    return judgeSettings(await server.imposedSettings());
  });
  await list.look("staging: rights", async () => judgeRights(facts, await server.missingRights()));
  const hasSchema = await list.look("staging: schema", async () => {
    await server.checkSchema();
    return { detail: "the one that this finpipe knows", value: true };
  });
  if (hasSchema !== true || topic === undefined) return;
  await list.look(
    "staging: sources",
    async () => judgeSources(await server.readPartitions(), topic, deps.now()),
  );
}

async function examineWarehouse(
  settings: Settings,
  { displayName, warning }: VerticaSettings,
  list: Checklist,
  deps: DoctorDeps,
): Promise<void> {
  const inspection = await list.look("warehouse: connection", async () => {
    const value = await deps.inspectWarehouse(settings);
    const detail = `connected to ${displayName}`;
    return warning === undefined ? { detail, value } : { detail, value, hint: warning };
  });
  if (inspection === undefined) return;
  await using server = inspection;
  const before = deps.now();
  const facts = await list.look("warehouse: version", async () => {
    const facts = await server.facts();
    return { detail: `${facts.version}, as "${facts.user}"`, value: facts };
  });
  if (facts === undefined) return;
  await list.look("warehouse: clock", () => judgeClock(facts, before, deps.now()));
  await list.look(
    "warehouse: rights",
    async () => judgeWarehouseRights(facts, await server.missingRights()),
  );
  const hasSchema = await list.look("warehouse: schema", async () => {
    await server.checkSchema();
    return { detail: "the one that this finpipe knows", value: true };
  });
  if (hasSchema !== true) return;
  await list.look("warehouse: side tables", async () => judgeShapes(await server.differences()));
}

function judgeWarehouseRights(
  { user }: Pick<WarehouseFacts, "user">,
  missing: readonly MissingRight[],
): Finding<never> {
  if (missing.length === 0) return { detail: `the user "${user}" may do what finpipe needs` };
  throw new FinpipeError(
    "configuration",
    `The user "${user}" lacks\n${missing.map(({ right }) => right).join("\n")}`,
    { hint: `Have a DBA run: ${missing.map(({ grant }) => `${grant};`).join(" ")}` },
  );
}

function judgeShapes(differences: readonly string[]): Finding<never> {
  if (differences.length === 0) return { detail: "can be swapped with their targets" };
  throw new FinpipeError(
    "configuration",
    `Side tables differ from their targets:\n${differences.join("\n")}`,
    {
      hint: "Somebody altered the target: the next load makes a side table like it; no undo until",
    },
  );
}

function judgeTopic(facts: TopicFacts): Finding<TopicFacts> {
  const { topic, cluster, partitions } = facts;
  const count = partitions === 1 ? "1 partition" : `${partitions} partitions`;
  return { detail: `topic ${topic} on ${cluster} has ${count}`, value: facts };
}

/** Where brokers are named somebody means to land a topic; whoever does something else is not held up. */
async function judgeStream(readStreamSettings: () => Promise<Settings>): Promise<Finding<never>> {
  try {
    await readStreamSettings();
    return { detail: "lands the topic on the embedded engine, as was said in words" };
  } catch (error) {
    if (!isKind(error, "configuration")) throw error;
    const { message, hint = "Set what is missing" } = error;
    return { detail: `the topic cannot be landed: ${message}`, hint };
  }
}

/** Finds partitions that nobody reads any more: each keeps all later days from being complete. */
function judgeSources(
  known: readonly ReadPartition[],
  { topic, partitions }: TopicFacts,
  now: Temporal.Instant,
): Finding<never> {
  const since = now.toZonedDateTimeISO("UTC").toPlainDateTime().subtract({ hours: READ_WITHIN });
  const isRead = (part: ReadPartition) => Temporal.PlainDateTime.compare(part.readAt, since) >= 0;
  const gone = known.filter((part) => part.topic === topic && part.partition >= partitions)
    .map(({ partition }) => `${topic}:${partition}`);
  // Another topic is named as a whole: of one that is read, each partition says so by its end.
  const others = Map.groupBy(known.filter((part) => part.topic !== topic), ({ topic }) => topic);
  const left = [...others].filter(([, parts]) => !parts.some(isRead)).map(([name]) => name);
  const names = [...gone, ...left].join(" ");
  if (names === "") return { detail: "every partition is read, or retired" };
  return {
    detail: `nobody seems to read these, and they keep days from being complete: ${names}`,
    hint: `If so, retire them: 'finpipe source retire ${names}'`,
  };
}

function judgeVersion({ major, version }: ServerFacts): Finding<never> {
  const detail = `PostgreSQL ${version}`;
  if (major < OLDEST_POSTGRES) {
    const hint = `finpipe does not support PostgreSQL ${major} any more, and is not tested with ` +
      `it: upgrade the server to one of ${OLDEST_POSTGRES} to ${NEWEST_POSTGRES}`;
    return { detail, hint };
  }
  if (major <= NEWEST_POSTGRES) return { detail };
  return { detail, hint: `Newer than ${NEWEST_POSTGRES}, which finpipe was tested with last` };
}

function pooledByTransaction(): FinpipeError {
  return new FinpipeError("configuration", "A pooler gives each transaction another session", {
    hint: "Pool by session: pool_mode = session in PgBouncer, or name the server itself",
  });
}

/** Settings of others that finpipe overrules are told of, as they explain what other programs see. */
function judgeSettings(imposed: readonly ImposedSetting[]): Finding<never> {
  const shown = (settings: readonly ImposedSetting[]) =>
    settings.map(({ name, value, origin }) => `${name} = ${value} of ${origin}`).join(", ");
  const standing = imposed.filter(({ overruled }) => !overruled);
  if (standing.length > 0) {
    return {
      detail: `in force, though it may hide damage: ${shown(standing)}`,
      hint: "Have a superuser reset it: ALTER ROLE or ALTER DATABASE ... RESET",
    };
  }
  if (imposed.length === 0) return { detail: "none is imposed that finpipe would mind" };
  return { detail: `finpipe sets its own in place of ${shown(imposed)}` };
}

/** The server's clock was read between two readings of ours, which may be far apart. */
function judgeClock(
  { clock }: Pick<ServerFacts, "clock">,
  before: Temporal.Instant,
  after: Temporal.Instant,
): Finding<never> {
  const behind = before.epochMilliseconds - clock.epochMilliseconds;
  const ahead = clock.epochMilliseconds - after.epochMilliseconds;
  const apart = Math.max(behind, ahead, 0);
  if (apart <= CLOCK_LIMIT) return { detail: "within a minute of ours" };
  const way = ahead > 0 ? "ahead of" : "behind";
  throw new FinpipeError(
    "configuration",
    `The server's clock is ${Math.round(apart / 1000)} s ${way} ours`,
    { hint: "Set the wrong one of the two by NTP: deduplication and run dates go by the clock" },
  );
}

function judgeRights({ role, readOnly }: ServerFacts, missing: string[]): Finding<never> {
  if (readOnly) {
    throw new FinpipeError("configuration", "The server is read-only", {
      hint: "Connect to the primary, or unset default_transaction_read_only",
    });
  }
  if (missing.length === 0) return { detail: `the role "${role}" may do what finpipe needs` };
  throw new FinpipeError("configuration", `The role "${role}" lacks ${missing.join(", ")}`, {
    hint: "Grant the missing rights to it, or use another role",
  });
}
