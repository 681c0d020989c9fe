/** A real `finpipe dwh` that is killed (kill -9) between the swaps of its tables, and what people are told then. */
import assert from "node:assert/strict";
import { runCli, spawnCli } from "../support/cli/run_cli.ts";
import { ROOT } from "../support/docs/documents.ts";
import { until } from "../support/until.ts";
import { openTestVertica, ownVerticaTest } from "../support/vertica/place.ts";

const DAY = "2022-10-01";
const BROKEN_OFF = "a build of the core is running, or was broken off";

ownVerticaTest(
  "a dwh that is killed between its swaps is told of, and mended by the next one",
  async () => {
    await using vertica = await openTestVertica();
    const { server } = vertica.own!;
    const workDir = await Deno.makeTempDir();
    const { stagingSchema, martSchema } = vertica.newSchemas();
    const env = {
      FINPIPE_PG_URL: "embedded",
      FINPIPE_VERTICA_URL: vertica.url,
      FINPIPE_STAGING_SCHEMA: stagingSchema,
      FINPIPE_MART_SCHEMA: martSchema,
      FINPIPE_WORK_DIR: workDir,
    };
    const run = async (code: number, ...args: string[]) => {
      const result = await runCli([...args, "--retry-for", "0s"], { env });
      assert.equal(result.code, code, `${args.join(" ")}: ${result.stdout}${result.stderr}`);
      return result.stdout;
    };
    const session = await vertica.session();
    const stamps = async () => {
      const rows = await session.query(
        `SELECT COUNT(DISTINCT load_dt) AS stamps FROM (
         SELECT load_dt FROM ${martSchema}.fct_transactions
         UNION ALL SELECT load_dt FROM ${martSchema}.fct_currency_rates) AS facts`,
      );
      await session.query("COMMIT");
      return Number(rows[0]!.stamps);
    };
    try {
      await run(0, "init");
      await run(0, "stream", "--source", `${ROOT}tests/fixtures/events.jsonl`);
      await run(0, "backfill", "2022-10-02");
      await run(0, "audit", DAY);
      const before = await run(0, "report", "--format", "csv");
      assert.equal(await stamps(), 1);

      server.faults.arm({ kind: "stall", statement: /SWAP_PARTITIONS[^]*fct_currency_rates'/ });
      server.faults.forget();
      const killed = spawnCli(["dwh", "--partition", DAY], { env });
      const isBetween = ({ statement }: { statement: string }) =>
        /SWAP_PARTITIONS[^]*fct_currency_rates'/.test(statement);
      await until(() => server.faults.sessions.some(({ messages }) => messages.some(isBetween)));
      killed.kill("SIGKILL");
      assert.notEqual((await killed.result).code, 0);
      assert.equal(await stamps(), 2, "one table of each build");

      const status = await run(0, "status", "2022-10-02");
      assert.ok(status.includes(BROKEN_OFF), status);
      const audit = await run(4, "audit", DAY);
      assert.ok(audit.includes(BROKEN_OFF), audit);
      // The mart is a witness of its own.
      assert.equal(await run(0, "report", "--format", "csv"), before);
      const plan = await run(
        0,
        "backfill",
        "2022-10-02",
        "--dry-run",
      );
      assert.ok(plan.includes(BROKEN_OFF), plan);

      await run(0, "dwh", "--partition", DAY);
      assert.equal(await stamps(), 1);
      await run(0, "audit", DAY, "--deep");
      const mended = await run(0, "status", "2022-10-02");
      assert.ok(!mended.includes(BROKEN_OFF), mended);
    } finally {
      await vertica.dropSchemas(session, { stagingSchema, martSchema });
      await session.close();
      await Deno.remove(workDir, { recursive: true });
    }
  },
);
