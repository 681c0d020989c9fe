/** Databases as others have set them up: their settings, their encoding, and a role's rights. */
import assert from "node:assert/strict";
import { PostgresStaging } from "../../lib/staging/postgres/staging.ts";
import { openSession } from "../support/engine/engines.ts";
import { emptyDatabase, postgresTest, testDatabase } from "../support/postgres/database.ts";
import { addRejected } from "../support/staging/rejected.ts";
import { cliOn, execute, LINE, streamOn } from "../support/staging/cli.ts";

postgresTest("settings of the database change nothing", async (t) => {
  await using database = await testDatabase(t);
  await execute(
    database,
    `ALTER DATABASE ${database.name} SET bytea_output = 'escape';
     ALTER DATABASE ${database.name} SET datestyle = 'German';
     ALTER DATABASE ${database.name} SET timezone = 'Asia/Tokyo';
     ALTER DATABASE ${database.name} SET default_transaction_isolation = 'serializable'`,
  );
  const session = await openSession(database.url);
  try {
    const { rejected } = new PostgresStaging(session);
    const id = await addRejected(session, "\\ \u00e9");
    assert.deepEqual(await rejected.bytesOf(id, 0), new TextEncoder().encode("\\ \u00e9"));
    const [row] = await session.query(
      `SELECT now()::date AS date, current_setting('timezone') AS zone,
         current_setting('transaction_isolation') AS isolation`,
    );
    assert.match(row!.date!, /^\d{4}-\d\d-\d\d$/);
    assert.deepEqual([row!.zone, row!.isolation], ["UTC", "read committed"]);
  } finally {
    await session.close();
  }
});

postgresTest("a database that cannot hold every text is exit 3", async (t) => {
  await using server = await emptyDatabase(t);
  const latin = `${server.name}_latin`.slice(-60);
  await execute(server, `CREATE DATABASE ${latin} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'`);
  try {
    const url = new URL(server.url);
    url.pathname = `/${latin}`;
    for (const args of [["init"], ["doctor"], ["stream", "--source", "-"]]) {
      const { code, stdout, stderr } = await cliOn(url.href, args, LINE);
      assert.equal(code, 3);
      assert.match(stdout + stderr, /stores text in LATIN1.*\n.* ENCODING 'UTF8'/);
    }
  } finally {
    await execute(server, `DROP DATABASE ${latin}`);
  }
});

postgresTest("a wrong password is exit 3, and is not shown", async (t) => {
  await using database = await testDatabase(t);
  const url = new URL(database.url);
  url.password = "wrong-secret";
  const { code, stderr } = await streamOn(url.href);
  assert.equal(code, 3);
  assert.match(stderr, /Cannot use PostgreSQL at .*\n {2}Check user and password/);
  assert.doesNotMatch(stderr, /wrong-secret/);
});

postgresTest("where all is there, init needs no more rights than doctor asks for", async (t) => {
  await using database = await testDatabase(t);
  const role = `${database.name}_role`.slice(-60);
  await execute(
    database,
    `CREATE ROLE ${role} LOGIN PASSWORD 'pw';
     GRANT USAGE ON SCHEMA stg, finpipe TO ${role};
     GRANT SELECT ON ALL TABLES IN SCHEMA stg, finpipe TO ${role};
     GRANT INSERT ON ALL TABLES IN SCHEMA stg, finpipe TO ${role};
     GRANT UPDATE ON stg.rejected, finpipe.source_partitions, finpipe.landed_days, finpipe.dumps,
       finpipe.backfills, finpipe.attempts TO ${role}`,
  );
  try {
    const url = new URL(database.url);
    url.username = role;
    url.password = "pw";
    const examined = await cliOn(url.href, ["doctor"]);
    assert.equal(examined.code, 0, examined.stdout);
    const { code, stdout, stderr } = await cliOn(url.href, ["init"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^staging: up to date$/m);
  } finally {
    await execute(database, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

postgresTest("a role without rights is exit 3 and told which, not to run init", async (t) => {
  await using database = await testDatabase(t);
  const role = `${database.name}_role`.slice(-60);
  await execute(database, `CREATE ROLE ${role} LOGIN PASSWORD 'pw'`);
  try {
    const url = new URL(database.url);
    url.username = role;
    url.password = "pw";
    const { code, stderr } = await streamOn(url.href);
    assert.equal(code, 3);
    assert.match(stderr, /permission denied for schema finpipe\n {2}Grant the missing right/);
  } finally {
    await execute(database, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});
