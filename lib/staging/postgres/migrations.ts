/** Creates and upgrades staging: numbered files, each applied once, in one transaction. */
import landing from "../../../sql/staging/001_landing.sql" with { type: "text" };
import replay from "../../../sql/staging/002_replay.sql" with { type: "text" };
import lostRanges from "../../../sql/staging/003_lost_ranges.sql" with { type: "text" };
import topicIds from "../../../sql/staging/004_topic_ids.sql" with { type: "text" };
import retiredSources from "../../../sql/staging/005_retired_sources.sql" with { type: "text" };
import corruptRanges from "../../../sql/staging/006_corrupt_ranges.sql" with { type: "text" };
import windowIndex from "../../../sql/staging/007_window_index.sql" with { type: "text" };
import lockMigrations from "../../../sql/staging/lock_migrations.sql" with { type: "text" };
import migrationsApplied from "../../../sql/staging/migrations_applied.sql" with { type: "text" };
import migrationsPresent from "../../../sql/staging/migrations_present.sql" with { type: "text" };
import migrationsTable from "../../../sql/staging/migrations_table.sql" with { type: "text" };
import recordMigration from "../../../sql/staging/record_migration.sql" with { type: "text" };
import schemasPresent from "../../../sql/staging/schemas_present.sql" with { type: "text" };
import type { SqlSession } from "../../postgres/session.ts";
import { FinpipeError } from "../../runtime/errors.ts";
import { clearOf, refuseDrift, refuseForeignRecord, refuseObstacles } from "./tables.ts";

interface Migration {
  version: number;
  name: string;
  sql: string;
}

/** In order; a migration that was released is never changed. */
const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: "001_landing", sql: landing },
  { version: 2, name: "002_replay", sql: replay },
  { version: 3, name: "003_lost_ranges", sql: lostRanges },
  { version: 4, name: "004_topic_ids", sql: topicIds },
  { version: 5, name: "005_retired_sources", sql: retiredSources },
  { version: 6, name: "006_corrupt_ranges", sql: corruptRanges },
  { version: 7, name: "007_window_index", sql: windowIndex },
];

/**
 * What `init` would run on an empty database, to be read or run by hand: with its records, so that
 * `init` finds nothing to do afterwards.
 */
export function migrationScript(): string {
  const schemas = SCHEMAS.map((name) => `CREATE SCHEMA IF NOT EXISTS ${name};`).join("\n");
  const migrations = MIGRATIONS.flatMap(({ version, name, sql }) => [
    sql,
    recordMigration.replace("$1", String(version)).replace("$2", `'${name}'`),
  ]);
  return ["BEGIN;", schemas, migrationsTable, ...migrations, "COMMIT;"].join("\n\n");
}

const SCHEMAS = ["stg", "finpipe"];

/**
 * Applies what is missing; returns the names of what it applied. Two at once wait for each other.
 *
 * @throws FinpipeError of kind `configuration` where a newer finpipe was here, somebody else's tables
 * stand in the way, or the database cannot hold what is landed
 */
export function migrate(session: SqlSession): Promise<string[]> {
  return clearOf(() => session.transaction(() => applyMissing(session)));
}

async function applyMissing(session: SqlSession): Promise<string[]> {
  await session.query(lockMigrations);
  // What is there is not made again, not even IF NOT EXISTS: that asks for rights that a role which
  // only lands and dumps need not have.
  if (!await isPresent(session)) {
    const present = new Set((await session.query(schemasPresent)).map(({ name }) => name));
    for (const schema of SCHEMAS) {
      if (!present.has(schema)) await session.execute(`CREATE SCHEMA ${schema}`);
    }
    await session.execute(migrationsTable);
  }
  const newest = await appliedVersion(session);
  refuseNewer(newest);
  if (newest === 0) await refuseObstacles(session);
  const missing = MIGRATIONS.filter(({ version }) => version > newest);
  for (const { version, name, sql } of missing) {
    await session.execute(sql);
    await session.query(recordMigration, [version, name]);
  }
  await refuseDrift(session);
  return missing.map(({ name }) => name);
}

/** Whether the tables were made, by whichever version. */
export async function hasSchema(session: SqlSession): Promise<boolean> {
  return await isPresent(session) && await appliedVersion(session) > 0;
}

/**
 * Proves that the schema is the one that this finpipe knows.
 *
 * @throws FinpipeError of kind `configuration`
 */
export async function checkSchema(session: SqlSession): Promise<void> {
  const version = await isPresent(session) ? await appliedVersion(session) : 0;
  refuseNewer(version);
  if (version === 0) await refuseObstacles(session);
  if (version < MIGRATIONS.at(-1)!.version) {
    const state = version === 0 ? "is missing" : `has version ${version}, which is too old`;
    throw new FinpipeError("configuration", `The schema of staging ${state}`, {
      hint: "Run 'finpipe init'",
    });
  }
  await refuseDrift(session);
}

/**
 * Whether `init` was ever run.
 *
 * @throws FinpipeError of kind `configuration` where the database cannot hold every text: messages
 * would be rejected one by one, for what is not theirs
 */
async function isPresent(session: SqlSession): Promise<boolean> {
  const [row] = await session.query(migrationsPresent);
  const { present, encoding } = row!;
  if (encoding === "UTF8") {
    if (present === "t") await refuseForeignRecord(session);
    return present === "t";
  }
  throw new FinpipeError(
    "configuration",
    `The database of staging keeps texts in ${encoding}, which cannot hold every message`,
    { hint: "Use a database that was created with ENCODING 'UTF8'" },
  );
}

async function appliedVersion(session: SqlSession): Promise<number> {
  const rows = await session.query(migrationsApplied);
  return Number(rows.at(-1)?.version ?? 0);
}

function refuseNewer(version: number): void {
  const known = MIGRATIONS.at(-1)!.version;
  if (version <= known) return;
  throw new FinpipeError(
    "configuration",
    `The schema of staging has version ${version}, this finpipe knows ${known}`,
    { hint: "Upgrade finpipe" },
  );
}
