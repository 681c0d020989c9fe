/** Signals to real processes: those that tests/integration/interrupt_test.ts has not. */
import assert from "node:assert/strict";
import {
  assertInterrupted,
  EVENTS,
  fileStreamTest,
  finish,
  inWorkDir,
  stdinStreamTest,
} from "../support/cli/interrupts.ts";
import { runCli, spawnCli } from "../support/cli/run_cli.ts";

const RANGE = "2022-10-02..2022-10-06";

stdinStreamTest("SIGINT");

fileStreamTest("SIGTERM");

Deno.test("SIGINT to a backfill: the days before stand, the next run does the rest", () =>
  inWorkDir(async (env) => {
    await finish(["stream", "--source", EVENTS], env);
    const cli = spawnCli(["backfill", RANGE], { env });
    await cli.waitFor(/^2022-10-02 /m);
    cli.kill("SIGINT");
    const interrupted = await cli.result;
    assertInterrupted(interrupted, "SIGINT");
    assert.match(interrupted.stdout, /^2022-10-02 .*load: loaded/);

    const again = await spawnCli(["backfill", RANGE], { env }).result;
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /^2022-10-02 .*nothing to do$/m);
    const { stdout } = await runCli(["report", "--format", "csv"], { env });
    const mart = new URL("../fixtures/global_metrics.csv", import.meta.url);
    assert.equal(stdout, await Deno.readTextFile(mart));
  }));
