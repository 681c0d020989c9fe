/** What a person or a supervisor does to a real process: signals, a second process, closed pipes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { COMMANDS } from "../../commands/registry.ts";
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import { postgresTest, testDatabase } from "../support/postgres.ts";
import { type CliResult, runCli, spawnCli } from "../support/run_cli.ts";

const EVENTS = fileURLToPath(new URL("../fixtures/events.jsonl", import.meta.url));
const LAUNCHER = fileURLToPath(new URL("../../finpipe", import.meta.url));
const RANGE = "2022-10-02..2022-10-06";
const SIGNALS = [["SIGINT", 130], ["SIGTERM", 143]] as const;

/** More than pipes and the streams around them hold. */
const UNREAD_BYTES = 256 * 1024;

/** The locks of this database. */
const LOCKS = "SELECT FROM pg_locks JOIN pg_database ON database = pg_database.oid " +
  "WHERE datname = current_database()";

type Env = Record<string, string>;

async function inWorkDir(work: (env: Env, workDir: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "finpipe-interrupt-" });
  try {
    const workDir = join(folder, "work");
    await work({ FINPIPE_WORK_DIR: workDir, FINPIPE_LOG_FORMAT: "text" }, workDir);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** An stdin that is fed by hand. A write returns when the bytes before it were taken. */
function feed() {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  return {
    readable,
    write: (bytes: Uint8Array) => writer.write(bytes),
    // The process may have gone already.
    close: () => writer.close().catch(() => {}),
  };
}

function assertInterrupted({ code, stdout, stderr }: CliResult, signal: string, expected: number) {
  assert.equal(code, expected, stderr);
  assert.match(stderr, new RegExp(`^finpipe: Interrupted by ${signal}\n`, "m"));
  assert.doesNotMatch(stdout + stderr, /bug|at file:/);
}

/** Runs a command to its end in this process; its result. */
async function finish<T>(args: string[], env: Env): Promise<T> {
  const { code, stdout, stderr } = await runCli([...args, "--json"], { env });
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

for (const [signal, code] of SIGNALS) {
  Deno.test(`${signal} to a stream of stdin: what was read is landed, though it lingered`, () =>
    inWorkDir(async (env, workDir) => {
      const bytes = await Deno.readFile(EVENTS);
      const stdin = feed();
      const cli = spawnCli(["stream", "--json", "--source", "-", "--linger", "1h"], {
        env,
        stdin: stdin.readable,
      });
      for (let at = 0; at < bytes.length; at += 1000) {
        await stdin.write(bytes.subarray(at, at + 1000));
      }
      cli.kill(signal);
      const interrupted = await cli.result;
      assertInterrupted(interrupted, signal, code);
      await stdin.close();

      const session = await openEmbeddedSession(workDir);
      const [source] = await session.query("SELECT * FROM finpipe.source_partitions");
      await session.close();
      const landed = Number(source!.next_position);
      assert.ok(landed >= bytes.length - UNREAD_BYTES, `${landed} bytes were landed`);
      const lines = new TextDecoder().decode(bytes.subarray(0, landed)).split("\n");
      assert.equal(Number(source!.messages_read), lines.length - 1);
      assert.equal(lines.at(-1), "", "no line was cut");
      // There is no position: only this says what a second run would land twice.
      assert.equal(JSON.parse(interrupted.stdout).messages_read, lines.length - 1);
    }));

  Deno.test(`${signal} to a stream of a file on its way: the next run lands all`, () =>
    inWorkDir(async (env) => {
      const cli = spawnCli(["stream", "--source", EVENTS, "--batch-rows", "10"], { env });
      await cli.waitFor(/embedded engine/);
      cli.kill(signal);
      assertInterrupted(await cli.result, signal, code);
      await finish(["stream", "--source", EVENTS], env);
      const { datasets } = await finish<{ datasets: { staged_rows: number }[] }>(
        ["dump", "2022-10-02"],
        env,
      );
      assert.deepEqual(datasets.map(({ staged_rows }) => staged_rows), [1220, 42]);
    }));
}

Deno.test("SIGINT to a backfill: the days before stand, the next run does the rest", () =>
  inWorkDir(async (env) => {
    await finish(["stream", "--source", EVENTS], env);
    const cli = spawnCli(["backfill", RANGE], { env });
    await cli.waitFor(/^2022-10-02 /m);
    cli.kill("SIGINT");
    const interrupted = await cli.result;
    assertInterrupted(interrupted, "SIGINT", 130);
    assert.match(interrupted.stdout, /^2022-10-02 .*load: loaded/);

    const again = await spawnCli(["backfill", RANGE], { env }).result;
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /^2022-10-02 .*load: already loaded/);
    const { stdout } = await runCli(["report", "--format", "csv"], { env });
    const mart = new URL("../fixtures/global_metrics.csv", import.meta.url);
    assert.equal(stdout, await Deno.readTextFile(mart));
  }));

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
        assertInterrupted(await drained.result, "SIGTERM", 143);
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
    env,
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
  for (const { name } of COMMANDS) {
    const expected = await runCli(["help", name]);
    assert.deepEqual(await spawnCli(["help", name]).result, expected);
    assert.match(expected.stdout, /^Examples:$/m);
  }
});
