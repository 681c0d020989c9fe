/** Staging on a server: version, clock, settings, rights, schema and what is landed from. */
import type { PostgresSettings } from "../config/postgres_url.ts";
import type { Settings } from "../config/settings.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { TopicFacts } from "../sources/topic/topic.ts";
import type { ImposedSetting, MissingRight, ServerFacts } from "../staging/inspection.ts";
import type { Checklist, Finding } from "./check.ts";
import { judgeClock } from "./clock.ts";
import type { DoctorDeps } from "./deps.ts";
import { judgeSources } from "./topic.ts";

/** PostgreSQL versions that finpipe is tested with; older ones are past their end of life. */
const OLDEST_POSTGRES = 15;
const NEWEST_POSTGRES = 18;

/** Checks the server; if it cannot be reached, only that. */
export async function examineStaging(
  postgres: PostgresSettings,
  { retryFor, topic }: Pick<Settings, "retryFor"> & { topic: Promise<TopicFacts | undefined> },
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
  const about = await list.look("staging: version", async () => {
    const facts = await server.facts();
    return { ...judgeVersion(facts), value: facts };
  });
  if (about === undefined) return;
  await list.look("staging: clock", () => judgeClock(about, before, deps.now()));
  await list.look("staging: settings", async () => {
    if (await server.isPooledByTransaction()) throw pooledByTransaction();
    return judgeSettings(await server.imposedSettings());
  });
  await list.look("staging: rights", async () => judgeRights(about, await server.missingRights()));
  const hasSchema = await list.look("staging: schema", async () => {
    await server.checkSchema();
    return { ...judgeParts(await server.missingParts()), value: true };
  });
  if (hasSchema !== true) return;
  const facts = await topic;
  if (facts === undefined) return;
  await list.look(
    "staging: sources",
    async () => judgeSources(await server.readPartitions(), facts, deps.now()),
  );
}

function judgeVersion({ major, version }: ServerFacts): Finding<never> {
  const detail = `PostgreSQL ${version}`;
  if (major < OLDEST_POSTGRES) {
    const hint =
      `finpipe no longer supports PostgreSQL ${major} and is not tested with it: upgrade the ` +
      `server to a version from ${OLDEST_POSTGRES} to ${NEWEST_POSTGRES}`;
    return { detail, hint };
  }
  if (major <= NEWEST_POSTGRES) return { detail };
  return {
    detail,
    hint: `Newer than PostgreSQL ${NEWEST_POSTGRES}, the newest that finpipe is tested with`,
  };
}

function pooledByTransaction(): FinpipeError {
  return new FinpipeError("configuration", "A pooler gives each transaction a different session", {
    hint: "Let it pool by session (pool_mode = session in PgBouncer), or connect to the server " +
      "itself",
  });
}

/**
 * Imposed settings that finpipe overrides are named too, as they explain what other programs see.
 */
function judgeSettings(imposed: readonly ImposedSetting[]): Finding<never> {
  const shown = (settings: readonly ImposedSetting[]) =>
    settings.map(({ name, value, origin }) => `${name} = ${value} of ${origin}`).join(", ");
  const standing = imposed.filter(({ overruled }) => !overruled);
  if (standing.length > 0) {
    return {
      detail: `in force, and may hide damage: ${shown(standing)}`,
      hint: "Have a superuser reset it: ALTER ROLE or ALTER DATABASE ... RESET",
    };
  }
  if (imposed.length === 0) return { detail: "no imposed setting affects finpipe" };
  return { detail: `finpipe overrides ${shown(imposed)}` };
}

function judgeRights(
  { role, readOnly }: ServerFacts,
  missing: readonly MissingRight[],
): Finding<never> {
  if (readOnly) {
    throw new FinpipeError("configuration", "The server is read-only", {
      hint: "Connect to the primary, or unset default_transaction_read_only",
    });
  }
  if (missing.length === 0) {
    return { detail: `the role "${role}" has all the rights that finpipe needs` };
  }
  const rights = missing.map(({ right }) => right).join("; ");
  throw new FinpipeError("configuration", `The role "${role}" lacks ${rights}`, {
    hint: "Have the owner of the tables, or a superuser, run: " +
      missing.map(({ grant }) => `${grant};`).join(" "),
  });
}

/** Only a warning: landing still works without them, but nothing guards it against wrong rows. */
function judgeParts(missing: readonly string[]): Omit<Finding<never>, "value"> {
  if (missing.length === 0) return { detail: "matches this version of finpipe" };
  return {
    detail: `Parts that finpipe made are missing:\n${missing.join("\n")}`,
    hint:
      "Make them again: 'finpipe init --print-sql' has the SQL. Without an index, landing and " +
      "dumps are slow; without a key or a check, nothing keeps wrong rows out",
  };
}
