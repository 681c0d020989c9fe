/** A person who looks on sees what is done with a day's files, and nothing of it stays. */
import assert from "node:assert/strict";
import { NOW } from "../support/engine/engines.ts";
import { runCli } from "../support/cli/run_cli.ts";

Deno.test("dump, load, backfill and a trial say what they do, on a terminal alone", async () => {
  const workDir = await Deno.makeTempDir();
  try {
    const run = async (args: string[], terminal: boolean) => {
      const { code, stderr } = await runCli(["--work-dir", workDir, ...args], {
        env: { FINPIPE_ENGINE: "embedded" },
        now: NOW,
        terminal,
      });
      assert.equal(code, 0, stderr);
      return stderr;
    };
    await run(["stream", "--source", "tests/fixtures/events.jsonl"], false);
    for (
      const [args, drawn] of [
        [["dump", "2022-10-02"], /transactions: writing, /],
        [["load", "2022-10-02"], /transactions: proving, \d+ KB of 68 KB/],
        [["backfill", "2022-10-02"], /2022-10-02 {2}dump: - {2}load: - {2}dwh: .+ {2}cdm: -/],
        [["doctor", "--trial"], /trying rights \(1 of 13\), /],
      ] as const
    ) {
      const said = await run([...args], true);
      assert.ok(drawn.test(said) && said.endsWith("\x1b[J"), said);
    }
    const said = /\r|writing|proving/i;
    assert.doesNotMatch(await run(["backfill", "2022-10-02"], false), said);
    assert.doesNotMatch(await run(["--quiet", "load", "2022-10-02"], true), said);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
});
