/** `finpipe backfill`: each date of a range, from staging to the mart. */
import { backfill } from "../lib/backfill/backfill.ts";
import { openEngine } from "../lib/engine/engine.ts";
import { refuseOpenRange } from "../lib/partitions/open_day.ts";
import { type DateRange, parseRange, runsOf } from "../lib/partitions/run_date.ts";
import { dayShown, planShown } from "../lib/rendering/runs.ts";
import { isClosed } from "../lib/runtime/io.ts";
import { allOf } from "../lib/runtime/words.ts";
import { type NamedStep, prepareSteps, usesOf } from "../lib/steps/step.ts";
import type { CommandDefinition, OptionValues } from "./command.ts";
import { FileProgress } from "./file_progress.ts";
import { OPEN_DAY, printResult } from "./options.ts";
import { addStepOptions } from "./step_command.ts";

/** What `backfill` was asked for, apart from the options of its steps. */
export interface BackfillCall {
  range: DateRange;
  dryRun: boolean;
  allowOpenDay: boolean;
}

/** @throws FinpipeError of kind `usage` */
export function backfillCallOf(
  [range]: readonly (string | undefined)[],
  { dryRun, allowOpenDay }: OptionValues,
): BackfillCall {
  return {
    range: parseRange(range ?? "", "FROM..TO"),
    dryRun: dryRun === true,
    allowOpenDay: allowOpenDay === true,
  };
}

/** The command that runs these steps, in this order. */
export function backfillCommand(steps: readonly NamedStep[]): CommandDefinition {
  const names = steps.map(({ name }) => name);
  return {
    configure(command) {
      command
        .description(
          `Creates any missing tables, then runs ${allOf(names)} for each run date of a ` +
            "range, in order. Each run processes the day before its date. Stops at the first " +
            "step that fails.",
        )
        .argument("<from..to>", "run dates, both inclusive; a single date is a range of one")
        .option("--dry-run", "print what would run, and run nothing");
      for (const step of steps) addStepOptions(command, step);
      command.addOption(OPEN_DAY);
    },

    examples: [
      ["finpipe backfill 2022-10-02..2022-11-01", "builds the mart of October 2022"],
      ["finpipe backfill 2022-10-02", "one run, for 2022-10-01"],
    ],

    async run(context, args, options) {
      const { io, config, given, json } = context;
      const { range, dryRun, allowOpenDay } = backfillCallOf(args, options);
      const ready = prepareSteps(steps, config);
      if (!allowOpenDay) refuseOpenRange(range, io.now(), given);
      if (dryRun) {
        const plan = runsOf(range).map((run) => planShown(run, names));
        const runs = plan.map(({ json }) => json);
        return await printResult(context, { runs }, plan.flatMap(({ lines }) => lines));
      }
      await using engine = await openEngine(context, {
        ...usesOf(steps),
        creates: true,
        command: "backfill",
      });
      await engine.createMissing();
      using progress = new FileProgress(context);
      const { watchOf } = progress;
      const days = await backfill({ ...engine.stepContext, watchOf }, range, ready, {
        given,
        onStep({ runDate }, step) {
          progress.title = `${runDate} ${step}: `;
          progress.show(`${runDate} ${step}`);
        },
        async onDay(day) {
          await progress.clear();
          if (json) return;
          // If whoever reads stdout stops reading, the work must still be done to its end.
          await io.stdout.write(`${dayShown(day).lines.join("\n")}\n`).catch((error) => {
            if (!isClosed(error)) throw error;
          });
        },
      });
      if (json) await printResult(context, { runs: days.map((day) => dayShown(day).json) }, []);
    },
  };
}
