/** `finpipe demo`: what a newcomer sees first. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { embeddedTest } from "../support/embedded_timers.ts";
import { runCli } from "../support/run_cli.ts";

/** Settings of servers, which the demo must not touch, and wrong ones, which are not its own. */
const env = {
  FINPIPE_PG_URL: "postgresql://nobody@127.0.0.1:1/none",
  FINPIPE_ENGINE: "remote",
  FINPIPE_LOG_LEVEL: "loud",
  FINPIPE_LOG_FORMAT: "poem",
  FINPIPE_STAGING_SCHEMA: "no name",
  FINPIPE_WORK_DIR: "/dev/null/none",
  AIRFLOW_CONN_VERTICA_CONNECTION: "{",
};

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "finpipe-demo-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

embeddedTest(
  "the demo shows the mart of a week, and what to type next works",
  () =>
    inFolder(async (folder) => {
      const workDir = join(folder, "try");
      const { code, stdout } = await runCli(["--work-dir", workDir, "demo"], { env });
      assert.equal(code, 0);
      assert.match(stdout, /\n49 rows\n/);
      const next = [...stdout.matchAll(/^ {2}finpipe (.*?)(?: {2,}#.*)?$/gm)].map(([, args]) =>
        args!
      );
      assert.equal(next.length, 4);
      for (const line of next) {
        const result = await runCli(line.split(" "));
        assert.equal(result.code, 0, `${line}: ${result.stderr}`);
      }
      const again = await runCli(["--work-dir", workDir, "demo"], { env });
      assert.equal(again.code, 3);
      assert.match(again.stderr, /it exists\n {2}Name a folder that is not there yet/);
    }),
);

embeddedTest(
  "the demo prints one JSON value where it is asked to",
  () =>
    inFolder(async (folder) => {
      const workDir = join(folder, "try");
      const { code, stdout } = await runCli(["--json", "--work-dir", workDir, "demo"], { env });
      assert.equal(code, 0);
      const { landed, mart, ...rest } = JSON.parse(stdout);
      assert.deepEqual(rest, { folder: workDir, events: join(workDir, "events.jsonl") });
      const { messages_read, transactions, currencies, rejected, duplicates } = landed;
      assert.equal(messages_read, transactions + currencies + rejected + duplicates);
      assert.equal(mart.length, 49);
      assert.match(mart[0].amount_total, /^-?\d+\.\d{2}$/);
    }),
);
