/** Whatever settings a role or a database imposes on sessions, finpipe does the same. */
import assert from "node:assert/strict";
import pg from "pg";
import { SESSION_SETTINGS } from "../../lib/postgres/session_settings.ts";
import { openSession } from "../support/engine/engines.ts";
import { jsonl, transactionMessage } from "../support/events/messages.ts";
import {
  adminUrl,
  emptyDatabase,
  postgresTest,
  type TestDatabase,
  testDatabase,
} from "../support/postgres/database.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { TABLE_IS_WAITED_FOR, untilRow } from "../support/until.ts";

/** Values that would change what finpipe does, or how it reads an answer. */
const HOSTILE: Record<string, string> = {
  statement_timeout: "'200ms'",
  lock_timeout: "'1ms'",
  transaction_timeout: "'200ms'",
  idle_session_timeout: "'1s'",
  idle_in_transaction_session_timeout: "'1s'",
  exit_on_error: "on",
  default_transaction_isolation: "'serializable'",
  synchronous_commit: "off",
  row_security: "on",
  zero_damaged_pages: "on",
  ignore_checksum_failure: "on",
  search_path: "'shadows', 'pg_catalog'",
  default_table_access_method: "'finpipe_heap'",
  client_encoding: "'LATIN1'",
  standard_conforming_strings: "off",
  transform_null_equals: "on",
  array_nulls: "off",
  bytea_output: "'escape'",
  DateStyle: "'SQL, DMY'",
  IntervalStyle: "'iso_8601'",
  TimeZone: "'Asia/Tokyo'",
  extra_float_digits: "-15",
  tcp_keepalives_idle: "7200",
  tcp_keepalives_interval: "75",
  tcp_keepalives_count: "9",
  tcp_user_timeout: "0",
};

/** What may stay, and must change nothing. */
const HARMLESS: Record<string, string> = {
  default_transaction_deferrable: "on",
  default_toast_compression: "'pglz'",
  session_replication_role: "'replica'",
  enable_seqscan: "off",
  enable_indexscan: "off",
  enable_bitmapscan: "off",
  enable_sort: "off",
  enable_hashagg: "off",
  work_mem: "'64kB'",
  lc_messages: "'C'",
};

/** Runs statements as the server's administrator. */
async function execute(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url, ssl: false });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Has a database impose settings; those that this version does not have are left out. */
async function impose({ name, url }: TestDatabase, settings: Record<string, string>) {
  const session = await openSession(url);
  const rows = await session.query("SELECT lower(name) AS name FROM pg_settings");
  await session.close();
  const known = new Set(rows.map(({ name }) => name));
  const imposed = Object.entries(settings).filter(([setting]) => known.has(setting.toLowerCase()));
  await execute(
    url,
    "CREATE ACCESS METHOD finpipe_heap TYPE TABLE HANDLER heap_tableam_handler",
    "CREATE SCHEMA shadows",
    `CREATE FUNCTION shadows.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'infinity'::timestamptz $$`,
    `CREATE FUNCTION shadows.hashtextextended(text, integer) RETURNS bigint
       LANGUAGE sql AS 'SELECT 1::bigint / 0'`,
    "CREATE AGGREGATE shadows.count(*) (sfunc = int8inc, stype = bigint, initcond = '1000')",
    ...imposed.map(([setting, value]) => `ALTER DATABASE ${name} SET ${setting} = ${value}`),
  );
}

postgresTest("each setting is finpipe's own, whatever the database says", async (t) => {
  assert.deepEqual(
    SESSION_SETTINGS.map(({ name }) => name).sort(),
    Object.keys(HOSTILE).sort(),
    "a hostile value for each setting",
  );
  await using database = await emptyDatabase(t);
  await impose(database, HOSTILE);
  const session = await openSession(database.url);
  try {
    const rows = await session.query("SELECT name, setting FROM pg_settings");
    const found = new Map(rows.map(({ name, setting }) => [name, setting]));
    const unknown = new Set<string>();
    for (const { name, value } of SESSION_SETTINGS) {
      if (!found.has(name)) unknown.add(name);
      else assert.equal(found.get(name), value, name);
    }
    if (session.serverVersion >= 170_000) assert.deepEqual([...unknown], []);
  } finally {
    await session.close();
  }
});

postgresTest("how many standbys a commit waits for is left to the owner", async (t) => {
  await using database = await emptyDatabase(t);
  await impose(database, { synchronous_commit: "local" });
  const session = await openSession(database.url);
  try {
    const [row] = await session.query("SHOW synchronous_commit");
    assert.equal(row!.synchronous_commit, "local");
  } finally {
    await session.close();
  }
});

/** What init, stream, dump and rejected give in a database: outputs and files. */
async function runAll(database: TestDatabase): Promise<Record<string, unknown>> {
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-settings-" });
  try {
    const env = { FINPIPE_PG_URL: database.url, FINPIPE_WORK_DIR: workDir };
    const results: Record<string, unknown> = {};
    const commands = [
      ["init", "--json"],
      ["stream", "--source", "tests/fixtures/hostile.jsonl", "--batch-rows", "50", "--json"],
      ["dump", "2022-10-02", "--json"],
      ["rejected", "show", "3"],
      ["rejected", "replay", "--json"],
    ];
    for (const command of commands) {
      const { code, stdout, stderr } = await runCli(command, { env });
      assert.equal(code, 0, `${command.join(" ")}: ${stderr}`);
      results[command.join(" ")] = stdout.replaceAll(/"created_at": ?"[^"]*"/g, "")
        .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+/g, "");
    }
    for (const dataset of ["transactions", "currencies"]) {
      results[dataset] = await Deno.readTextFile(`${workDir}/partitions/${dataset}/2022-10-01.csv`);
    }
    return results;
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
}

postgresTest("init, stream, dump and rejected do the same under hostile settings", async (t) => {
  await using plain = await emptyDatabase(t);
  await using database = await emptyDatabase(t);
  const expected = await runAll(plain);
  await impose(database, { ...HOSTILE, ...HARMLESS });
  assert.deepEqual(await runAll(database), expected);
  const session = await openSession(database.url);
  try {
    const [{ methods, landed }] = await session.query(
      `SELECT string_agg(DISTINCT amname, ',') AS methods,
        (SELECT bool_and(moved_at BETWEEN timezone('UTC', now()) - interval '1 hour'
          AND timezone('UTC', now())) FROM finpipe.source_partitions) AS landed
       FROM pg_class JOIN pg_am ON pg_am.oid = relam
       WHERE relkind = 'r' AND relnamespace IN ('stg'::regnamespace, 'finpipe'::regnamespace)`,
    ) as [Record<string, string>];
    assert.deepEqual([methods, landed], ["heap", "t"]);
  } finally {
    await session.close();
  }
});

/** Gives a row when a statement has waited for a table for longer than any imposed limit. */
const WAITS_LONG = `
  SELECT 1 FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'relation'
    AND clock_timestamp() - xact_start > interval '600 ms'`;

postgresTest("a lock is waited for, whatever the database or the role says", async (t) => {
  await using database = await testDatabase(t);
  const role = `${database.name}_role`;
  await execute(
    database.url,
    `CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD 's3cret'`,
    `ALTER ROLE ${role} SET statement_timeout = '500ms'`,
    `ALTER ROLE ${role} IN DATABASE ${database.name} SET lock_timeout = '1ms'`,
    `ALTER DATABASE ${database.name} SET lock_timeout = '2ms'`,
  );
  const url = new URL(database.url);
  url.username = role;
  url.password = "s3cret";
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-settings-" });
  const other = await openSession(database.url);
  try {
    const env = { FINPIPE_PG_URL: url.href, FINPIPE_WORK_DIR: workDir };
    await other.execute("BEGIN; LOCK TABLE stg.transactions");
    const messages = Array.from({ length: 10 }, () => transactionMessage({}));
    const args = ["stream", "--source", "-", "--json", "--retry-for", "0s"];
    const running = runCli(args, { env, stdin: jsonl(...messages) });
    await Promise.race([untilRow(other, TABLE_IS_WAITED_FOR), running]);
    await Promise.race([untilRow(other, WAITS_LONG), running]);
    await other.execute("COMMIT");
    const { code, stdout, stderr } = await running;
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).transactions, 10);

    const doctor = await runCli(["doctor", "--json"], { env });
    const checks: { check: string; detail: string }[] = JSON.parse(doctor.stdout).checks;
    assert.equal(
      checks.find(({ check }) => check === "staging: settings")?.detail,
      "finpipe overrides lock_timeout = 1ms of the role in this database, " +
        "statement_timeout = 500ms of the role",
    );
  } finally {
    await other.close();
    await Deno.remove(workDir, { recursive: true });
    await execute(adminUrl(), `DROP ROLE ${role}`);
  }
});

postgresTest("a policy that hides rows from a dump stops it", async (t) => {
  await using database = await testDatabase(t);
  const role = `${database.name}_role`;
  await execute(
    database.url,
    `CREATE ROLE ${role} LOGIN PASSWORD 's3cret'`,
    `GRANT USAGE ON SCHEMA stg, finpipe TO ${role}`,
    `GRANT SELECT ON ALL TABLES IN SCHEMA stg, finpipe TO ${role}`,
    "ALTER TABLE stg.transactions ENABLE ROW LEVEL SECURITY",
    `CREATE POLICY positive ON stg.transactions FOR SELECT TO ${role} USING (amount > 0)`,
  );
  const url = new URL(database.url);
  url.username = role;
  url.password = "s3cret";
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-settings-" });
  try {
    const env = { FINPIPE_PG_URL: url.href, FINPIPE_WORK_DIR: workDir };
    const { code, stderr } = await runCli(["dump", "2022-10-02"], { env });
    assert.equal(code, 3, stderr);
    assert.match(stderr, /row-level security policy for table "transactions"\n {2}A policy hides/);
  } finally {
    await Deno.remove(workDir, { recursive: true });
    await execute(database.url, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
  }
});
