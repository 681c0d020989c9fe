/** `finpipe backfill`: each date of a range, from staging to the mart. */
import { openEngine } from "../lib/engine.ts";
import { refuseOpenRange } from "../lib/partitions/open_day.ts";
import { type DateRange, parseRange } from "../lib/partitions/run_date.ts";
import { backfill } from "../lib/pipeline/backfill/backfill.ts";
import { planBackfill, STEPS } from "../lib/pipeline/backfill/plan.ts";
import { type StepOptions, stepRunners } from "../lib/pipeline/backfill/steps.ts";
import type { ConfigSource } from "../lib/runtime/config/settings.ts";
import { isClosed } from "../lib/runtime/io.ts";
import type { CommandDefinition, Context, OptionValues } from "./command.ts";
import { FileProgress } from "./file_progress.ts";
import { addOpenDay, printResult } from "./options.ts";
import {
  addDumpOptions,
  addLoadOptions,
  addMartOptions,
  dumpOptionsOf,
  loadOptionsOf,
  martOptionsOf,
} from "./step_options.ts";
import { datesOf, dayLine, dayResult } from "./step_results.ts";

/** What `backfill` was asked for. */
export interface BackfillCall extends StepOptions {
  range: DateRange;
  dryRun: boolean;
  allowOpenDay: boolean;
}

/** @throws FinpipeError of kind `usage`, or `configuration` for a variable that is no list */
export function backfillCallOf(
  [range]: readonly (string | undefined)[],
  options: OptionValues,
  env: ConfigSource["env"],
): BackfillCall {
  return {
    range: parseRange(range ?? "", "FROM..TO"),
    dryRun: options.dryRun === true,
    allowOpenDay: options.allowOpenDay === true,
    ...dumpOptionsOf(options),
    ...loadOptionsOf(options),
    ...martOptionsOf(options, env),
  };
}

const command: CommandDefinition = {
  configure(command) {
    command
      .description(
        "Creates the tables that are not there yet, then runs dump, load and cdm for each run date " +
          "of a range, in order. " +
          "Each run processes the day before its date. Stops at the first step that fails.",
      )
      .argument("<from..to>", "run dates, inclusive; one date alone is a range of one")
      .option("--dry-run", "print what would be run, and run nothing");
    addOpenDay(addMartOptions(addLoadOptions(addDumpOptions(command))));
  },

  examples: [
    ["finpipe backfill 2022-10-02..2022-11-01", "builds the mart of October 2022"],
    ["finpipe backfill 2022-10-02", "one run, for 2022-10-01"],
  ],

  async run(context, args, options) {
    const { io, log } = context;
    const call = backfillCallOf(args, options, context.config.env);
    const { range, dryRun, allowOpenDay, ...stepOptions } = call;
    if (!allowOpenDay) refuseOpenRange(range, io.now(), context.given);
    if (dryRun) return await printPlan(context, range);
    await using engine = await openEngine(context, {
      staging: true,
      warehouse: true,
      partitionFiles: true,
      creates: true,
      command: "backfill",
    });
    await engine.createMissing();
    using progress = new FileProgress(context);
    const { watchOf } = progress;
    const steps = { engine, log, now: io.now, signal: io.signal, watchOf };
    const runners = stepRunners(steps, stepOptions);
    const days = await backfill(range, runners, {
      signal: io.signal,
      given: context.given,
      onStep({ runDate }, step) {
        progress.title = `${runDate} ${step}: `;
        progress.show(`${runDate} ${step}`);
      },
      async onDay(day) {
        await progress.clear();
        if (context.json) return;
        // A reader that has had enough must not end the work halfway.
        await io.stdout.write(`${dayLine(day)}\n`).catch((error) => {
          if (!isClosed(error)) throw error;
        });
      },
    });
    if (context.json) await printResult(context, { runs: days.map(dayResult) }, []);
  },
};

export default command;

async function printPlan(context: Context, range: DateRange): Promise<void> {
  const runs = planBackfill(range);
  await printResult(
    context,
    { runs: runs.map((run) => ({ ...datesOf(run), steps: STEPS })) },
    runs.map(({ runDate, partition }) => `${runDate} (${partition}): ${STEPS.join(" -> ")}`),
  );
}
