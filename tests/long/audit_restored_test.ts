/** Staging that was restored from an older copy: the warehouse knows more than it does, and audit says so. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openEmbeddedSession } from "../../lib/postgres/embedded.ts";
import { EXIT_CODES } from "../../lib/runtime/errors.ts";
import { runCli } from "../support/cli/run_cli.ts";
import { EMBEDDED_TIMERS } from "../support/engine/embedded_timers.ts";

const EVENTS = fileURLToPath(new URL("../fixtures/events.jsonl", import.meta.url));

Deno.test(
  "a staging without a day that is loaded is a difference, not a day that moves",
  EMBEDDED_TIMERS,
  async () => {
    const workDir = await Deno.makeTempDir({ prefix: "finpipe-restored-" });
    try {
      const run = (...args: string[]) =>
        runCli(["--quiet", ...args], { env: { FINPIPE_WORK_DIR: workDir } });
      await run("stream", "--source", EVENTS);
      await run("backfill", "2022-10-02..2022-10-03");
      const session = await openEmbeddedSession(workDir);
      // As before the day's last rows came, with counters that agree, and before it was dumped.
      await session.execute(`
      WITH gone AS (
        DELETE FROM stg.transactions WHERE transaction_dt::date = '2022-10-02' RETURNING 1
      ), days AS (
        DELETE FROM finpipe.landed_days WHERE dataset = 'transactions' AND day = '2022-10-02'
      )
      UPDATE finpipe.source_partitions SET
        transactions = transactions - (SELECT count(*) FROM gone),
        messages_read = messages_read - (SELECT count(*) FROM gone);
      DELETE FROM finpipe.dumps WHERE day = '2022-10-02'`);
      await session.close();
      const { code, stdout } = await run("audit", "2022-10-01..2022-10-02", "--json");
      assert.equal(code, EXIT_CODES.data);
      const { balanced, differences } = JSON.parse(stdout);
      assert.equal(balanced, false);
      const told = differences.map(({ date, dataset, link }: Record<string, string>) =>
        `${date} ${dataset} ${link}`
      );
      assert.ok(told.includes("2022-10-02 transactions dump"), told.join("; "));
      assert.ok(told.every((one: string) => one.startsWith("2022-10-02 ")), told.join("; "));
      // Nor does a backfill make the day smaller.
      const backfill = await run("backfill", "2022-10-03");
      assert.equal(backfill.code, EXIT_CODES.data, backfill.stderr);
      assert.match(backfill.stderr, /Refused to shrink transactions for 2022-10-02/);
    } finally {
      await Deno.remove(workDir, { recursive: true });
    }
  },
);
