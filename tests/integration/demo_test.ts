/** `finpipe demo`: what a newcomer sees first. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { embeddedTest } from "../support/engine/embedded_timers.ts";
import { runCli, spawnCli } from "../support/cli/run_cli.ts";
import { inFolder } from "../support/folder.ts";

/** Settings of servers, which the demo must not touch, and wrong ones, which are not its own. */
const env = {
  FINPIPE_PG_URL: "postgresql://nobody@127.0.0.1:1/none",
  FINPIPE_VERTICA_URL: "vertica://nobody@127.0.0.1:1/none",
  FINPIPE_KAFKA_BROKERS: "127.0.0.1:1",
  FINPIPE_ENGINE: "remote",
  FINPIPE_LOG_LEVEL: "loud",
  FINPIPE_LOG_FORMAT: "poem",
  FINPIPE_STAGING_SCHEMA: "no name",
  FINPIPE_STATUSES: "queued",
  FINPIPE_TYPES: "none",
  FINPIPE_WORK_DIR: "/dev/null/none",
  AIRFLOW_CONN_VERTICA_CONNECTION: "{",
};

async function shell(line: string) {
  const path = Deno.env.get("PATH")!;
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", line],
    clearEnv: true,
    env: {
      HOME: Deno.env.get("HOME") ?? "/",
      DENO_DIR: Deno.env.get("DENO_DIR") ?? "",
      PATH: path,
      ...env,
    },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

embeddedTest(
  "the demo shows the mart of a week, and what to type next works",
  () =>
    inFolder(async (folder) => {
      const workDir = join(folder, "try it");
      const demo = spawnCli(["--work-dir", workDir, "demo"], { env });
      const { code, stdout } = await demo.result;
      assert.equal(code, 0);
      assert.match(stdout, /\n49 rows\n/);
      const [, url] = /for a browser: (file:\/\/\S+)\n/.exec(stdout)!;
      assert.match(await Deno.readTextFile(new URL(url!)), /^<!DOCTYPE html>[^]*"days":7/);
      const [built] = [...stdout.matchAll(/^Built core and mart for each day: (.*)$/gm)];
      const next = [...stdout.matchAll(/^ {2}(env .*|\S*finpipe .*)$/gm)].map(([, line]) => line!);
      assert.equal(next.length, 4);
      // A shell is given each line as it stands, with the settings that there are.
      for (const line of [built![1]!, ...next]) {
        const result = await shell(line);
        assert.equal(result.code, 0, `${line}: ${result.stderr}`);
        if (line.includes(" report ")) assert.equal(result.stdout.split("\n").length, 9);
        if (line.includes(" stream ")) assert.match(result.stdout, /^0 messages read\n/);
        if (line.includes(" load ")) assert.match(result.stdout, /currencies: put back/);
      }
      const again = await runCli(["--work-dir", workDir, "--log-format", "text", "demo"], { env });
      assert.equal(again.code, 3);
      assert.match(again.stderr, /it already exists\n {2}Name a folder that does not exist yet/);
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
