/** Staging on a server: version, clock, settings, rights, schema and what is landed from. */
import type { PostgresSettings } from "../config/postgres_url.ts";
import type { Settings } from "../config/settings.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { TopicFacts } from "../sources/topic/topic.ts";
import type { ImposedSetting, ServerFacts } from "../staging/inspection.ts";
import type { Checklist, Finding } from "./check.ts";
import { judgeClock } from "./clock.ts";
import type { DoctorDeps } from "./deps.ts";
import { judgeSources } from "./topic.ts";

/** PostgreSQL versions that finpipe is tested with; older ones are past their end of life. */
const OLDEST_POSTGRES = 15;
const NEWEST_POSTGRES = 18;

/** Looks at the server; at no more of it, where it cannot be connected to. */
export async function examineStaging(
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
    return { ...judgeParts(await server.missingParts()), value: true };
  });
  if (hasSchema !== true || topic === undefined) return;
  await list.look(
    "staging: sources",
    async () => judgeSources(await server.readPartitions(), topic, deps.now()),
  );
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

/** A warning: what is landed is right without them, as long as it is right. */
function judgeParts(missing: readonly string[]): Omit<Finding<never>, "value"> {
  if (missing.length === 0) return { detail: "the one that this finpipe knows" };
  return {
    detail: `finpipe made what is not there any more:\n${missing.join("\n")}`,
    hint: "Make it again: without an index landing and dumps are slow, without a key or a check " +
      "nothing keeps wrong rows out",
  };
}
