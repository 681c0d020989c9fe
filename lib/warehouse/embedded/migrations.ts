/** The schema of the embedded warehouse, version by version. */
import migrationsTable from "../../../sql/warehouse/embedded/migrations.sql" with { type: "text" };
import migrationWrite from "../../../sql/warehouse/embedded/migration_write.sql" with {
  type: "text",
};
import schemaExists from "../../../sql/warehouse/embedded/schema_exists.sql" with { type: "text" };
import schemaVersion from "../../../sql/warehouse/embedded/schema_version.sql" with {
  type: "text",
};
import tables from "../../../sql/warehouse/embedded/001_tables.sql" with { type: "text" };
import { requireNotNewer, requireVersion } from "../schema_version.ts";
import { forSchemas, type WarehouseSchemas } from "../sql_template.ts";
import { type EmbeddedScope, timestampOf } from "./scope.ts";
import { clearOf, refuseForeign, refuseForeignRecord } from "./tables.ts";

interface Migration {
  version: number;
  name: string;
  sql: string;
}

const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: "001_tables", sql: tables },
];

const NEWEST = MIGRATIONS.length;

/**
 * Applies what is missing, each migration in a transaction with its record; safe to repeat.
 *
 * @returns the names of the migrations that were applied
 * @throws FinpipeError of kind `configuration` where a newer finpipe was here, or somebody else's
 * tables stand in the way
 */
export async function migrate(scope: EmbeddedScope): Promise<string[]> {
  const { session, schemas } = scope;
  const version = await versionOf(scope) ?? 0;
  requireNotNewer(version, NEWEST);
  if (version === 0) await refuseForeign(scope, false);
  await session.execute(forSchemas(migrationsTable, schemas));
  const missing = MIGRATIONS.filter((migration) => migration.version > version);
  for (const migration of missing) {
    await clearOf(scope, () =>
      session.transaction(async () => {
        const params = [migration.version, migration.name, timestampOf(scope)];
        await session.query(forSchemas(migrationWrite, schemas), params);
        await session.execute(forSchemas(migration.sql, schemas));
      }));
  }
  await refuseForeign(scope, true);
  return missing.map(({ name }) => name);
}

/** Whether the tables were made, by whichever version. */
export async function hasSchema(scope: EmbeddedScope): Promise<boolean> {
  return (await versionOf(scope) ?? 0) > 0;
}

/** @throws FinpipeError of kind `configuration` where the schema is not the one of this finpipe */
export async function checkSchema(scope: EmbeddedScope): Promise<void> {
  const version = await versionOf(scope);
  // Where init could not help either.
  if ((version ?? 0) === 0) await refuseForeign(scope, false);
  requireVersion(version, NEWEST);
}

async function versionOf(scope: EmbeddedScope): Promise<number | undefined> {
  const { session, schemas } = scope;
  const [found] = await session.query(schemaExists, [schemas.stagingSchema]);
  if (found?.present !== "t") return undefined;
  await refuseForeignRecord(scope);
  const [row] = await session.query(forSchemas(schemaVersion, schemas));
  return Number(row!.version);
}

/** What is run on an empty database, in order and with its records, to be read or run by hand. */
export function migrationScript(schemas: WarehouseSchemas): string {
  const migrations = MIGRATIONS.flatMap(({ version, name, sql }) => [
    sql,
    // Its comment is about parameters.
    migrationWrite.replace(/^--.*\n/gm, "")
      .replace("$1", String(version))
      .replace("$2", `'${name}'`)
      .replace("$3", "(now() AT TIME ZONE 'UTC')"),
  ]);
  return ["BEGIN;\n", migrationsTable, ...migrations, "COMMIT;\n"]
    .map((sql) => forSchemas(sql, schemas))
    .join("\n");
}
