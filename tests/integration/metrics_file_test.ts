/** `backfill --metrics-file`: what the file says of each end that a backfill can have. */
import assert from "node:assert/strict";
import { runCli } from "../support/cli/run_cli.ts";
import { EMBEDDED_TIMERS } from "../support/engine/embedded_timers.ts";
import { jsonl, transactionMessage } from "../support/events/messages.ts";
import { inFolder } from "../support/folder.ts";

const NOW = Temporal.Instant.from("2022-10-06T03:00:00Z");

Deno.test({
  name: "the metrics file has the exit code of each backfill but of wrong usage",
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/finpipe.prom`;
      const env = { FINPIPE_WORK_DIR: `${folder}/data` };
      const run = async (
        code: number,
        args: readonly string[],
        more: { stdin?: string; env?: Record<string, string> } = {},
      ) => {
        const result = await runCli(args, { ...more, env: { ...env, ...more.env }, now: NOW });
        assert.equal(result.code, code, result.stderr);
        return result.stderr;
      };
      const codeTold = async () =>
        /^finpipe_backfill_exit_code (\d+)$/m.exec(await Deno.readTextFile(path))?.[1];
      const message = transactionMessage(
        { transaction_dt: "2022-10-01 10:00:00" },
        { sent_dttm: "2022-10-01T10:00:00" },
      );
      const night = ["backfill", "2022-10-02", "--metrics-file", path];

      await run(0, ["stream", "--source", "-"], { stdin: jsonl(message) });
      await run(3, night, { env: { FINPIPE_STATUSES: "," } });
      assert.equal(await codeTold(), "3");
      await run(0, night);
      assert.equal(await codeTold(), "0");
      await run(2, [...night, "--only", "cdm", "--jobs", "2"]);
      assert.equal(await codeTold(), "0");
      await run(5, ["backfill", "2022-10-07", "--metrics-file", path]);
      assert.equal(await codeTold(), "5");

      await Deno.writeTextFile(path, "account,amount\n");
      assert.match(await run(1, night), /Cannot write the metrics to .*: it holds something else/);
      assert.equal(await Deno.readTextFile(path), "account,amount\n");
    }),
  ...EMBEDDED_TIMERS,
});
