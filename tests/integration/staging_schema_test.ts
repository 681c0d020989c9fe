/** How staging's schema comes about, and what is said where it is another one. */
import assert from "node:assert/strict";
import { migrate } from "../../lib/migrations/migrate.ts";
import { linesOf, pictureOf } from "../../lib/postgres/picture.ts";
import { columnsOf } from "../../lib/postgres/table_columns.ts";
import { shapeOf } from "../../lib/runtime/table_shape.ts";
import { MIGRATIONS, PostgresMigrations } from "../../lib/staging/postgres/migrations.ts";
import { STAGING_TABLES } from "../../lib/staging/postgres/tables.ts";
import { EmbeddedWarehouse } from "../../lib/warehouse/embedded/warehouse.ts";
import { ROOT } from "../support/docs/documents.ts";
import { openSession } from "../support/engine/engines.ts";
import { emptyDatabase, postgresTest, testDatabase } from "../support/postgres/database.ts";
import { cliOn, execute, streamOn } from "../support/staging/cli.ts";

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
    /The schema of staging has version 999, but this finpipe knows only version \d+\n {2}Upgrade finpipe/,
  ],
  [
    "the schema is newer, and what is new breaks nothing",
    "INSERT INTO finpipe.migrations (version, name, breaks) VALUES (999, 'later', 'nothing')",
    0,
    /^/,
  ],
  [
    "the schema is newer, and breaks those that write",
    "INSERT INTO finpipe.migrations (version, name, breaks) VALUES (999, 'later', 'writers')",
    3,
    /The schema of staging has version 999, but this finpipe knows only version \d+\n {2}Upgrade finpipe/,
  ],
  [
    "the record of migrations is one of before it said what they break",
    "ALTER TABLE finpipe.migrations DROP COLUMN breaks",
    0,
    /^/,
  ],
  [
    "the schema is older",
    "DELETE FROM finpipe.migrations WHERE version > 1",
    3,
    /The schema of staging has version 1, which is too old\n {2}Run 'finpipe init'/,
  ],
  [
    "tables are there that no migration is noted for",
    "DELETE FROM finpipe.migrations",
    3,
    /stg\.transactions exists, and finpipe did not make it.*\n {2}If a table is somebody else's/s,
  ],
  [
    "the database is read-only",
    `DO $$BEGIN EXECUTE format(
       'ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END$$`,
    1,
    /Failed on PostgreSQL at .*read-only.*\n {2}The server is read-only: connect to the primary/,
  ],
];

/** What stands in the way of init, or was done to what it made: what init, doctor and stream say. */
const FOREIGN: [what: string, made: boolean, script: string, message: RegExp][] = [
  [
    "somebody's table",
    false,
    "CREATE SCHEMA stg; CREATE TABLE stg.transactions (id serial, note varchar(80))",
    /stg\.transactions is not finpipe's table: its columns are id integer, note character/,
  ],
  [
    "a table just like ours",
    false,
    "CREATE SCHEMA stg; CREATE TABLE stg.rejected (id bigint GENERATED ALWAYS AS IDENTITY, " +
    "reason text, field text, raw bytea, length bigint, sha256 text, source text, " +
    "partition integer, position bigint, rejected_at timestamp DEFAULT now(), " +
    "replayed_at timestamp, replay_outcome text)",
    /stg\.rejected exists, and finpipe did not make it/,
  ],
  [
    "a view",
    false,
    "CREATE SCHEMA stg; CREATE VIEW stg.currencies AS SELECT 1 AS one",
    /stg\.currencies is a view/,
  ],
  [
    "a sequence",
    false,
    "CREATE SCHEMA finpipe; CREATE SEQUENCE finpipe.source_partitions",
    /finpipe\.source_partitions is a sequence/,
  ],
  [
    "another program's table of migrations",
    false,
    "CREATE SCHEMA finpipe; CREATE TABLE finpipe.migrations (id integer, batch integer)",
    /finpipe\.migrations is not finpipe's table: its columns are id integer, batch integer/,
  ],
  [
    "a table that has lost a column",
    true,
    "ALTER TABLE stg.transactions DROP COLUMN country",
    /stg\.transactions lacks country text/,
  ],
  [
    "a column of another type",
    true,
    "ALTER TABLE stg.currencies ALTER COLUMN currency_code TYPE integer",
    /stg\.currencies\.currency_code is integer, not smallint/,
  ],
  [
    "a number that is not given out any more",
    true,
    "ALTER TABLE stg.transactions ALTER COLUMN landing_id DROP IDENTITY",
    /stg\.transactions\.landing_id has no default/,
  ],
  [
    "a column that wants a value",
    true,
    "ALTER TABLE stg.rejected ADD COLUMN who text NOT NULL",
    /stg\.rejected\.who text is not finpipe's, and needs a value in each row/,
  ],
  [
    "a table that is gone",
    true,
    "DROP TABLE finpipe.lost_ranges",
    /finpipe\.lost_ranges no longer exists/,
  ],
];

for (const [what, made, script, message] of FOREIGN) {
  postgresTest(`init, doctor and stream say what stands there: ${what}`, async (t) => {
    await using database = await (made ? testDatabase(t) : emptyDatabase(t));
    await execute(database, script);
    for (const command of ["doctor", "init"]) {
      const { code, stdout, stderr } = await cliOn(database.url, [command]);
      assert.equal(code, 3, stdout + stderr);
      assert.match(stdout + stderr, message);
      assert.match(stdout + stderr, /or name another database in FINPIPE_PG_URL/);
    }
    const { code, stderr } = await streamOn(database.url);
    assert.equal(code, 3);
    assert.match(stderr, message);
  });
}

postgresTest("an index in the way of init is told of", async (t) => {
  await using database = await emptyDatabase(t);
  await execute(
    database,
    `CREATE SCHEMA stg; CREATE TABLE stg.theirs (id integer);
     CREATE INDEX transactions_by_day ON stg.theirs (id)`,
  );
  const { code, stderr } = await cliOn(database.url, ["init"]);
  assert.equal(code, 3, stderr);
  assert.match(stderr, /"transactions_by_day" already exists\n {2}If a table is somebody else's/);
});

postgresTest("a column more that wants no value does no harm", async (t) => {
  await using database = await testDatabase(t);
  await execute(database, "ALTER TABLE stg.transactions ADD COLUMN note text");
  assert.equal((await cliOn(database.url, ["doctor"])).code, 0);
  assert.equal((await streamOn(database.url)).code, 0);
});

postgresTest("the tables that are looked for are those that init makes", async (t) => {
  await using database = await testDatabase(t);
  const session = await openSession(database.url);
  try {
    const rows = await session.query(
      `SELECT schemaname || '.' || tablename AS name FROM pg_tables
       WHERE schemaname IN ('stg', 'finpipe')`,
    );
    const made = Object.fromEntries(rows.map(({ name }) => [name!, ""]));
    const found = await columnsOf(session, made);
    for (const table of Object.keys(made)) {
      made[table] = shapeOf(found.filter((column) => column.table === table));
    }
    // Records of before lack the last of them, and are none the worse for it.
    const looked = {
      ...STAGING_TABLES,
      "finpipe.migrations": `${STAGING_TABLES["finpipe.migrations"]}, breaks text`,
    };
    assert.deepEqual(looked, made, "lib/staging/postgres/tables.ts, and what migrations make");
    assert.deepEqual(
      linesOf(await Deno.readTextFile(`${ROOT}/sql/staging/picture.txt`)),
      await pictureOf(session, ["stg", "finpipe"]),
      "sql/staging/picture.txt, and what migrations make",
    );
  } finally {
    await session.close();
  }
});

postgresTest("where somebody changed a table, nothing is upgraded", async (t) => {
  await using database = await testDatabase(t);
  await execute(database, "ALTER TABLE stg.rejected DROP COLUMN field");
  const session = await openSession(database.url);
  try {
    const version = MIGRATIONS.length + 1;
    const sql = "ALTER TABLE stg.rejected ADD COLUMN later integer";
    const later = [...MIGRATIONS, { version, name: "later", sql, breaks: "nothing" as const }];
    await assert.rejects(
      migrate(new PostgresMigrations(session), later),
      /stg\.rejected lacks field text/,
    );
    const [found] = await session.query(
      `SELECT (SELECT max(version) FROM finpipe.migrations) AS version, (
         SELECT count(*) FROM pg_attribute
         WHERE attrelid = 'stg.rejected'::regclass AND attname = 'later'
       ) AS columns`,
    );
    assert.deepEqual(found, { version: String(MIGRATIONS.length), columns: "0" });
  } finally {
    await session.close();
  }
});

postgresTest("a schema that is newer and breaks writers alone is still dumped", async (t) => {
  await using database = await testDatabase(t);
  const newer = (breaks: string) =>
    execute(
      database,
      `DELETE FROM finpipe.migrations WHERE version = 999;
       INSERT INTO finpipe.migrations (version, name, breaks) VALUES (999, 'later', '${breaks}')`,
    );
  const dump = () => cliOn(database.url, ["dump", "2022-10-02"]);
  await newer("writers");
  // What a dump does not ask for.
  await execute(database, "ALTER TABLE stg.rejected RENAME COLUMN raw TO bytes");
  const { code, stderr } = await dump();
  assert.equal(code, 0, stderr);
  await newer("readers");
  assert.equal((await dump()).code, 3);
});

for (const [state, script, expected, message] of STATES) {
  postgresTest(`stream, where ${state}, is exit ${expected}`, async (t) => {
    await using database = await testDatabase(t);
    await execute(database, script);
    const { code, stderr } = await streamOn(database.url);
    assert.equal(code, expected, stderr);
    assert.match(stderr, message);
  });
}

/** What was done to rows and columns that only drift past what is compared, and who says what of it. */
const UNFIT: [what: string, script: string, args: string[], message: RegExp][] = [
  [
    "a position that may be NULL",
    "ALTER TABLE finpipe.source_partitions ALTER COLUMN next_position DROP NOT NULL; " +
    "UPDATE finpipe.source_partitions SET next_position = NULL",
    ["source", "list"],
    /column next_position of sql\/staging\/sources_list\.sql is NULL where a whole number/,
  ],
  [
    "a hash that may be NULL",
    "ALTER TABLE stg.rejected ALTER COLUMN sha256 DROP NOT NULL; " +
    "UPDATE stg.rejected SET sha256 = NULL",
    ["rejected", "list"],
    /column sha256 of sql\/staging\/rejected_list\.sql is NULL where text/,
  ],
  [
    "a watermark beyond all times",
    "UPDATE finpipe.source_partitions SET watermark = 'infinity'",
    ["dump", "--partition", "2022-10-01"],
    /column watermark of sql\/staging\/kafka_progress\.sql has a value where a timestamp/,
  ],
];

for (const [what, script, args, message] of UNFIT) {
  postgresTest(`${what} is told of by file and column, without a value`, async (t) => {
    await using database = await testDatabase(t);
    await execute(
      database,
      `INSERT INTO finpipe.source_partitions (kind, source, partition, next_position)
       VALUES ('kafka', 'events', 0, 1);
       INSERT INTO stg.rejected (reason, length, sha256, source, partition, position)
       VALUES ('empty', 0, '', 'events', 0, 0);
       ${script}`,
    );
    const { code, stderr } = await cliOn(database.url, args);
    assert.equal(code, 3, stderr);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /infinity/);
  });
}
