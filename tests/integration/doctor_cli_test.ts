/** What `doctor` and `config` print. */
import assert from "node:assert/strict";
import { runCli } from "../support/cli/run_cli.ts";
import { inFolder } from "../support/folder.ts";

/** Nobody listens there. */
const DEAD = {
  FINPIPE_KAFKA_BROKERS: "127.0.0.1:1",
  FINPIPE_PG_URL: "postgres://ada:hunter2@127.0.0.1:1/db",
  FINPIPE_VERTICA_URL: "vertica://ada:hunter2@127.0.0.1:1/db",
};

Deno.test("doctor: three servers that are away, shown with the settings; --quiet; --json", () =>
  inFolder(async (workDir) => {
    const env = { ...DEAD, FINPIPE_WORK_DIR: workDir, FINPIPE_KAFKA_BROKER: "k:1" };
    const run = (...args: string[]) => runCli(["doctor", "--retry-for", "0s", ...args], { env });
    const whole = await run();
    assert.equal(whole.code, 69);
    assert.doesNotMatch(whole.stdout + whole.stderr, /hunter2/);
    assert.match(
      whole.stdout,
      /^setting {2}FINPIPE_PG_URL: postgres:\/\/ada:\*\*\*@127.0.0.1:1\/db \(variable FINPIPE_PG_URL\)$/m,
    );
    assert.match(whole.stdout, /^setting {2}--retry-for: 0s \(option --retry-for\)$/m);
    assert.match(whole.stdout, /^warning {2}variables: .*did you mean FINPIPE_KAFKA_BROKERS\?\n/m);
    assert.match(whole.stdout, /^ok {7}work dir: /m);
    assert.equal(whole.stdout.match(/^failed .*: Cannot reach /gm)?.length, 3);

    const quiet = await run("--quiet");
    assert.equal(quiet.code, 69);
    assert.deepEqual(
      quiet.stdout.split("\n").map((line) => line.slice(0, 9).trim()).filter((word) => word !== ""),
      ["warning", "failed", "failed", "failed"],
    );

    const { stdout } = await run("--json", "--quiet");
    assert.equal(stdout.split("\n").length, 2);
    const { settings, checks, exit_code } = JSON.parse(stdout);
    assert.equal(exit_code, 69);
    assert.deepEqual(checks.map(({ check }: { check: string }) => check), [
      "variables",
      "configuration",
      "work dir",
      "kafka",
      "staging: connection",
      "warehouse: connection",
    ]);
    const topic = settings.find(({ name }: { name: string }) => name === "FINPIPE_TOPIC");
    assert.equal(topic.origin, "default");
  }));

Deno.test("doctor waits 5 s for what is away, unless it is told otherwise", async () => {
  const { stdout } = await runCli(["doctor", "--json"], { env: { FINPIPE_PG_URL: "nonsense" } });
  const { settings } = JSON.parse(stdout);
  const { value, origin } = settings.find(({ name }: { name: string }) => name === "--retry-for");
  assert.deepEqual([value, origin], ["5s", "default"]);
});
