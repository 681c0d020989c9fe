/** Days that were loaded, and a staging that does not have them: another database, or an empty one. */
import assert from "node:assert/strict";
import { jsonl, rateMessage, transactionMessage } from "../support/events/messages.ts";
import { postgresTest, testDatabase } from "../support/postgres/database.ts";
import { runCli } from "../support/cli/run_cli.ts";

postgresTest("a backfill from an empty database leaves the days that stand", async (t) => {
  await using database = await testDatabase(t);
  await using empty = await testDatabase(`${t.name} empty`);
  const workDir = await Deno.makeTempDir({ prefix: "finpipe-shrunk-" });
  const cli = async (url: string, code: number, ...args: string[]) => {
    const result = await runCli(args, {
      env: {
        FINPIPE_PG_URL: url,
        FINPIPE_VERTICA_URL: "embedded",
        FINPIPE_WORK_DIR: workDir,
        FINPIPE_LOG_FORMAT: "text",
      },
      stdin: jsonl(transactionMessage(), transactionMessage(), rateMessage()),
    });
    assert.equal(result.code, code, `${args.join(" ")}: ${result.stdout}${result.stderr}`);
    return result;
  };
  try {
    await cli(database.url, 0, "stream", "--source", "-");
    await cli(database.url, 0, "backfill", "2022-10-02");
    const before = await cli(database.url, 0, "report", "--format", "csv");
    assert.match(before.stdout, /^2022-10-01,430,/m);
    for (const options of [[], ["--force"]]) {
      const { stderr } = await cli(empty.url, 4, "backfill", "2022-10-02", ...options);
      assert.match(
        stderr,
        /step load: Refused to shrink transactions for 2022-10-01: the file has 0 rows, the file that is loaded had 2\n {2}Staging only grows: .*FINPIPE_PG_URL.*--allow-shrink/,
      );
      assert.deepEqual(await cli(database.url, 0, "report", "--format", "csv"), before);
    }
    const meant = await cli(empty.url, 0, "backfill", "2022-10-02", "--allow-shrink");
    assert.match(
      meant.stdout,
      /load: loaded, 2 -> 0 transactions, 1 -> 0 currencies; dwh: 0 transactions; cdm: 0 rows/,
    );
    const undone = await cli(empty.url, 0, "load", "2022-10-02", "--undo");
    assert.match(undone.stdout, /transactions: put back, 2 rows/);
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
});
