/** The doctor on a real PostgreSQL. */
import assert from "node:assert/strict";
import pg from "pg";
import { readSettings } from "../../lib/config/settings.ts";
import type { Check } from "../../lib/doctor/check.ts";
import { openServerSession } from "../../lib/postgres/server.ts";
import { PostgresStaging } from "../../lib/staging/postgres/staging.ts";
import { emptyDatabase, postgresTest } from "../support/postgres/database.ts";
import { runCli } from "../support/cli/run_cli.ts";

async function doctor(url: string): Promise<{ code: number; checks: Check[]; text: string }> {
  const workDir = await Deno.makeTempDir();
  try {
    const args = ["doctor", "--json", "--retry-for", "0s"];
    const env = { FINPIPE_PG_URL: url, FINPIPE_WORK_DIR: workDir };
    const { code, stdout, stderr } = await runCli(args, { env });
    return { code, checks: JSON.parse(stdout).checks, text: stdout + stderr };
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
}

async function initialise(url: string): Promise<void> {
  const source = { env: (name: string) => name === "FINPIPE_PG_URL" ? url : undefined, flags: {} };
  const { staging } = await readSettings(source, { staging: true });
  assert.ok(staging?.kind === "postgres");
  const session = await openServerSession(staging.postgres, { applicationName: "test" });
  try {
    await new PostgresStaging(session).schema.migrate();
  } finally {
    await session.close();
  }
}

function find(checks: Check[], name: string): Check | undefined {
  return checks.find(({ check }) => check === name);
}

async function execute(url: string, statements: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}

postgresTest("doctor: a dropped index, check and NOT NULL are told of", async (t) => {
  await using database = await emptyDatabase(t);
  await initialise(database.url);
  await execute(
    database.url,
    `DROP INDEX stg.transactions_by_day; CREATE INDEX ours ON stg.transactions (country);
     ALTER TABLE finpipe.source_partitions DROP CONSTRAINT messages_add_up,
       ALTER COLUMN next_position DROP NOT NULL`,
  );
  const { code, checks } = await doctor(database.url);
  assert.equal(code, 0);
  const { outcome, detail } = find(checks, "staging: schema")!;
  assert.equal(outcome, "warning");
  assert.deepEqual(detail!.split("\n").slice(1), [
    "CREATE INDEX transactions_by_day ON stg.transactions USING btree (transaction_dt)",
    "column finpipe.source_partitions.next_position bigint not null",
    "constraint finpipe.source_partitions CHECK ((messages_read = (((transactions + currencies) + " +
    "rejected) + duplicates)))",
  ]);
});

postgresTest("doctor: a database before and after init", async (t) => {
  await using database = await emptyDatabase(t);
  const before = await doctor(database.url);
  assert.equal(before.code, 3);
  assert.deepEqual(
    before.checks.filter(({ outcome }) => outcome !== "ok").map(({ check }) => check),
    ["staging: schema", "warehouse"],
  );
  assert.match(find(before.checks, "staging: schema")!.hint!, /^Run .finpipe .*init.$/);

  await initialise(database.url);
  const after = await doctor(database.url);
  assert.equal(after.code, 0, after.text);
  assert.match(find(after.checks, "staging: version")!.detail, /^PostgreSQL 1\d/);
});

postgresTest("doctor: a role without rights, and a wrong password", async (t) => {
  await using database = await emptyDatabase(t);
  const role = `${database.name}_role`;
  await execute(database.url, `CREATE ROLE ${role} LOGIN PASSWORD 's3cret'`);
  const url = new URL(database.url);
  url.username = role;
  url.password = "s3cret";
  try {
    // As typed from the hint, the statements give what is missing.
    const grant = async (): Promise<string> => {
      const { hint } = find((await doctor(url.href)).checks, "staging: rights")!;
      const [, statements] = / run: (GRANT .*;)$/.exec(hint!)!;
      await execute(database.url, statements!);
      return statements!;
    };
    const empty = await doctor(url.href);
    assert.equal(empty.code, 3);
    assert.equal(
      find(empty.checks, "staging: rights")?.detail,
      `The role "${role}" lacks CREATE on database ${database.name}`,
    );
    assert.equal(await grant(), `GRANT CREATE ON DATABASE ${database.name} TO ${role};`);
    const able = find((await doctor(url.href)).checks, "staging: rights")!;
    assert.equal(able.outcome, "ok");

    await initialise(database.url);
    await execute(
      database.url,
      `GRANT USAGE ON SCHEMA stg TO ${role}; GRANT INSERT ON stg.rejected TO ${role};
       GRANT SELECT ON ALL TABLES IN SCHEMA stg TO ${role}`,
    );
    const rights = find((await doctor(url.href)).checks, "staging: rights")!.detail;
    assert.match(rights, /USAGE on schema finpipe/);
    assert.match(rights, /INSERT on stg\.transactions/);
    assert.match(rights, /UPDATE on finpipe\.source_partitions/);
    assert.match(rights, /UPDATE on stg\.rejected/);
    assert.doesNotMatch(rights, /INSERT on stg\.rejected|SELECT on stg|schema stg|CREATE/);

    assert.match(await grant(), new RegExp(`GRANT UPDATE ON stg.rejected TO ${role};`));
    const granted = await doctor(url.href);
    assert.equal(granted.code, 0, granted.text);

    url.password = "wr0ng";
    const refused = await doctor(url.href);
    assert.equal(refused.code, 3);
    assert.equal(find(refused.checks, "staging: connection")?.outcome, "failed");
    assert.doesNotMatch(refused.text, /s3cret|wr0ng/);
  } finally {
    await execute(database.url, `DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});

postgresTest("doctor: a database set read-only by its owner", async (t) => {
  await using database = await emptyDatabase(t);
  await execute(
    database.url,
    `ALTER DATABASE ${database.name} SET default_transaction_read_only = on`,
  );
  const { code, checks } = await doctor(database.url);
  assert.equal(code, 3);
  assert.equal(find(checks, "staging: rights")?.detail, "The server is read-only");
});

Deno.test("doctor: a server that is not there", async () => {
  const { code, checks } = await doctor("postgres://ada:s3cret@127.0.0.1:1/d");
  assert.equal(code, 69);
  assert.equal(find(checks, "staging: connection")?.outcome, "failed");
});
