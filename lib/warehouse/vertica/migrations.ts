/** The schema of the Vertica warehouse, version by version. */
import grants from "../../../sql/warehouse/vertica/grants.sql" with { type: "text" };
import schemaMart from "../../../sql/warehouse/vertica/schema_mart.sql" with { type: "text" };
import schemaStaging from "../../../sql/warehouse/vertica/schema_staging.sql" with { type: "text" };
import schemasPresent from "../../../sql/warehouse/vertica/schemas_present.sql" with {
  type: "text",
};
import migrationsLock from "../../../sql/warehouse/vertica/migrations_lock.sql" with {
  type: "text",
};
import migrationsPresent from "../../../sql/warehouse/vertica/migrations_present.sql" with {
  type: "text",
};
import migrationsTable from "../../../sql/warehouse/vertica/migrations.sql" with { type: "text" };
import migrationWrite from "../../../sql/warehouse/vertica/migration_write.sql" with {
  type: "text",
};
import schemaVersion from "../../../sql/warehouse/vertica/schema_version.sql" with { type: "text" };
import tables from "../../../sql/warehouse/vertica/001_tables.sql" with { type: "text" };
import { type FinpipeError, isKind } from "../../runtime/errors.ts";
import { retrying } from "../../runtime/retry.ts";
import { requireNotNewer, requireVersion } from "../schema_version.ts";
import { forSchemas, type WarehouseSchemas } from "../sql_template.ts";
import type { VerticaScope } from "./scope.ts";
import { statementsFor } from "./statements.ts";
import { clearOf, columnsOf, refuseForeign, refuseForeignRecord } from "./tables.ts";

/** A change of the schema, each of whose statements can be run again. */
export interface Migration {
  /** One more than the last one's. */
  version: number;
  name: string;
  sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: "001_tables", sql: tables },
];

const NEWEST = MIGRATIONS.length;

/** How often another init may be met: see {@link prepare}. */
const PREPARE_RETRY = {
  retryFor: 2000,
  firstDelay: 50,
  isRetriable: (error: FinpipeError) =>
    !isKind(error, "configuration") && !isKind(error, "unreachable"),
  signal: new AbortController().signal,
};

/**
 * Applies what is missing; safe to repeat, and from two processes at once. DDL commits by itself, so a
 * migration that breaks off leaves what it made, and is begun anew: each of its statements can be run
 * again.
 *
 * @param migrations all that there are, in order
 * @returns the names of the migrations that were applied
 * @throws FinpipeError of kind `configuration` where a newer finpipe was here, or somebody else's
 * tables stand in the way
 */
export async function migrate(
  scope: VerticaScope,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<string[]> {
  const found = await columnsOf(scope);
  await refuseForeignRecord(scope, found);
  const before = await versionOf(scope) ?? 0;
  requireNotNewer(before, migrations.length);
  if (before === migrations.length) {
    await refuseForeign(scope, true, found);
    return [];
  }
  // IF NOT EXISTS would pass over whatever has a table's name.
  if (before === 0) await refuseForeign(scope, false, found);
  const applied = await clearOf(scope, () => applyMissing(scope, migrations));
  await refuseForeign(scope, true);
  return applied;
}

async function applyMissing(
  scope: VerticaScope,
  migrations: readonly Migration[],
): Promise<string[]> {
  await prepare(scope);
  const holder = scope.in(await scope.connect());
  try {
    return await holder.session.transaction(async () => {
      await holder.run(migrationsLock);
      const [row] = await holder.run(schemaVersion);
      const missing = migrations.filter(({ version }) => version > Number(row!.version));
      for (const { version, name, sql } of missing) {
        await scope.commit(sql);
        await holder.run(migrationWrite, { version, name, now: scope.timestamp });
      }
      return missing.map(({ name }) => name);
    });
  } finally {
    await holder.session.close();
  }
}

/** Whether the tables were made, by whichever version; not where the making of the first broke off. */
export async function hasSchema(scope: VerticaScope): Promise<boolean> {
  return (await versionOf(scope) ?? 0) > 0;
}

/** @throws FinpipeError of kind `configuration` where the schema is not the one of this finpipe */
export async function checkSchema(scope: VerticaScope): Promise<void> {
  const version = await versionOf(scope);
  // Where init could not help either.
  if ((version ?? 0) === 0) await refuseForeign(scope, false);
  requireVersion(version, NEWEST);
}

/**
 * The same, and looks at each table as well: what a doctor does, and no step.
 *
 * @throws FinpipeError of kind `configuration`
 */
export async function checkTables(scope: VerticaScope): Promise<void> {
  await refuseForeignRecord(scope);
  await checkSchema(scope);
  await refuseForeign(scope, true);
}

/**
 * What is run on an empty database, in order and with its records, to be read or run by hand; before
 * it, as a comment, what a DBA runs.
 */
export function migrationScript(schemas: WarehouseSchemas): string {
  const records = MIGRATIONS.flatMap(({ version, name, sql }) => [
    ...statementsFor(sql, schemas),
    ...statementsFor(migrationWrite, schemas, { version, name, now: "NOW" }),
  ]);
  const all = [
    ...[schemaStaging, schemaMart, migrationsTable].flatMap((sql) => statementsFor(sql, schemas)),
    ...records,
    "COMMIT",
  ];
  const script = all.map((statement) => `${statement.replace("'NOW'", "GETUTCDATE()")};\n`);
  const byDba = forSchemas(grants, schemas).trimEnd().replace(/^(?!--)/gm, "-- ");
  return [`${byDba.replace(/ +$/gm, "")}\n`, ...script].join("\n");
}

/**
 * Nothing is there yet that could be locked, so another init may make any of the three under our
 * hands; then it is there at the next look.
 */
async function prepare(scope: VerticaScope): Promise<void> {
  await retrying(async () => {
    await createSchemas(scope);
    await scope.commit(migrationsTable);
  }, PREPARE_RETRY);
}

/** A DBA may have made the schemas, and left finpipe no right to make any. */
async function createSchemas(scope: VerticaScope): Promise<void> {
  const { stagingSchema, martSchema } = scope.schemas;
  const names = { staging_schema: stagingSchema, mart_schema: martSchema };
  const rows = await scope.commit(schemasPresent, names);
  const present = rows.map(({ schema_name }) => schema_name);
  if (!present.includes(stagingSchema.toLowerCase())) await scope.commit(schemaStaging);
  if (!present.includes(martSchema.toLowerCase())) await scope.commit(schemaMart);
}

async function versionOf(scope: VerticaScope): Promise<number | undefined> {
  const names = { staging_schema: scope.schemas.stagingSchema };
  const [found] = await scope.commit(migrationsPresent, names);
  if (found === undefined) return undefined;
  const [row] = await scope.commit(schemaVersion).catch(async (error) => {
    await refuseForeignRecord(scope);
    throw error;
  });
  return Number(row!.version);
}
