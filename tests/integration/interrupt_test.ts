/**
 * What a person or a supervisor does to a real process: signals, a second process, closed pipes.
 * tests/long/interrupt_test.ts has more of the same.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { COMMANDS } from "../../commands/registry.ts";
import {
  assertInterrupted,
  type Env,
  EVENTS,
  feed,
  fileStreamTest,
  finish,
  inWorkDir,
  stdinStreamTest,
} from "../support/cli/interrupts.ts";
import { postgresTest, testDatabase } from "../support/postgres/database.ts";
import { runCli, spawnCli } from "../support/cli/run_cli.ts";

const LAUNCHER = fileURLToPath(new URL("../../finpipe", import.meta.url));
const RANGE = "2022-10-02..2022-10-06";

/** The locks of this database. */
const LOCKS = "SELECT FROM pg_locks JOIN pg_database ON database = pg_database.oid " +
  "WHERE datname = current_database()";

stdinStreamTest("SIGTERM");

fileStreamTest("SIGINT");

postgresTest(
  "a signal in the middle of a file drains, a second one forces",
  (t) =>
    inWorkDir(async (env) => {
      await using database = await testDatabase(t);
      env = { ...env, FINPIPE_PG_URL: database.url };
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      try {
        const until = async (sql: string) => {
          while ((await client.query(sql)).rowCount === 0);
        };
        const args = ["stream", "--source", EVENTS, "--batch-rows", "10"];
        const drained = spawnCli(args, { env });
        await until("SELECT FROM finpipe.source_partitions WHERE messages_read > 0");
        drained.kill("SIGTERM");
        assertInterrupted(await drained.result, "SIGTERM");
        const { rows: [before] } = await client.query("SELECT * FROM finpipe.source_partitions");
        assert.ok(Number(before.messages_read) < 3839, "it was in the middle");

        // Whoever waits for this lock cannot drain.
        await client.query("BEGIN");
        await client.query("LOCK TABLE stg.transactions");
        const forced = spawnCli(args, { env });
        await until(`${LOCKS} AND NOT granted`);
        const ended = forced.result.then(() => true);
        // The first one stops, and cannot drain; two that come at once might arrive as one.
        do forced.kill("SIGINT"); while (
          !await Promise.race([
            ended,
            client.query("SELECT 1").then(() => false),
          ])
        );
        const { code, stderr } = await forced.result;
        assert.equal(code, 130);
        assert.doesNotMatch(stderr, /Interrupted/, "nothing was drained and told");
        await client.query("ROLLBACK");

        await until(`SELECT WHERE NOT EXISTS (${LOCKS} AND locktype = 'advisory')`);
        await finish(["stream", "--source", EVENTS], env);
        const { rows: [after] } = await client.query("SELECT * FROM finpipe.source_partitions");
        assert.deepEqual(
          [after.messages_read, after.transactions, after.currencies, after.duplicates],
          ["3839", "3655", "126", "58"],
        );
      } finally {
        await client.end();
      }
    }),
);

Deno.test("of two processes on one embedded folder the second one ends with 75", () =>
  inWorkDir(async (env) => {
    const [one, other] = [feed(), feed()];
    const results = [one, other].map(({ readable }) =>
      spawnCli(["stream", "--source", "-"], { env, stdin: readable }).result
    );
    const { code, stderr } = await Promise.race(results);
    assert.equal(code, 75, stderr);
    assert.match(
      stderr,
      /^finpipe: Another finpipe process uses the embedded engine in .*\n {2}Wait/m,
    );
    await Promise.all([one.close(), other.close()]);
    const codes = (await Promise.all(results)).map(({ code }) => code);
    assert.deepEqual(codes.sort(), [0, 75]);
  }));

/** Runs finpipe with a stdout whose reader goes away at once. */
async function unheard(args: string[], env: Env): Promise<{ code: number; stderr: string }> {
  const child = new Deno.Command(LAUNCHER, {
    args,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await child.stdout.cancel();
  const stderr = await new Response(child.stderr).text();
  return { code: (await child.status).code, stderr };
}

Deno.test("a reader of stdout that goes away, as head does, is no failure and ends no work", () =>
  inWorkDir(async (env) => {
    const options = { FINPIPE_LOG_LEVEL: "warn", ...env };
    for (
      const args of [
        ["--help"],
        ["stream", "--source", EVENTS],
        ["backfill", RANGE],
        ["report", "--format", "csv"],
        ["emit", "--dates", "2022-10-01"],
      ]
    ) {
      assert.deepEqual(await unheard(args, options), { code: 0, stderr: "" }, args.join(" "));
    }
    const { code, stdout } = await runCli(["report", "--format", "csv"], { env });
    const mart = new URL("../fixtures/global_metrics.csv", import.meta.url);
    assert.deepEqual({ code, stdout }, { code: 0, stdout: await Deno.readTextFile(mart) });
  }));

Deno.test("the help that a real process prints is whole, for every command", async () => {
  for (const { name, hidden } of COMMANDS) {
    if (hidden === true) continue;
    const expected = await runCli(["help", name]);
    assert.deepEqual(await spawnCli(["help", name]).result, expected);
    assert.match(expected.stdout, /^Examples:$/m);
  }
});
