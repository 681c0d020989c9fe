/** The migrations of the embedded warehouse, and where it keeps the record of them. */
import tables from "../../../sql/warehouse/embedded/001_tables.sql" with { type: "text" };
import migrationWrite from "../../../sql/warehouse/embedded/migration_write.sql" with {
  type: "text",
};
import migrationsTable from "../../../sql/warehouse/embedded/migrations.sql" with { type: "text" };
import migrationsApplied from "../../../sql/warehouse/embedded/migrations_applied.sql" with {
  type: "text",
};
import schemaExists from "../../../sql/warehouse/embedded/schema_exists.sql" with { type: "text" };
import records from "../../../sql/warehouse/embedded/002_records.sql" with { type: "text" };
import fingerprints from "../../../sql/warehouse/embedded/003_fingerprints.sql" with {
  type: "text",
};
import core from "../../../sql/warehouse/embedded/004_core.sql" with { type: "text" };
import type { AppliedMigration, Migration, MigrationStore } from "../../migrations/migration.ts";
import * as is from "../../sql/columns.ts";
import { query } from "../../sql/query.ts";
import { Clause, onlyStatement, SqlTemplate } from "../../sql/template.ts";
import { APPLIED } from "../../migrations/record.ts";
import { schemaValues, type WarehouseSchemas } from "../variables.ts";
import type { EmbeddedScope } from "./scope.ts";
import { clearOf, refuseForeign, refuseForeignRecord } from "./tables.ts";

/** In order; a migration that was released is never changed. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: "001_tables", sql: tables, breaks: "readers" },
  // Readers too: the report of an older version asks for the flags.
  { version: 2, name: "002_records", sql: records, breaks: "readers" },
  // What an older version loads has no fingerprint, and that is all.
  { version: 3, name: "003_fingerprints", sql: fingerprints, breaks: "nothing" },
  // New tables only. What an older version loads or undoes leaves the core stale, as the records say.
  { version: 4, name: "004_core", sql: core, breaks: "nothing" },
];

const SCHEMA_EXISTS = query("warehouse/embedded/schema_exists", schemaExists, {
  present: is.boolean,
});
const MIGRATIONS_APPLIED = query(
  "warehouse/embedded/migrations_applied",
  migrationsApplied,
  APPLIED,
);
const MIGRATIONS_TABLE = new SqlTemplate(migrationsTable);
const WRITE = new SqlTemplate(migrationWrite);

/** All that is missing is applied in one transaction. */
export class EmbeddedMigrations implements MigrationStore {
  readonly name = "The schema of the warehouse";
  readonly #scope: EmbeddedScope;

  constructor(scope: EmbeddedScope) {
    this.#scope = scope;
  }

  async applied(): Promise<AppliedMigration[] | undefined> {
    const { present } = await this.#scope.selectOne(SCHEMA_EXISTS);
    if (!present) return undefined;
    await refuseForeignRecord(this.#scope);
    return await this.#scope.select(MIGRATIONS_APPLIED);
  }

  alone(work: () => Promise<string[]>): Promise<string[]> {
    const scope = this.#scope;
    return clearOf(scope, () =>
      scope.session.transaction(async () => {
        await scope.execute(MIGRATIONS_TABLE);
        const applied = await work();
        // Before the commit: where somebody changed a table, nothing is upgraded.
        await this.refuseDrift();
        return applied;
      }));
  }

  async apply({ version, name, sql, breaks }: Migration): Promise<void> {
    const scope = this.#scope;
    const written = { migration_number: version, migration_name: name, breaks };
    await scope.run(WRITE, { ...written, now: scope.timestamp });
    await scope.execute(new SqlTemplate(sql));
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
  const names = schemaValues(schemas);
  const now = new Clause("(now() AT TIME ZONE 'UTC')");
  // Its comment is about finpipe's transaction.
  const write = new SqlTemplate(`${onlyStatement(migrationWrite)};\n`);
  const migrations = MIGRATIONS.flatMap(({ version, name, sql, breaks }) => [
    new SqlTemplate(sql).withLiterals(names),
    write.withLiterals({ ...names, migration_number: version, migration_name: name, now, breaks }),
  ]);
  return ["BEGIN;\n", MIGRATIONS_TABLE.withLiterals(names), ...migrations, "COMMIT;\n"].join("\n");
}
