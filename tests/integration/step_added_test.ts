/** A step is a file and a line in the registry: one that is made up here runs as all others. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { EXIT_CODES, FinpipeError } from "../../lib/runtime/errors.ts";
import { counted } from "../../lib/runtime/words.ts";
import { STEPS } from "../../lib/steps/registry.ts";
import { MISSING } from "../../lib/standing/standing.ts";
import type { RunDay, Step, StepFacts } from "../../lib/steps/step.ts";
import { runCli } from "../support/cli/run_cli.ts";

const FIXTURE = new URL("../fixtures/events.jsonl", import.meta.url).pathname;
const NOW = Temporal.Instant.from("2022-10-07T00:00:00Z");

/** Counts what is staged and loaded of a day, at the second try; fails on one day. */
function tally({ failsOn = "" } = {}): Step {
  let tries = 0;
  return {
    description: "Tallies one day.",
    examples: [["finpipe tally 2022-10-02 --times 2", "tallies twice"]],
    uses: { staging: true, warehouse: true },
    waitsForDayEnd: false,
    byDataset: false,
    options: [{ flags: "--times <n>", doc: "how often (default: 1)", wholeNumber: { least: 1 } }],

    prepare({ flags }) {
      const times = Number(flags.times ?? 1);
      const runDay: RunDay<StepFacts> = async ({ ends }, { partition }) => {
        if (String(partition) === failsOn) throw new FinpipeError("data", "Cannot tally");
        const staged = await ends.staging.days.snapshot(partition, (day) => {
          if (++tries === 1) throw new FinpipeError("unreachable", "Cannot reach the tally");
          return day.stagedRows("transactions");
        });
        const loaded = await ends.warehouse.loadRecord("transactions", partition);
        const rows = Number(loaded?.rows) * times;
        return {
          json: { staged: staged.total, rows },
          lines: [`${counted(rows, "row")} of ${staged.total}`],
          brief: `${rows} tallied`,
          rows,
        };
      };
      // It keeps nothing: whatever was run before, it is to be run.
      return { runDay, standing: () => MISSING };
    },
  };
}

/** The registry with the step before the last one. */
function withTally(step: Step) {
  const registered = {
    name: "tally",
    summary: "tally one day",
    load: () => Promise.resolve({ default: step }),
  };
  return STEPS.toSpliced(-1, 0, registered);
}

Deno.test("a step that is added runs in its place, is tried again, and is in the summary", async () => {
  const root = await Deno.makeTempDir({ prefix: "finpipe-added-" });
  try {
    const env = { FINPIPE_WORK_DIR: join(root, "work"), FINPIPE_LOG_FORMAT: "text" };
    const run = async (args: string[], step = tally()) =>
      await runCli(args, { env, now: NOW, steps: withTally(step) });

    const help = await run(["backfill", "--help"]);
    assert.match(help.stdout, /Runs dump, load, dwh, tally and cdm for each run date/);
    assert.match(
      help.stdout,
      /--allow-shrink .*\n +--times <n> +how often \(default: 1\)\n +--statuses /,
    );
    assert.match((await run(["--help"])).stdout, /\n +dwh .*\n +tally +tally one day\n +cdm /);

    await run(["stream", "--source", FIXTURE]);
    const backfilled = await run(["backfill", "2022-10-02..2022-10-04", "--times", "2"]);
    assert.equal(
      backfilled.stdout,
      "2022-10-02 (2022-10-01): dump: 400 transactions, 42 currencies; load: loaded; " +
        "dwh: 400 transactions; tally: 800 tallied; cdm: 7 rows\n" +
        "2022-10-03 (2022-10-02): dump: 400 transactions, 42 currencies; load: loaded; " +
        "dwh: 400 transactions; tally: 800 tallied; cdm: 7 rows\n" +
        "2022-10-04 (2022-10-03): dump: 1 transaction, 0 currencies; load: loaded; " +
        "dwh: 1 transaction; tally: 2 tallied; cdm: 1 row\n",
    );
    assert.equal(backfilled.stderr.match(/warn: Cannot reach the tally; trying again/g)?.length, 1);
    const steps = /Dumped currencies|Loaded currencies|Cannot reach the tally|Built the mart/g;
    assert.deepEqual(backfilled.stderr.match(steps)?.slice(0, 4), [
      "Dumped currencies",
      "Loaded currencies",
      "Cannot reach the tally",
      "Built the mart",
    ]);

    const plan = await run(["backfill", "2022-10-02", "--dry-run"]);
    assert.equal(
      plan.stdout,
      "2022-10-02 (2022-10-01): dump: skip, fresh; load: skip, fresh; dwh: skip, fresh; " +
        "tally: run, missing; cdm: run, tally runs\n",
    );
    const { runs: [day] } = JSON.parse((await run(["backfill", "2022-10-02", "--json"])).stdout);
    assert.deepEqual(Object.keys(day.steps), ["dump", "load", "dwh", "tally", "cdm"]);
    assert.deepEqual(day.steps.tally, { staged: 1220, rows: 400 });

    const failed = await run(
      ["backfill", "2022-10-02..2022-10-06", "--times", "3"],
      tally({ failsOn: "2022-10-02" }),
    );
    assert.equal(failed.code, EXIT_CODES.data);
    assert.match(failed.stdout, /^2022-10-02 .*; cdm: fresh\n$/);
    assert.match(failed.stderr, /Run date 2022-10-03 \(partition 2022-10-02\), step tally: Cannot/);
    assert.match(
      failed.stderr,
      /continue with 'finpipe backfill 2022-10-03..2022-10-06 --times 3'/,
    );

    const alone = await run(["tally", "2022-10-02"]);
    assert.equal(alone.stdout, "Run date 2022-10-02, partition 2022-10-01\n400 rows of 1220\n");
    const asked = await run(["tally", "--partition", "2022-10-03", "--times", "5", "--json"]);
    assert.equal(
      asked.stdout,
      '{"run_date":"2022-10-04","partition":"2022-10-03","staged":2,"rows":5}\n',
    );
    const refused = await run(["tally", "--times", "0"]);
    assert.equal(refused.code, EXIT_CODES.usage);
    assert.match(refused.stderr, /'finpipe tally --help'/);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
