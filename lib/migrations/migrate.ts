/**
 * Creates, upgrades and checks a schema: numbered migrations, each applied once. A newer schema stops
 * an older finpipe only where one of the migrations that it does not know breaks what it does.
 */
import { FinpipeError } from "../runtime/errors.ts";
import type { Access, AppliedMigration, Migration, MigrationStore, Schema } from "./migration.ts";

/**
 * Applies what is missing; safe to repeat, and from two processes at once.
 *
 * @param migrations all that this finpipe knows, in order
 * @returns the names of what it applied
 * @throws FinpipeError of kind `configuration` where somebody else's tables stand in the way, or a newer
 * finpipe was here that broke what this one does
 */
export async function migrate(
  store: MigrationStore,
  migrations: readonly Migration[],
): Promise<string[]> {
  const before = await store.applied() ?? [];
  if (missingOf(store, migrations, before, "write").length > 0) {
    return await store.alone(() => applyMissing(store, migrations));
  }
  if (!isNewer(migrations, before)) await store.refuseDrift();
  return [];
}

async function applyMissing(
  store: MigrationStore,
  migrations: readonly Migration[],
): Promise<string[]> {
  const applied = await store.applied() ?? [];
  const missing = missingOf(store, migrations, applied, "write");
  if (applied.length === 0) await store.refuseObstacles();
  for (const migration of missing) await store.apply(migration);
  return missing.map(({ name }) => name);
}

/** Whether any migration was ever applied. */
export async function hasSchema(store: MigrationStore): Promise<boolean> {
  return (await store.applied() ?? []).length > 0;
}

/**
 * Proves that the schema has all that this finpipe needs of it.
 *
 * @throws FinpipeError of kind `configuration`
 */
export async function checkSchema(
  store: MigrationStore,
  migrations: readonly Migration[],
  access: Access,
): Promise<void> {
  await checked(store, migrations, access);
}

/** @returns the record of the schema that was checked */
async function checked(
  store: MigrationStore,
  migrations: readonly Migration[],
  access: Access,
): Promise<AppliedMigration[]> {
  const applied = await store.applied() ?? [];
  const missing = missingOf(store, migrations, applied, access);
  // Here `init` could not help either.
  if (applied.length === 0) await store.refuseObstacles();
  if (missing.length === 0) return applied;
  const state = applied.length === 0
    ? "is missing"
    : `has version ${applied.at(-1)!.version}, which is too old`;
  throw new FinpipeError("configuration", `${store.name} ${state}`, {
    hint: "Run 'finpipe init'",
  });
}

/**
 * Like {@link checkSchema}, but checks each table as well. Of a newer schema only its migrations know
 * the tables: they say whom they break.
 *
 * @throws FinpipeError of kind `configuration`
 */
export async function checkTables(
  store: MigrationStore,
  migrations: readonly Migration[],
  access: Access = "write",
): Promise<void> {
  const applied = await checked(store, migrations, access);
  if (!isNewer(migrations, applied)) await store.refuseDrift();
}

/** The schema that is kept in a store, where each command looks at the tables as well. */
export function schemaOf(store: MigrationStore, migrations: readonly Migration[]): Schema {
  return {
    hasSchema: () => hasSchema(store),
    migrate: () => migrate(store, migrations),
    checkSchema: (access) => checkTables(store, migrations, access),
  };
}

/** @throws FinpipeError of kind `configuration` where a newer finpipe broke what this one does */
function missingOf(
  store: MigrationStore,
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
  access: Access,
): Migration[] {
  const newest = newestOf(applied);
  const known = newestOf(migrations);
  if (applied.some(({ version, breaks }) => version > known && stops(breaks, access))) {
    throw new FinpipeError(
      "configuration",
      `${store.name} has version ${newest}, but this finpipe knows only version ${known}`,
      { hint: "Upgrade finpipe" },
    );
  }
  return migrations.filter(({ version }) => version > newest);
}

function isNewer(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
): boolean {
  return newestOf(applied) > newestOf(migrations);
}

function newestOf(migrations: readonly Pick<Migration, "version">[]): number {
  return migrations.at(-1)?.version ?? 0;
}

/** A migration that does not say what it breaks may break anything. */
function stops(breaks: AppliedMigration["breaks"], access: Access): boolean {
  if (breaks === "nothing") return false;
  return breaks !== "writers" || access === "write";
}
