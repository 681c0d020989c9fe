/** What PostgreSQL refuses for a while is tried again, and what is landed and dumped is the same. */
import assert from "node:assert/strict";
import type { SqlSession } from "../../lib/postgres/session.ts";
import { openSession } from "../support/engine/engines.ts";
import { jsonl, transactionMessage } from "../support/events/messages.ts";
import { postgresServerTest, postgresTest, testDatabase } from "../support/postgres/database.ts";
import { type PostgresServer, startPostgres, startStandby } from "../support/postgres/server.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { TcpProxy } from "../support/network/tcp_proxy.ts";
import { untilRow } from "../support/until.ts";

const COUNT = 30;

/** Has the next writes of rows fail with a SQLSTATE each; with NULL one goes well. */
async function failWith(session: SqlSession, states: readonly string[]): Promise<void> {
  await session.execute(`
    CREATE SEQUENCE failures;
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE state text := ('{${states.join(",")}}'::text[])[nextval('public.failures')];
      BEGIN
        IF state IS NOT NULL THEN RAISE 'it passes' USING ERRCODE = state; END IF;
        RETURN NULL;
      END $$;
    CREATE TRIGGER fail BEFORE INSERT ON stg.transactions
      FOR EACH STATEMENT EXECUTE FUNCTION fail()`);
}

/** Of each way in which a statement may fail, one. */
const SOON = ["40001", "40P01", "55P03", "57014", "53200", "72000"];

postgresTest("what passes soon is tried again, and all is landed once", async (t) => {
  await using database = await testDatabase(t);
  const session = await openSession(database.url);
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-passing-" });
  try {
    await failWith(session, SOON.flatMap((state) => [state, "NULL"]));
    const messages = Array.from({ length: COUNT }, () => transactionMessage({}));
    const args = ["stream", "--source", "-", "--json", "--batch-rows", String(COUNT / SOON.length)];
    const { code, stdout, stderr } = await runCli(args, {
      env: { FINPIPE_PG_URL: database.url, FINPIPE_WORK_DIR: workDir },
      stdin: jsonl(...messages),
    });
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).transactions, COUNT);
    const [row] = await session.query(
      "SELECT count(*) AS rows, (SELECT last_value FROM failures) AS tries FROM stg.transactions",
    );
    assert.deepEqual(row, { rows: String(COUNT), tries: String(2 * SOON.length) });
  } finally {
    await session.close();
    await Deno.remove(workDir, { recursive: true });
  }
});

postgresTest("a file waits for no disk and no standby: it says what to do", async (t) => {
  await using database = await testDatabase(t);
  const session = await openSession(database.url);
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-passing-" });
  try {
    await failWith(session, ["25006", "53100"]);
    for (const hint of [/connect to the primary/, /make room there/]) {
      const { code, stderr } = await runCli(["stream", "--source", "-"], {
        env: { FINPIPE_PG_URL: database.url, FINPIPE_WORK_DIR: workDir },
        stdin: jsonl(transactionMessage({})),
      });
      assert.equal(code, 1, stderr);
      assert.match(stderr, hint);
    }
  } finally {
    await session.close();
    await Deno.remove(workDir, { recursive: true });
  }
});

/** Has the standby's recovery end what reads there: rows go that its snapshot still sees. */
async function vacuum(primary: SqlSession, standby: SqlSession): Promise<void> {
  const conflicts =
    "SELECT confl_snapshot FROM pg_stat_database_conflicts WHERE datname = 'postgres'";
  const [before] = await standby.query(conflicts);
  await primary.execute("DELETE FROM stg.transactions WHERE amount = 2");
  await primary.execute("VACUUM stg.transactions");
  await untilRow(standby, `${conflicts} AND confl_snapshot > ${before!.confl_snapshot}`);
}

await postgresServerTest("a dump that a standby's recovery ends begins again", async () => {
  await using primary = await startPostgres();
  await using standby = await startStandby(primary);
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-passing-" });
  const writer = await openSession(primary.url);
  const reader = await openSession(standby.url);
  try {
    const env = { FINPIPE_PG_URL: primary.url, FINPIPE_WORK_DIR: workDir };
    assert.equal((await runCli(["init"], { env })).code, 0);
    const messages = Array.from(
      { length: COUNT },
      (_, i) => transactionMessage({ amount: i < COUNT / 2 ? 1 : 2 }),
    );
    const stdin = jsonl(...messages);
    assert.equal((await runCli(["stream", "--source", "-"], { env, stdin })).code, 0);
    await untilReplayed(primary, reader);

    let dumps = 0;
    let vacuumed: Promise<void> | undefined;
    await using proxy = new TcpProxy(standby.url, (bytes) => {
      // Its snapshot is there: it has counted the rows.
      if (!new TextDecoder().decode(bytes).includes("TO STDOUT")) return "pass";
      if (++dumps > 1) return "pass";
      proxy.freeze();
      vacuumed = vacuum(writer, reader).finally(() => proxy.thaw());
      return "pass";
    });
    const dump = (...options: string[]) =>
      runCli(["dump", "2022-10-02", "--json", ...options], {
        env: { ...env, FINPIPE_PG_URL: proxy.url },
      });
    const ended = await dump("--retry-for", "0s");
    await vacuumed;
    assert.equal(ended.code, 75, ended.stderr);
    assert.match(
      ended.stderr,
      /due to conflict with recovery\n {2}If it is a standby, set hot_standby_feedback = on/,
    );
    assert.deepEqual(await partitionFiles(workDir), []);

    await writer.execute("UPDATE stg.transactions SET amount = 2 WHERE amount = 1");
    await untilReplayed(primary, reader);
    dumps = 0;
    const { code, stdout, stderr } = await dump();
    await vacuumed;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /conflict with recovery; trying again for 60 s/);
    // What the second snapshot saw.
    const [transactions] = JSON.parse(stdout).datasets;
    assert.equal(transactions.rows, 0);
  } finally {
    await writer.close();
    await reader.close();
    await Deno.remove(workDir, { recursive: true });
  }
});

/** Waits until the standby has what the primary has. */
async function untilReplayed(primary: PostgresServer, reader: SqlSession): Promise<void> {
  const session = await openSession(primary.url);
  const [row] = await session.query("SELECT pg_current_wal_lsn() AS lsn");
  await session.close();
  await untilRow(reader, `SELECT 1 WHERE pg_last_wal_replay_lsn() >= '${row!.lsn}'`);
}

async function partitionFiles(workDir: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${workDir}/partitions/transactions`)) {
    if (name !== ".lock") names.push(name);
  }
  return names;
}
