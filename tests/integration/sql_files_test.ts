/** The SQL files of PostgreSQL run by hand as they stand, with the values of `example.psql`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { RowBuffer } from "../../lib/staging/postgres/row_buffer.ts";
import { openSession } from "../support/engine/engines.ts";
import { isOnPath } from "../support/machine/programs.ts";
import { skippable } from "../support/skip.ts";
import { POSTGRES_MISSING, postgresTest, testDatabase } from "../support/postgres/database.ts";
import { exampleOf, filledByHand, SQL, sqlFilesOf } from "../support/sql_files.ts";

const FOLDERS = ["staging", "postgres"];

/** What a file finds in its transaction beside the tables: in place of them, for migrations. */
const NO_TABLES = "DROP SCHEMA stg CASCADE; DROP SCHEMA finpipe CASCADE; " +
  "CREATE SCHEMA stg; CREATE SCHEMA finpipe";
const CURSOR = "window_versions.sql";

/** A row of each table that the examples name, so that there is something to read and to change. */
const ROWS = `
  INSERT INTO finpipe.source_partitions (kind, source, partition, next_position, watermark, topic_id)
  VALUES ('kafka', 'events', 0, 0, '2022-10-01 11:55:00', 'Vm3uVpkDSVSVWzJAB2pYWA');
  INSERT INTO stg.transactions (
    object_id, object_type, sent_dttm, payload, operation_id, account_number_from,
    account_number_to, currency_code, country, status, transaction_type, amount, transaction_dt,
    source_id, position, in_window
  ) VALUES (
    gen_random_uuid(), 'TRANSACTION', '2022-10-01 12:00:00', '{}', gen_random_uuid(), 1, 2, 430, '',
    'done', '', 1, '2022-10-01 11:59:00', 1, 1, true
  );
  INSERT INTO stg.currencies (
    object_id, object_type, sent_dttm, payload, date_update, currency_code, currency_code_with,
    currency_with_div, source_id, position, in_window
  ) VALUES (
    gen_random_uuid(), 'CURRENCY', '2022-10-01 12:00:00', '{}', '2022-10-01', 430, 470, 0.98, 1, 2,
    true
  );
  INSERT INTO stg.rejected (reason, raw, length, sha256, source, partition, position)
  VALUES ('bad_json', '{', 1, '', 'events', 0, 3)`;

/** What COPY takes that is given no row. */
const NO_ROWS = new RowBuffer().pieces();

/** The files of a folder that run each in a transaction of its own, and all migrations in one. */
async function runsOf(folder: string): Promise<string[][]> {
  const names = await sqlFilesOf(folder);
  const others = names.filter((name) => !isMigration(name) && !takesRows(name));
  const migrations = names.filter(isMigration);
  const single = others.map((name) => name.startsWith("fetch_") ? [CURSOR, name] : [name]);
  return migrations.length === 0 ? single : [migrations, ...single];
}

function isMigration(name: string): boolean {
  return /^\d/.test(name);
}

/** Of COPY FROM STDIN the rows come with the statement. */
function takesRows(name: string): boolean {
  return name.startsWith("copy_");
}

for (const folder of FOLDERS) {
  postgresTest(`each file of sql/${folder} runs with the values of its example`, async (t) => {
    await using database = await testDatabase(t);
    const session = await openSession(database.url);
    const values = await exampleOf(join(folder, "example.psql"));
    const filled = (name: string) => filledByHand(join(folder, name), values);
    /** Runs files in a transaction that is rolled back. */
    const runAll = async (names: readonly string[]) => {
      await session.execute("BEGIN");
      try {
        if (names.some(isMigration)) await session.execute(NO_TABLES);
        for (const name of names) {
          const sql = await filled(name);
          if (takesRows(name)) await session.copyIn(sql, NO_ROWS);
          else if (name.startsWith("dump_")) await session.copyOut(sql, () => {});
          else await session.execute(sql);
        }
      } catch (error) {
        assert.fail(`sql/${folder}/${names.at(-1)}: ${(error as Error).message}`);
      } finally {
        await session.execute("ROLLBACK");
      }
    };
    try {
      await session.execute(ROWS);
      for (const names of await runsOf(folder)) await runAll(names);
      for (const name of (await sqlFilesOf(folder)).filter(takesRows)) await runAll([name]);
    } finally {
      await session.close();
    }
  });
}

const NO_PSQL = "there is no psql, in Debian: apt-get install postgresql-client";
const missing = POSTGRES_MISSING ?? (await isOnPath("psql") ? undefined : NO_PSQL);

/** Runs psql in a folder of `sql/`; what it says on stderr. */
async function psql(
  folder: string,
  args: readonly string[],
  stdin: readonly Uint8Array[],
): Promise<string> {
  const process = new Deno.Command("psql", {
    args: ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=on", "--output=/dev/null", ...args],
    cwd: join(SQL, folder),
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const written = ReadableStream.from(stdin).pipeTo(process.stdin).catch(() => {});
  const { success, stderr } = await process.output();
  await written;
  const said = new TextDecoder().decode(stderr);
  assert.equal(success, true, said);
  return said;
}

for (const folder of FOLDERS) {
  Deno.test(skippable(`psql runs each file of sql/${folder}`, missing, async (t) => {
    await using database = await testDatabase(t);
    const script = ["\\i example.psql", "SET client_min_messages = warning;", `${ROWS};`];
    for (const names of await runsOf(folder)) {
      script.push("BEGIN;");
      if (names.some(isMigration)) script.push(`${NO_TABLES};`);
      script.push(...names.map((name) => `\\i ${name}`), "ROLLBACK;");
    }
    const input = [new TextEncoder().encode(script.join("\n"))];
    assert.equal(await psql(folder, ["--file=-", database.url], input), "");
    for (const name of (await sqlFilesOf(folder)).filter(takesRows)) {
      const command = await Deno.readTextFile(join(SQL, folder, name));
      assert.equal(await psql(folder, [`--command=${command}`, database.url], NO_ROWS), "");
    }
  }));
}
