/** How staging's schema comes about, and what is said where it is another one. */
import assert from "node:assert/strict";
import { EmbeddedWarehouse } from "../../lib/warehouse/embedded/warehouse.ts";
import { openSession } from "../support/engines.ts";
import { emptyDatabase, postgresTest, testDatabase } from "../support/postgres.ts";
import { cliOn, execute, streamOn } from "../support/staging_cli.ts";

postgresTest("20 that run init at once prepare staging once", async (t) => {
  await using database = await emptyDatabase(t);
  const results = await Promise.all(
    Array.from({ length: 20 }, () => cliOn(database.url, ["init", "--json"])),
  );
  const applied = results.flatMap(({ code, stdout, stderr }) => {
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout).ends.find(({ end }: { end: string }) => end === "staging").applied;
  });
  assert.deepEqual(applied, await migrationNames());
  assert.equal((await streamOn(database.url)).code, 0);
});

/** The numbered files, in order. */
async function migrationNames(): Promise<string[]> {
  const files = await Array.fromAsync(Deno.readDir(new URL("../../sql/staging", import.meta.url)));
  return files.map(({ name }) => name.replace(/\.sql$/, "")).filter((name) => /^\d/.test(name))
    .sort();
}

postgresTest("what init prints can be run by hand in its place", async (t) => {
  await using database = await emptyDatabase(t);
  const { stdout: script } = await cliOn(database.url, ["init", "--print-sql"]);
  await execute(database, script);
  const { code, stdout, stderr } = await cliOn(database.url, ["init"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^staging: up to date$/m);
  const session = await openSession(database.url);
  try {
    const schemas = { stagingSchema: "finpipe_staging", martSchema: "finpipe_mart" };
    const warehouse = new EmbeddedWarehouse(session, {
      ...schemas,
      now: () => Temporal.Now.instant(),
    });
    assert.deepEqual(await warehouse.migrate(), []);
  } finally {
    await session.close();
  }
});

/** What was done to a prepared database, and what `stream` says then. */
const STATES: [state: string, script: string, code: number, message: RegExp][] = [
  [
    "init was not run",
    "DROP SCHEMA stg CASCADE; DROP SCHEMA finpipe CASCADE",
    3,
    /The schema of staging is missing\n {2}Run 'finpipe init'/,
  ],
  [
    "the schema is of a newer finpipe",
    "INSERT INTO finpipe.migrations (version, name) VALUES (999, 'later')",
    3,
    /The schema of staging has version 999, this finpipe knows \d+\n {2}Upgrade finpipe/,
  ],
  [
    "the schema is older",
    "DELETE FROM finpipe.migrations",
    3,
    /The schema of staging is missing\n {2}Run 'finpipe init'/,
  ],
  [
    "the database is read-only",
    `DO $$BEGIN EXECUTE format(
       'ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END$$`,
    1,
    /Failed on PostgreSQL at .*read-only.*\n {2}The server is read-only: connect to the primary/,
  ],
];

for (const [state, script, expected, message] of STATES) {
  postgresTest(`stream, where ${state}, is exit ${expected}`, async (t) => {
    await using database = await testDatabase(t);
    await execute(database, script);
    const { code, stderr } = await streamOn(database.url);
    assert.equal(code, expected, stderr);
    assert.match(stderr, message);
  });
}
