/** The migrations of the Vertica warehouse, and where it keeps the record of them. */
import tables from "../../../sql/warehouse/vertica/001_tables.sql" with { type: "text" };
import grants from "../../../sql/warehouse/vertica/grants.sql" with { type: "text" };
import migrationWrite from "../../../sql/warehouse/vertica/migration_write.sql" with {
  type: "text",
};
import migrationsTable from "../../../sql/warehouse/vertica/migrations.sql" with { type: "text" };
import migrationsApplied from "../../../sql/warehouse/vertica/migrations_applied.sql" with {
  type: "text",
};
import migrationsLock from "../../../sql/warehouse/vertica/migrations_lock.sql" with {
  type: "text",
};
import migrationsPresent from "../../../sql/warehouse/vertica/migrations_present.sql" with {
  type: "text",
};
import schemaMart from "../../../sql/warehouse/vertica/schema_mart.sql" with { type: "text" };
import schemaStaging from "../../../sql/warehouse/vertica/schema_staging.sql" with { type: "text" };
import schemasPresent from "../../../sql/warehouse/vertica/schemas_present.sql" with {
  type: "text",
};
import records from "../../../sql/warehouse/vertica/002_records.sql" with { type: "text" };
import fingerprints from "../../../sql/warehouse/vertica/003_fingerprints.sql" with {
  type: "text",
};
import core from "../../../sql/warehouse/vertica/004_core.sql" with { type: "text" };
import type { AppliedMigration, Migration, MigrationStore } from "../../migrations/migration.ts";
import { APPLIED } from "../../migrations/record.ts";
import { type FinpipeError, isKind } from "../../runtime/errors.ts";
import { retrying } from "../../runtime/retry.ts";
import * as is from "../../sql/columns.ts";
import { Clause, Identifier, SqlTemplate, templatesOf } from "../../sql/template.ts";
import { schemaValues, type WarehouseSchemas } from "../variables.ts";
import { verticaQuery } from "./query.ts";
import type { VerticaScope } from "./scope.ts";
import { clearOf, refuseForeign, refuseForeignRecord } from "./tables.ts";

/** In order; each of their statements can be run again. What was released is never changed. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: "001_tables", sql: tables, breaks: "readers" },
  // Readers too: the report of an older version asks for the flags.
  { version: 2, name: "002_records", sql: records, breaks: "readers" },
  // What an older version loads has no fingerprint, and that is all.
  { version: 3, name: "003_fingerprints", sql: fingerprints, breaks: "nothing" },
  // New tables only. What an older version loads or undoes leaves the core stale, as the records say.
  { version: 4, name: "004_core", sql: core, breaks: "nothing" },
];

/** Which of the two schemas are there. */
export const SCHEMAS_PRESENT = verticaQuery("schemas_present", schemasPresent, {
  schemaName: is.text,
});
const MIGRATIONS_PRESENT = verticaQuery("migrations_present", migrationsPresent, {
  tableName: is.text,
});
const MIGRATIONS_APPLIED = verticaQuery("migrations_applied", migrationsApplied, APPLIED);
const SCHEMA_STAGING = templatesOf(schemaStaging);
const SCHEMA_MART = templatesOf(schemaMart);
const MIGRATIONS_TABLE = templatesOf(migrationsTable);
const LOCK = templatesOf(migrationsLock);
const WRITE = templatesOf(migrationWrite);

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
    const found = await scope.transaction(() => scope.selectFirst(MIGRATIONS_PRESENT));
    if (found === undefined) return undefined;
    let applied: AppliedMigration[];
    try {
      const rows = await (this.#holder?.select(MIGRATIONS_APPLIED) ??
        scope.transaction(() => scope.select(MIGRATIONS_APPLIED)));
      applied = rows;
    } catch (error) {
      // Not looked at before: each command asks for the version.
      await refuseForeignRecord(scope);
      throw error;
    }
    // Somebody else's may have versions as well.
    if (applied.some(({ version }) => version > NEWEST)) await refuseForeignRecord(scope);
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
        await holder.run(LOCK);
        this.#holder = holder;
        return await work();
      });
    } finally {
      this.#holder = undefined;
      await holder.session.close();
    }
  }

  async apply({ version, name, sql, breaks }: Migration): Promise<void> {
    await this.#scope.commit(templatesOf(sql));
    const written = { migration_number: version, migration_name: name, breaks };
    await this.#holder!.run(WRITE, { ...written, now: this.#scope.timestamp });
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
  const names = schemaValues(schemas);
  const now = new Clause("GETUTCDATE()");
  const records = MIGRATIONS.flatMap(({ version, name, sql, breaks }) => {
    const written = { migration_number: version, migration_name: name, now, breaks };
    return [...templatesOf(sql), ...WRITE].map((one) => one.withLiterals({ ...names, ...written }));
  });
  const before = [...SCHEMA_STAGING, ...SCHEMA_MART, ...MIGRATIONS_TABLE]
    .map((statement) => statement.withLiterals(names));
  const script = [...before, ...records, "COMMIT"].map((statement) => `${statement};\n`);
  const byDba = grantsScript(schemas).trimEnd().replace(/^(?!--)/gm, "-- ");
  return [`${byDba.replace(/ +$/gm, "")}\n`, ...script].join("\n");
}

/** What a DBA runs, for a user and a database that are his to name. */
function grantsScript(schemas: WarehouseSchemas): string {
  return new SqlTemplate(grants).withLiterals({
    ...schemaValues(schemas),
    finpipe_user: new Identifier("finpipe"),
    finpipe_database: new Identifier("finpipe_db"),
    reader_role: new Identifier("finpipe_reader"),
  });
}

/**
 * Nothing is there yet that could be locked, so another init may make any of the three under our
 * hands; then it is there at the next look.
 */
async function prepare(scope: VerticaScope): Promise<void> {
  await retrying(async () => {
    await createSchemas(scope);
    await scope.commit(MIGRATIONS_TABLE);
  }, PREPARE_RETRY);
}

/** A DBA may have made the schemas, and left finpipe no right to make any. */
async function createSchemas(scope: VerticaScope): Promise<void> {
  const { stagingSchema, martSchema } = scope.schemas;
  const rows = await scope.transaction(() => scope.select(SCHEMAS_PRESENT));
  const present = rows.map(({ schemaName }) => schemaName);
  if (!present.includes(stagingSchema.toLowerCase())) await scope.commit(SCHEMA_STAGING);
  if (!present.includes(martSchema.toLowerCase())) await scope.commit(SCHEMA_MART);
}
