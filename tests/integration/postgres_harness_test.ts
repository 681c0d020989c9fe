/** The harness itself: what the other tests take for granted of their databases and servers. */
import assert from "node:assert/strict";
import pg from "pg";
import {
  emptyDatabase,
  postgresServerTest,
  postgresTest,
  testDatabase,
} from "../support/postgres/database.ts";
import { startPostgres } from "../support/postgres/server.ts";
import { startElsewhere } from "../support/machine/starter.ts";

/** Runs statements on one connection; the rows of the last. */
async function query(url: string, ...statements: string[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/** Not the schema of finpipe: what the harness does is the same for any. */
async function prepare(url: string): Promise<void> {
  await query(url, "CREATE TABLE prepared (id int)", "INSERT INTO prepared VALUES (1)");
}

postgresTest("emptyDatabase() gives two databases that are independent", async (t) => {
  await using one = await emptyDatabase(t);
  await using two = await emptyDatabase(t);
  await query(one.url, "CREATE TABLE mine (id int)");
  await query(two.url, "CREATE TABLE mine (id int)", "INSERT INTO mine VALUES (1)");
  assert.deepEqual(await query(one.url, "SELECT count(*)::int AS rows FROM mine"), [{ rows: 0 }]);
});

postgresTest("emptyDatabase() drops its database, also one that is in use", async (t) => {
  await using other = await emptyDatabase(t);
  const database = await emptyDatabase(t);
  const client = new pg.Client({ connectionString: database.url });
  client.on("error", () => {});
  await client.connect();
  await database[Symbol.asyncDispose]();
  await client.end();
  const found = await query(
    other.url,
    `SELECT datname FROM pg_database WHERE datname = '${database.name}'`,
  );
  assert.deepEqual(found, []);
});

// A template of its own, as the shared one holds the schema of finpipe.
postgresTest("testDatabase() prepares a template once, however many ask at once", async (t) => {
  let prepared = 0;
  const count = (url: string) => {
    prepared++;
    return prepare(url);
  };
  const options = { template: `finpipe_template_harness_${crypto.randomUUID().slice(0, 8)}` };
  await using scope = new AsyncDisposableStack();
  const databases = await Promise.all(
    Array.from({ length: 4 }, () => testDatabase(t, count, options)),
  );
  for (const database of databases) scope.use(database);
  assert.equal(prepared, 1);
  await query(databases[0]!.url, "DELETE FROM prepared");
  assert.deepEqual(await query(databases[1]!.url, "SELECT id FROM prepared"), [{ id: 1 }]);
  await query(databases[2]!.url, `DROP DATABASE ${options.template}`);
});

await postgresServerTest(
  "startPostgres() keeps committed rows over kill -9 and restart",
  async () => {
    await using server = await startPostgres();
    await query(server.url, "CREATE TABLE kept (id int)", "INSERT INTO kept VALUES (1)");
    const { pid, url } = server;
    await server.kill9();
    await assert.rejects(query(server.url, "SELECT 1"), { code: "ECONNREFUSED" });
    await server.start();
    assert.notEqual(server.pid, pid);
    assert.equal(server.url, url);
    assert.deepEqual(await query(server.url, "SELECT id FROM kept"), [{ id: 1 }]);
  },
);

await postgresServerTest("startPostgres() takes settings, and leaves nothing behind", async () => {
  const server = await startPostgres({ settings: { default_transaction_read_only: "on" } });
  await assert.rejects(query(server.url, "CREATE TABLE t (id int)"), { code: "25006" });
  const { pid } = server;
  await server[Symbol.asyncDispose]();
  assert.throws(() => Deno.kill(pid, "SIGCONT"), Deno.errors.NotFound);
});

await postgresServerTest("a server stops when the process that started it is killed", async () => {
  const module = new URL("../support/postgres/server.ts", import.meta.url).href;
  const starter = await startElsewhere(
    `import { startPostgres } from "${module}"; console.log((await startPostgres()).url)`,
  );
  const client = new pg.Client({ connectionString: starter.line });
  client.on("error", () => {});
  const ended = new Promise<void>((resolve) => client.once("end", resolve));
  await client.connect();
  await starter.kill9();
  await ended;
});
