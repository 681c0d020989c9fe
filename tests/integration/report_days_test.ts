/** Which days a report without a range shows, by the clock that it is handed. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { runCli } from "../support/cli/run_cli.ts";

const FIXTURE = new URL("../fixtures/events.jsonl", import.meta.url).pathname;

Deno.test("report leaves out days that are not over, and counts them, unless they are named", async () => {
  const root = await Deno.makeTempDir({ prefix: "finpipe-report-" });
  try {
    const env = { FINPIPE_WORK_DIR: join(root, "work"), FINPIPE_LOG_FORMAT: "text" };
    const run = async (at: string, ...args: string[]) => {
      const result = await runCli(args, { env, now: Temporal.Instant.from(at) });
      assert.equal(result.code, 0, result.stderr);
      return result;
    };
    const later = "2022-10-07T00:00:00Z";
    await run(later, "stream", "--source", FIXTURE);
    await run(later, "backfill", "2022-10-02..2022-10-06");

    /** The dates that a report shows, and what it says of those that it does not. */
    const shown = async (at: string, ...args: string[]) => {
      const { stdout, stderr } = await run(at, "--quiet", "report", "--format", "csv", ...args);
      const dates = stdout.split("\n").slice(1, -1).map((line) => line.split(",")[0]!);
      return { dates: [...new Set(dates)], stderr };
    };
    // 2022-10-04 has no row at all.
    const days = ["2022-10-01", "2022-10-02", "2022-10-03", "2022-10-05"];
    assert.deepEqual(await shown("2022-10-06T00:00:00Z"), { dates: days, stderr: "" });
    assert.deepEqual(await shown("2022-10-05T23:59:59.999Z"), {
      dates: days.slice(0, 3),
      stderr: "warn: Left out 1 day that is not over by the clock (UTC): " +
        "'finpipe report 2022-10-05' shows it\n",
    });
    assert.deepEqual(await shown("2022-10-02T12:00:00Z"), {
      dates: days.slice(0, 1),
      stderr: "warn: Left out 3 days that are not over by the clock (UTC): " +
        "'finpipe report 2022-10-02..2022-10-05' shows them\n",
    });
    const early = await shown("2022-09-01T00:00:00Z");
    assert.deepEqual(early.dates, []);
    assert.match(early.stderr, /Left out 4 days/);
    const named = await shown("2022-10-02T12:00:00Z", "2022-10-02..2022-10-05");
    assert.deepEqual(named, { dates: days.slice(1), stderr: "" });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
