/** Who makes a work dir, and what is in it: nobody who only reads, and none in a folder by mistake. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import { EMBEDDED_TIMERS, embeddedTest } from "../support/engine/embedded_timers.ts";
import { emptyDatabase, postgresTest, testDatabase } from "../support/postgres/database.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { inFolder, namesIn } from "../support/folder.ts";

const EVENTS = fileURLToPath(new URL("../fixtures/events.jsonl", import.meta.url));
/** The sample is of that day too. */
const READERS = [
  "report",
  "cdm 2022-10-02",
  "backfill 2022-10-02 --dry-run",
  "load 2022-10-02",
  "load 2022-10-02 --undo",
  "dump 2022-10-02",
  "rejected list",
  "rejected show 1",
  "rejected replay",
  "doctor",
];

Deno.test("what only reads makes no embedded folder", () =>
  inFolder(async (folder) => {
    const empty = join(folder, "empty");
    await Deno.mkdir(empty);
    for (const workDir of [join(folder, "typo"), empty]) {
      for (const line of READERS) {
        const { code, stdout, stderr } = await runCli(["--work-dir", workDir, ...line.split(" ")]);
        assert.equal(code, 3, line);
        const said = stdout + stderr;
        assert.ok(said.includes(`There is no embedded engine in "${workDir}"`), said);
        assert.match(
          said,
          new RegExp(`'finpipe --work-dir ${workDir} init'; 'finpipe demo' makes`),
        );
      }
      assert.equal((await runCli(["--work-dir", workDir, "init", "--print-sql"])).code, 0);
    }
    assert.deepEqual(await namesIn(folder), ["empty"]);
    assert.deepEqual(await namesIn(empty), []);
  }));

Deno.test("a folder of other files is not filled", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "letter.txt"), "Dear Ada");
    for (const line of ["init", `stream --source ${EVENTS}`, "backfill 2022-10-02"]) {
      const { code, stderr } = await runCli(["--work-dir", folder, ...line.split(" ")]);
      assert.equal(code, 3, line);
      assert.match(
        stderr,
        /it holds other files, such as "letter.txt", and none of finpipe's\n {2}Name an/,
      );
    }
    const { code, stderr } = await runCli(["dump"], {
      env: { FINPIPE_PG_URL: "postgres://nobody@127.0.0.1:1/none", FINPIPE_WORK_DIR: folder },
    });
    assert.equal(code, 3);
    assert.match(stderr, /it holds other files/);
    assert.deepEqual(await namesIn(folder), ["letter.txt"]);
  }));

embeddedTest(
  "a stream makes all that the steps after it need, in the schemas that are named",
  () =>
    inFolder(async (folder) => {
      const workDir = join(folder, "made");
      const run = (line: string, env: Record<string, string> = {}) =>
        runCli(line.split(" "), { env: { FINPIPE_WORK_DIR: workDir, ...env } });
      assert.equal((await run(`stream --source ${EVENTS}`)).code, 0);
      // What is said of results is completed as hints and warnings are.
      const { code, stdout } = await runCli(["--work-dir", workDir, "report", "2022-10-05"]);
      assert.equal(code, 0);
      assert.ok(
        stdout.includes(`'finpipe --work-dir ${workDir} backfill 2022-10-06' builds`),
        stdout,
      );
      const others = { FINPIPE_STAGING_SCHEMA: "other_staging", FINPIPE_MART_SCHEMA: "other_mart" };
      const elsewhere = await run("cdm 2022-10-02", others);
      assert.equal(elsewhere.code, 3);
      assert.match(
        elsewhere.stderr,
        /The schema of the warehouse is missing\n.*Run 'finpipe init'/,
      );
      const session = await openEmbeddedSession(workDir, { make: false });
      const found = await session.query(
        "SELECT nspname FROM pg_namespace WHERE nspname ~ '^(other|finpipe)' ORDER BY 1",
      );
      await session.close();
      const names = found.map(({ nspname }) => nspname);
      assert.deepEqual(names, ["finpipe", "finpipe_mart", "finpipe_staging"]);
      // A folder that another process has open, or makes just now, is locked, not absent.
      await Deno.remove(join(workDir, "embedded", "finpipe.ready"));
      using lock = await Deno.open(join(workDir, "embedded.lock"), { write: true });
      await lock.lock(true);
      assert.equal((await run("report")).code, 75);
      await lock.unlock();
      // What a process left that was killed before it was whole is none.
      assert.equal((await run("report")).code, 3);
    }),
);

postgresTest(
  "beside a PostgreSQL, only what writes makes the folder",
  (t) =>
    inFolder(async (folder) => {
      await using database = await testDatabase(t);
      const run = (workDir: string, line: string) =>
        runCli(line.split(" "), {
          env: {
            FINPIPE_PG_URL: database.url,
            FINPIPE_VERTICA_URL: "embedded",
            FINPIPE_WORK_DIR: join(folder, workDir),
          },
        });
      for (const line of ["report", "cdm 2022-10-02", "load 2022-10-02", "doctor"]) {
        const { code, stdout, stderr } = await run("typo", line);
        assert.equal(code, 3, line);
        assert.match(stdout + stderr, /There is no embedded engine in ".*typo"/);
      }
      assert.equal((await run("typo", "rejected list")).code, 0);
      assert.equal((await run("typo", `stream --source ${EVENTS}`)).code, 0);
      assert.deepEqual(await namesIn(folder), []);
      assert.equal((await run("named", "dump 2022-10-02")).code, 0);
      assert.deepEqual(await namesIn(join(folder, "named")), ["partitions"]);
    }),
);

postgresTest(
  "a backfill creates the tables of a server, and upgrades none",
  (t) =>
    inFolder(async (folder) => {
      await using database = await emptyDatabase(t);
      const env = { FINPIPE_PG_URL: database.url, FINPIPE_VERTICA_URL: "embedded" };
      const backfill = () =>
        runCli(["--work-dir", join(folder, "work"), "backfill", "2022-10-02"], { env });
      for (const line of ["dump 2022-10-02", `stream --source ${EVENTS}`, "rejected list"]) {
        const { code, stderr } = await runCli(["--work-dir", folder, ...line.split(" ")], { env });
        assert.equal(code, 3, line);
        assert.match(
          stderr,
          /The schema of staging is missing\n {2}Run 'finpipe --work-dir .* init'/,
        );
      }
      assert.equal((await backfill()).code, 0);
      const client = new pg.Client(database.url);
      await client.connect();
      await client.query("DELETE FROM finpipe.migrations WHERE version > 1");
      await client.end();
      const { code, stderr } = await backfill();
      assert.equal(code, 3);
      assert.match(
        stderr,
        /staging has version 1, which is too old\n {2}Run 'finpipe --work-dir .* init'/,
      );
    }),
  EMBEDDED_TIMERS,
);
