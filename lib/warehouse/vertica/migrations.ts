/** The migrations of the Vertica warehouse, and where it keeps the record of them. */
import grants from "../../../sql/warehouse/vertica/grants.sql" with { type: "text" };
import schemaMart from "../../../sql/warehouse/vertica/schema_mart.sql" with { type: "text" };
import schemaStaging from "../../../sql/warehouse/vertica/schema_staging.sql" with { type: "text" };
import schemasPresent from "../../../sql/warehouse/vertica/schemas_present.sql" with {
  type: "text",
};
import migrationsApplied from "../../../sql/warehouse/vertica/migrations_applied.sql" with {
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
import tables from "../../../sql/warehouse/vertica/001_tables.sql" with { type: "text" };
import type { AppliedMigration, Migration, MigrationStore } from "../../migrations/migration.ts";
import { appliedOf } from "../../migrations/record.ts";
import { type FinpipeError, isKind } from "../../runtime/errors.ts";
import { retrying } from "../../runtime/retry.ts";
import { forSchemas, type WarehouseSchemas } from "../sql_template.ts";
import type { VerticaScope } from "./scope.ts";
import { statementsFor } from "./statements.ts";
import { clearOf, refuseForeign, refuseForeignRecord } from "./tables.ts";

/** In order; each of their statements can be run again. What was released is never changed. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: "001_tables", sql: tables, breaks: "readers" },
];

const NEWEST = MIGRATIONS.at(-1)!.version;

/** How often another init may be met: see {@link prepare}. */
const PREPARE_RETRY = {
  retryFor: 2000,
  firstDelay: 50,
  isRetriable: (error: FinpipeError) =>
    !isKind(error, "configuration") && !isKind(error, "unreachable"),
  signal: new AbortController().signal,
};

/**
 * DDL commits by itself, so a migration that breaks off leaves what it made, and is begun anew. Its
 * record is written by the session that holds the lock, which is another one for that reason.
 */
export class VerticaMigrations implements MigrationStore {
  readonly name = "The schema of the warehouse";
  readonly #scope: VerticaScope;
  /** Holds the lock, while there is one. */
  #holder: VerticaScope | undefined;

  constructor(scope: VerticaScope) {
    this.#scope = scope;
  }

  async applied(): Promise<AppliedMigration[] | undefined> {
    const scope = this.#scope;
    const names = { staging_schema: scope.schemas.stagingSchema };
    const [found] = await scope.commit(migrationsPresent, names);
    if (found === undefined) return undefined;
    let applied: AppliedMigration[];
    try {
      const rows = await (this.#holder?.run(migrationsApplied) ?? scope.commit(migrationsApplied));
      applied = rows.map(appliedOf);
    } catch (error) {
      // Not looked at before: each command asks for the version.
      await refuseForeignRecord(scope);
      throw error;
    }
    // Somebody else's may have versions as well; NaN is none.
    if (!applied.every(({ version }) => version <= NEWEST)) await refuseForeignRecord(scope);
    return applied;
  }

  alone(work: () => Promise<string[]>): Promise<string[]> {
    const scope = this.#scope;
    return clearOf(scope, async () => {
      // IF NOT EXISTS would pass over whatever has a table's name.
      if ((await this.applied() ?? []).length === 0) await this.refuseObstacles();
      await prepare(scope);
      const applied = await this.#locked(work);
      await this.refuseDrift();
      return applied;
    });
  }

  /** Runs work while a session of its own holds the lock. */
  async #locked(work: () => Promise<string[]>): Promise<string[]> {
    const holder = this.#scope.in(await this.#scope.connect());
    try {
      return await holder.session.transaction(async () => {
        await holder.run(migrationsLock);
        this.#holder = holder;
        return await work();
      });
    } finally {
      this.#holder = undefined;
      await holder.session.close();
    }
  }

  async apply({ version, name, sql, breaks }: Migration): Promise<void> {
    await this.#scope.commit(sql);
    const now = this.#scope.timestamp;
    await this.#holder!.run(migrationWrite, { version, name, now, breaks });
  }

  refuseObstacles(): Promise<void> {
    return refuseForeign(this.#scope, false);
  }

  refuseDrift(): Promise<void> {
    return refuseForeign(this.#scope, true);
  }
}

/**
 * What is run on an empty database, in order and with its records, to be read or run by hand; before
 * it, as a comment, what a DBA runs.
 */
export function migrationScript(schemas: WarehouseSchemas): string {
  const records = MIGRATIONS.flatMap(({ version, name, sql, breaks }) => [
    ...statementsFor(sql, schemas),
    ...statementsFor(migrationWrite, schemas, { version, name, now: "NOW", breaks }),
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
