/** `finpipe backfill` as processes, between a real PostgreSQL and a server that speaks Vertica's protocol. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { embeddedLock } from "../../lib/config/work_dir.ts";
import { Interrupted } from "../../lib/runtime/errors.ts";
import { lockFile } from "../../lib/runtime/file_lock.ts";
import { runCli, spawnCli } from "../support/cli/run_cli.ts";
import { openSession } from "../support/engine/engines.ts";
import { EMBEDDED_TIMERS } from "../support/engine/embedded_timers.ts";
import { emptyDatabase } from "../support/postgres/database.ts";
import { until, untilRow } from "../support/until.ts";
import { openTestVertica, ownVerticaTest, type TestVertica } from "../support/vertica/place.ts";

const EVENTS = fileURLToPath(new URL("../fixtures/events.jsonl", import.meta.url));
const MART = new URL("../fixtures/global_metrics.csv", import.meta.url);
const RANGE = "2022-10-02..2022-10-06";

interface Place {
  env: Record<string, string>;
  vertica: TestVertica;
  workDir: string;
  /** Runs a command that goes well; what it printed. */
  finpipe(...args: string[]): Promise<string>;
}

/** Staging with five days landed, and a warehouse that is empty. */
function backfillTest(name: string, test: (place: Place) => Promise<void>): void {
  ownVerticaTest(name, async (t) => {
    const workDir = await Deno.makeTempDir({ prefix: "finpipe-backfill-" });
    await using database = await emptyDatabase(t);
    await using vertica = await openTestVertica();
    const { stagingSchema, martSchema } = vertica.newSchemas();
    const env = {
      FINPIPE_PG_URL: database.url,
      FINPIPE_VERTICA_URL: vertica.url,
      FINPIPE_STAGING_SCHEMA: stagingSchema,
      FINPIPE_MART_SCHEMA: martSchema,
      FINPIPE_WORK_DIR: workDir,
      FINPIPE_LOG_FORMAT: "text",
    };
    const finpipe = async (...args: string[]) => {
      const { code, stdout, stderr } = await runCli(args, { env });
      assert.equal(code, 0, stderr);
      return stdout;
    };
    try {
      await finpipe("--quiet", "init");
      await finpipe("--quiet", "stream", "--source", EVENTS);
      await test({ env, vertica, workDir, finpipe });
    } finally {
      await Deno.remove(workDir, { recursive: true });
    }
  });
}

/** What the ledger says of each attempt. */
async function attempts({ env }: Place): Promise<string[]> {
  const session = await openSession(env.FINPIPE_PG_URL!);
  const rows = await session.query(
    "SELECT partition, step, number, state, exit_code FROM finpipe.attempts ORDER BY id",
  );
  await session.close();
  return rows.map((row) => Object.values(row).map((value) => value ?? "-").join(" "));
}

async function assertMart({ finpipe }: Place): Promise<void> {
  assert.equal(await finpipe("report", "--format", "csv"), await Deno.readTextFile(MART));
}

async function partitionFiles({ workDir }: Place, dataset: string): Promise<string[]> {
  const names = [];
  for await (const { name } of Deno.readDir(`${workDir}/partitions/${dataset}`)) {
    if (!name.startsWith(".")) names.push(name);
  }
  return names.sort();
}

backfillTest(
  "dumps run ahead, and the files of old days go once they are loaded",
  async (place) => {
    const { finpipe } = place;
    await finpipe("--quiet", "dump", "2022-09-30");
    await finpipe("--quiet", "backfill", RANGE, "--jobs", "3", "--keep-files", "2");
    await assertMart(place);
    for (const dataset of ["transactions", "currencies"]) {
      assert.deepEqual(await partitionFiles(place, dataset), [
        // Nothing but this has its rows.
        "2022-09-29.csv",
        "2022-09-29.manifest.json",
        "2022-10-04.csv",
        "2022-10-04.manifest.json",
        "2022-10-05.csv",
        "2022-10-05.manifest.json",
      ]);
    }
    const again = await finpipe("backfill", RANGE, "--jobs", "3");
    assert.equal(
      again,
      "2022-10-02..2022-10-06 (2022-10-01..2022-10-05): 5 dates, each nothing to do\n",
    );
    const done = await attempts(place);
    assert.equal(done.length, 20);
    assert.ok(done.every((attempt) => attempt.endsWith("1 done -")), done.join("\n"));
    // A file that is gone is written anew where a load needs it.
    await finpipe("--quiet", "load", "2022-10-06", "--undo");
    await finpipe("--quiet", "backfill", RANGE, "--keep-files", "0");
    assert.deepEqual(await partitionFiles(place, "transactions"), [
      "2022-09-29.csv",
      "2022-09-29.manifest.json",
    ]);
    await finpipe("--quiet", "load", "2022-10-06", "--undo");
    const plan = await finpipe("backfill", "2022-10-06", "--dry-run");
    assert.match(
      plan,
      /dump: run, no partition file of transactions in the work dir; load: run, mis/,
    );
    await finpipe("--quiet", "backfill", RANGE);
    await assertMart(place);
    // Also where its manifest is left.
    await finpipe("--quiet", "load", "2022-10-06", "--undo");
    await Deno.remove(`${place.workDir}/partitions/currencies/2022-10-05.csv`);
    await finpipe("--quiet", "backfill", RANGE);
    await assertMart(place);
    // What was dumped ahead is not removed before it is loaded, though the same file is loaded.
    await finpipe("--quiet", "backfill", RANGE, "--force", "--jobs", "3", "--keep-files", "0");
    await assertMart(place);
  },
);

backfillTest(
  "a backfill that is killed was interrupted, holds up later dates, and goes on",
  async (place) => {
    const { env, finpipe } = place;
    const session = await openSession(env.FINPIPE_PG_URL!);
    // It hangs in the middle of a date, until it is killed.
    await session.query("BEGIN");
    await session.query("LOCK TABLE finpipe.dumps IN SHARE MODE");
    const backfill = spawnCli(["backfill", RANGE], { env });
    await untilRow(session, "SELECT 1 FROM finpipe.attempts WHERE step = 'dump'");
    const second = await runCli(["backfill", RANGE], { env });
    assert.equal(second.code, 75, second.stderr);
    assert.match(
      second.stderr,
      new RegExp(`Another backfill is running: process ${backfill.pid} on`),
    );
    backfill.kill("SIGKILL");
    assert.equal((await backfill.result).code, 137);
    await session.query("ROLLBACK");
    await until(async () => /interrupted/.test(await finpipe("status", "2022-10-02")));
    await session.close();

    const later = await runCli(["backfill", "2022-10-03..2022-10-06"], { env });
    assert.equal(later.code, 5, later.stderr);
    assert.match(later.stderr, /step dump of the date before it, 2022-10-02 .*was interrupted/);
    const [, command] = /Begin with that one: 'finpipe ([^']+)'/.exec(later.stderr)!;
    assert.equal(command, "backfill 2022-10-02..2022-10-06");
    await finpipe("--quiet", ...command!.split(" "));
    await assertMart(place);
  },
);

backfillTest(
  "a warehouse that is away for a while is waited for, and the date goes on",
  async (place) => {
    const { env, vertica } = place;
    const { server } = vertica.own!;
    await server.kill();
    const backfill = spawnCli(
      ["--retry-for", "0s", "backfill", "2022-10-02", "--retries", "9", "--retry-delay", "200ms"],
      { env },
    );
    await backfill.waitFor(/Opening both ends: .*trying again in 0 s/);
    await server.start();
    const { code, stderr } = await backfill.result;
    assert.equal(code, 0, stderr);
    const done = await attempts(place);
    assert.deepEqual(done.map((attempt) => attempt.split(" ").slice(0, 2).join(" ")), [
      "2022-10-01 dump",
      "2022-10-01 load",
      "2022-10-01 dwh",
      "2022-10-01 cdm",
    ]);
  },
);

backfillTest("a load that loses its server is tried again from where it was", async (place) => {
  const { env, vertica, finpipe } = place;
  vertica.own!.server.faults.arm({ kind: "cut before", statement: /SWAP_PARTITIONS/ });
  const args = ["--retry-for", "0s", "backfill", RANGE, "--retries", "1", "--retry-delay", "0s"];
  const { code, stderr } = await runCli(args, { env });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^warn: Run date 2022-10-02 .*step load: .*; trying again in 0 s$/m);
  await assertMart(place);
  assert.deepEqual((await attempts(place)).slice(0, 5), [
    "2022-10-01 dump 1 done -",
    "2022-10-01 load 1 failed 69",
    "2022-10-01 load 2 done -",
    "2022-10-01 dwh 1 done -",
    "2022-10-01 cdm 1 done -",
  ]);
  // Without retries it stops, and the command that it names goes on.
  vertica.own!.server.faults.arm({ kind: "cut before", statement: /SWAP_PARTITIONS/ });
  const stopped = await runCli(
    ["--retry-for", "0s", "backfill", RANGE, "--force", "--retries", "0"],
    { env },
  );
  assert.equal(stopped.code, 69, stopped.stderr);
  const [, command] = /continue with 'finpipe ([^']+)'/i.exec(stopped.stderr)!;
  assert.equal(command, "backfill 2022-10-02..2022-10-06 --force --retries 0");
  assert.match(await finpipe("status"), /failed/);
  await finpipe("--quiet", "backfill", RANGE);
  assert.doesNotMatch(await finpipe("status"), /failed|stale|missing/);
  await assertMart(place);
});

backfillTest(
  "a stop is written down, says how to go on, and leaves what was done",
  async (place) => {
    const { env, finpipe } = place;
    const stop = new AbortController();
    const session = await openSession(env.FINPIPE_PG_URL!);
    const running = runCli(["backfill", RANGE], { env, signal: stop.signal });
    await untilRow(session, "SELECT 1 FROM finpipe.attempts WHERE step = 'load'");
    stop.abort(new Interrupted("SIGTERM"));
    const { code, stderr } = await running;
    assert.equal(code, 143, stderr);
    assert.match(stderr, /^warn: To go on: 'finpipe backfill 2022-10-0\d\.\.2022-10-06'$/m);
    const [ended] = await session.query("SELECT exit_code FROM finpipe.backfills");
    assert.deepEqual(ended, { exit_code: "143" });
    assert.deepEqual(
      await session.query("SELECT 1 FROM finpipe.attempts WHERE state = 'running'"),
      [],
    );
    await session.close();
    await finpipe("--quiet", "backfill", RANGE);
    await assertMart(place);
  },
);

backfillTest("options that judge judge what stands", async (place) => {
  const { env, finpipe } = place;
  await finpipe("--quiet", "backfill", "2022-10-02");
  const { stagingSchema } = { stagingSchema: env.FINPIPE_STAGING_SCHEMA! };
  const session = await place.vertica.session();
  await session.query(
    `UPDATE ${stagingSchema}.loads SET refused = 2 WHERE dataset = 'transactions'`,
  );
  await session.query("COMMIT");
  const { code, stderr } = await runCli(["backfill", "2022-10-02"], { env });
  assert.equal(code, 4, stderr);
  assert.match(
    stderr,
    /step load: 2 rows of transactions for 2022-10-01 were refused .*\(0 allowed\)/,
  );
  assert.match(
    await finpipe("backfill", "2022-10-02", "--max-rejected", "2"),
    /load: already loaded|nothing to do/,
  );
  await session.close();

  const pg = await openSession(env.FINPIPE_PG_URL!);
  await pg.query("UPDATE finpipe.dumps SET complete = false");
  await pg.close();
  const plan = await finpipe(
    ...["backfill", "2022-10-02", "--require-complete", "--max-rejected", "2", "--dry-run"],
  );
  assert.match(plan, /dump: run, the day was not known to be complete when it was dumped/);
});

Deno.test("--wait waits for the embedded engine, too", EMBEDDED_TIMERS, async () => {
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-backfill-" });
  const env = { FINPIPE_WORK_DIR: workDir, FINPIPE_LOG_FORMAT: "text" };
  try {
    await Deno.mkdir(`${workDir}/embedded`);
    const held = await lockFile(embeddedLock(workDir), "the embedded engine");
    const other = await runCli(["backfill", "2022-10-02"], { env });
    assert.equal(other.code, 75, other.stderr);
    const backfill = spawnCli(["backfill", "2022-10-02", "--wait"], { env });
    await backfill.waitFor(/Waiting for it to end: Another finpipe process uses the embedded/);
    held[Symbol.dispose]();
    const { code, stderr } = await backfill.result;
    assert.equal(code, 0, stderr);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
});

Deno.test(
  "on the embedded engine, a backfill that was killed is interrupted, too",
  EMBEDDED_TIMERS,
  async () => {
    const workDir = await Deno.makeTempDir({ prefix: "finpipe-backfill-" });
    const env = { FINPIPE_WORK_DIR: workDir, FINPIPE_LOG_FORMAT: "text" };
    try {
      await runCli(["--quiet", "stream", "--source", EVENTS], { env });
      const backfill = spawnCli(["backfill", RANGE, "--jobs", "3"], { env });
      await backfill.waitFor(/Dumped currencies of 2022-10-02/);
      backfill.kill("SIGKILL");
      await backfill.result;
      const { stdout } = await runCli(["status"], { env });
      assert.match(stdout, /interrupted|missing/);
      const again = await runCli(["backfill", RANGE, "--jobs", "3"], { env });
      assert.equal(again.code, 0, again.stderr);
      const report = await runCli(["report", "--format", "csv"], { env });
      assert.equal(report.stdout, await Deno.readTextFile(MART));
    } finally {
      await Deno.remove(workDir, { recursive: true });
    }
  },
);
