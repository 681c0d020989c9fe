/** `report --format html`: the page of the sample's mart, and its numbers. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { daysOf, type PageData, SCALES, unpacked } from "../../lib/rendering/mart/page/data.ts";
import { runCli } from "../support/cli/run_cli.ts";

const FIXTURE = new URL("../fixtures/events.jsonl", import.meta.url).pathname;

/** The data of a page. */
function dataOf(html: string): PageData {
  return JSON.parse(/<script type="application\/json" id="data">([^]*?)<\/script>/.exec(html)![1]!);
}

/** The rows of a page, as CSV without its header. */
function csvOf({ first, currencies }: PageData): string {
  const start = Temporal.PlainDate.from(first);
  return currencies.flatMap(({ code, runs, ...columns }) =>
    daysOf(runs).map((day, i) => {
      const figures = (["amount", "transactions", "average", "accounts"] as const)
        .map((name) => unpacked(columns[name][i]!, SCALES[name]));
      return `${start.add({ days: day })},${code},${figures.join(",")}\n`;
    })
  ).sort().join("");
}

Deno.test("the page's numbers are those of report --format csv", async (t) => {
  const root = await Deno.makeTempDir({ prefix: "finpipe-report-" });
  try {
    const env = { FINPIPE_WORK_DIR: join(root, "work") };
    const now = Temporal.Instant.from("2022-10-07T00:00:00Z");
    const run = async (...args: string[]) => {
      const result = await runCli(args, { env, now });
      assert.equal(result.code, 0, result.stderr);
      return result;
    };
    await run("stream", "--source", FIXTURE);
    await run("init");

    await t.step("of an empty mart it has none, and says what to type", async () => {
      const { stdout } = await run("report", "--format", "html");
      const { days, nothing } = dataOf(stdout);
      assert.equal(days, 0);
      assert.match(nothing!, /'finpipe backfill 2022-10-07' builds/);
    });

    await run("backfill", "2022-10-02..2022-10-06");
    const csv = (await run("report", "--format", "csv")).stdout;
    const html = (await run("report", "--format", "html")).stdout;

    await t.step("on stdout", () => {
      const data = dataOf(html);
      assert.equal(csvOf(data), csv.slice(csv.indexOf("\n") + 1));
      assert.deepEqual([data.first, data.days, data.holes], ["2022-10-01", 5, []]);
      assert.equal(data.madeAt, "2022-10-07T00:00:00Z");
      assert.equal(data.loads[0]!.sha256.length, 5);
    });

    await t.step("in a file", async () => {
      const out = join(root, "mart.html");
      await run("report", "--format", "html", "--out", out);
      assert.equal(await Deno.readTextFile(out), html);
    });

    await t.step("of a range, with the days that were asked for", async () => {
      const args = ["report", "2022-10-02..2022-10-03"];
      const part = dataOf((await run(...args, "--format", "html")).stdout);
      assert.deepEqual(part.asked, { from: "2022-10-02", to: "2022-10-03" });
      const lines = (await run(...args, "--format", "csv")).stdout;
      assert.equal(csvOf(part), lines.slice(lines.indexOf("\n") + 1));
    });

    await t.step("a cell is not explained as a page", async () => {
      for (const action of ["--explain", "--history"]) {
        const args = ["report", action, "2022-10-01", "430", "--format", "html"];
        const { code, stderr } = await runCli(args, { env, now });
        assert.equal(code, 2);
        assert.match(stderr, /Cannot print --\w+ as html/);
      }
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
