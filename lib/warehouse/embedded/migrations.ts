/** The migrations of the embedded warehouse, and where it keeps the record of them. */
import migrationsApplied from "../../../sql/warehouse/embedded/migrations_applied.sql" with {
  type: "text",
};
import migrationsTable from "../../../sql/warehouse/embedded/migrations.sql" with { type: "text" };
import migrationWrite from "../../../sql/warehouse/embedded/migration_write.sql" with {
  type: "text",
};
import schemaExists from "../../../sql/warehouse/embedded/schema_exists.sql" with { type: "text" };
import tables from "../../../sql/warehouse/embedded/001_tables.sql" with { type: "text" };
import type { AppliedMigration, Migration, MigrationStore } from "../../migrations/migration.ts";
import { appliedOf } from "../../migrations/record.ts";
import { forSchemas, type WarehouseSchemas } from "../sql_template.ts";
import { type EmbeddedScope, timestampOf } from "./scope.ts";
import { clearOf, refuseForeign, refuseForeignRecord } from "./tables.ts";

/** In order; a migration that was released is never changed. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: "001_tables", sql: tables, breaks: "readers" },
];

/** All that is missing is applied in one transaction. */
export class EmbeddedMigrations implements MigrationStore {
  readonly name = "The schema of the warehouse";
  readonly #scope: EmbeddedScope;

  constructor(scope: EmbeddedScope) {
    this.#scope = scope;
  }

  async applied(): Promise<AppliedMigration[] | undefined> {
    const { session, schemas } = this.#scope;
    const [found] = await session.query(schemaExists, [schemas.stagingSchema]);
    if (found?.present !== "t") return undefined;
    await refuseForeignRecord(this.#scope);
    return (await session.query(forSchemas(migrationsApplied, schemas))).map(appliedOf);
  }

  alone(work: () => Promise<string[]>): Promise<string[]> {
    const { session, schemas } = this.#scope;
    return clearOf(this.#scope, () =>
      session.transaction(async () => {
        await session.execute(forSchemas(migrationsTable, schemas));
        const applied = await work();
        // Before the commit: where somebody changed a table, nothing is upgraded.
        await this.refuseDrift();
        return applied;
      }));
  }

  async apply({ version, name, sql, breaks }: Migration): Promise<void> {
    const { session, schemas } = this.#scope;
    const params = [version, name, timestampOf(this.#scope), breaks];
    await session.query(forSchemas(migrationWrite, schemas), params);
    await session.execute(forSchemas(sql, schemas));
  }

  refuseObstacles(): Promise<void> {
    return refuseForeign(this.#scope, false);
  }

  refuseDrift(): Promise<void> {
    return refuseForeign(this.#scope, true);
  }
}

/** What is run on an empty database, in order and with its records, to be read or run by hand. */
export function migrationScript(schemas: WarehouseSchemas): string {
  const migrations = MIGRATIONS.flatMap(({ version, name, sql, breaks }) => [
    sql,
    // Its comment is about parameters.
    migrationWrite.replace(/^--.*\n/gm, "")
      .replace("$1", String(version))
      .replace("$2", `'${name}'`)
      .replace("$3", "(now() AT TIME ZONE 'UTC')")
      .replace("$4", `'${breaks}'`),
  ]);
  return ["BEGIN;\n", migrationsTable, ...migrations, "COMMIT;\n"]
    .map((sql) => forSchemas(sql, schemas))
    .join("\n");
}
