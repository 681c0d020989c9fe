/** The migrations of staging, and where PostgreSQL keeps the record of them. */
import landing from "../../../sql/staging/001_landing.sql" with { type: "text" };
import replay from "../../../sql/staging/002_replay.sql" with { type: "text" };
import lostRanges from "../../../sql/staging/003_lost_ranges.sql" with { type: "text" };
import topicIds from "../../../sql/staging/004_topic_ids.sql" with { type: "text" };
import retiredSources from "../../../sql/staging/005_retired_sources.sql" with { type: "text" };
import corruptRanges from "../../../sql/staging/006_corrupt_ranges.sql" with { type: "text" };
import windowIndex from "../../../sql/staging/007_window_index.sql" with { type: "text" };
import landedDays from "../../../sql/staging/008_landed_days.sql" with { type: "text" };
import dumps from "../../../sql/staging/009_dumps.sql" with { type: "text" };
import ledger from "../../../sql/staging/010_ledger.sql" with { type: "text" };
import prunedDays from "../../../sql/staging/011_pruned_days.sql" with { type: "text" };
import lockMigrationsSql from "../../../sql/staging/lock_migrations.sql" with { type: "text" };
import migrationsAppliedSql from "../../../sql/staging/migrations_applied.sql" with {
  type: "text",
};
import migrationsPresentSql from "../../../sql/staging/migrations_present.sql" with {
  type: "text",
};
import migrationsTable from "../../../sql/staging/migrations_table.sql" with { type: "text" };
import recordMigrationSql from "../../../sql/staging/record_migration.sql" with { type: "text" };
import schemasPresentSql from "../../../sql/staging/schemas_present.sql" with { type: "text" };
import type { AppliedMigration, Migration, MigrationStore } from "../../migrations/migration.ts";
import { APPLIED } from "../../migrations/record.ts";
import { run, select, selectOne } from "../../postgres/run.ts";
import type { SqlSession } from "../../postgres/session.ts";
import { FinpipeError } from "../../runtime/errors.ts";
import { boolean, text } from "../../sql/columns.ts";
import { query } from "../../sql/query.ts";
import { SqlTemplate } from "../../sql/template.ts";
import { clearOf, refuseDrift, refuseForeignRecord, refuseObstacles } from "./tables.ts";

/** In order; a migration that was released is never changed. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: "001_landing", sql: landing, breaks: "readers" },
  { version: 2, name: "002_replay", sql: replay, breaks: "readers" },
  { version: 3, name: "003_lost_ranges", sql: lostRanges, breaks: "readers" },
  { version: 4, name: "004_topic_ids", sql: topicIds, breaks: "readers" },
  { version: 5, name: "005_retired_sources", sql: retiredSources, breaks: "readers" },
  { version: 6, name: "006_corrupt_ranges", sql: corruptRanges, breaks: "readers" },
  { version: 7, name: "007_window_index", sql: windowIndex, breaks: "readers" },
  // Readers, too: an older finpipe that only reads compares all columns, and misses those renamed here.
  { version: 8, name: "008_landed_days", sql: landedDays, breaks: "readers" },
  { version: 9, name: "009_dumps", sql: dumps, breaks: "nothing" },
  { version: 10, name: "010_ledger", sql: ledger, breaks: "nothing" },
  // Readers, too: an older finpipe would dump what is left of a pruned day in place of the day.
  { version: 11, name: "011_pruned_days", sql: prunedDays, breaks: "readers" },
];

const SCHEMAS = ["stg", "finpipe"];

const lockMigrations = new SqlTemplate(lockMigrationsSql);
const recordMigration = new SqlTemplate(recordMigrationSql);
const migrationsApplied = query("staging/migrations_applied", migrationsAppliedSql, APPLIED);
const migrationsPresent = query("staging/migrations_present", migrationsPresentSql, {
  present: boolean,
  encoding: text,
});
const schemasPresent = query("staging/schemas_present", schemasPresentSql, { name: text });

/**
 * What `init` would run on an empty database, to be read or run by hand: with its records, so that
 * `init` finds nothing to do afterwards.
 */
export function migrationScript(): string {
  const schemas = SCHEMAS.map((name) => `CREATE SCHEMA IF NOT EXISTS ${name};`).join("\n");
  const migrations = MIGRATIONS.flatMap(({ version, name, sql, breaks }) => [
    sql,
    recordMigration.withLiterals({ version, name, breaks }),
  ]);
  return ["BEGIN;", schemas, migrationsTable, ...migrations, "COMMIT;"].join("\n\n");
}

/** All that is missing is applied in one transaction; two at once wait for each other. */
export class PostgresMigrations implements MigrationStore {
  readonly name = "The schema of staging";
  readonly #session: SqlSession;

  constructor(session: SqlSession) {
    this.#session = session;
  }

  /**
   * @throws FinpipeError of kind `configuration` where the database cannot hold every text: messages
   * would be rejected one by one, for what is not theirs
   */
  async applied(): Promise<AppliedMigration[] | undefined> {
    const { present, encoding } = await selectOne(this.#session, migrationsPresent);
    if (encoding !== "UTF8") {
      throw new FinpipeError(
        "configuration",
        `The database of staging stores text in ${encoding}, which cannot hold every message`,
        { hint: "Use a database that was created with ENCODING 'UTF8'" },
      );
    }
    if (!present) return undefined;
    await refuseForeignRecord(this.#session);
    return await select(this.#session, migrationsApplied);
  }

  alone(work: () => Promise<string[]>): Promise<string[]> {
    return clearOf(() =>
      this.#session.transaction(async () => {
        await run(this.#session, lockMigrations);
        await this.#prepare();
        const applied = await work();
        // Before the commit: where somebody changed a table, nothing is upgraded.
        await this.refuseDrift();
        return applied;
      })
    );
  }

  async apply({ version, name, sql, breaks }: Migration): Promise<void> {
    await this.#session.execute(sql);
    await run(this.#session, recordMigration, { version, name, breaks });
  }

  refuseObstacles(): Promise<void> {
    return refuseObstacles(this.#session);
  }

  refuseDrift(): Promise<void> {
    return refuseDrift(this.#session);
  }

  async #prepare(): Promise<void> {
    // What is there is not made again, not even IF NOT EXISTS: that asks for rights that a role which
    // only lands and dumps need not have.
    const rows = await select(this.#session, schemasPresent);
    const present = new Set(rows.map(({ name }) => name));
    for (const schema of SCHEMAS) {
      if (!present.has(schema)) await this.#session.execute(`CREATE SCHEMA ${schema}`);
    }
    // Somebody else's table of that name is told of before it is changed.
    await this.applied();
    await this.#session.execute(migrationsTable);
  }
}
