/** `finpipe backfill`: each date of a range, from staging to the mart. */
import { backfill, type BackfillWatch } from "../lib/backfill/backfill.ts";
import { planBackfill } from "../lib/backfill/dry_run.ts";
import { withLedger } from "../lib/backfill/journal.ts";
import { type Engine, openEngine } from "../lib/engine/engine.ts";
import { refuseOpenRange } from "../lib/partitions/open_day.ts";
import type { DateRange } from "../lib/partitions/run_date.ts";
import { dayShown, planShown } from "../lib/rendering/runs.ts";
import { isClosed } from "../lib/runtime/io.ts";
import { allOf } from "../lib/runtime/words.ts";
import { type NamedStep, prepareSteps, type ReadyStep } from "../lib/steps/step.ts";
import { BACKFILL_OPTIONS, type BackfillCall, backfillCallOf } from "./backfill_call.ts";
import type { CommandDefinition, Context } from "./command.ts";
import { FileProgress } from "./file_progress.ts";
import { OPEN_DAY, printResult } from "./options.ts";
import { addStepOptions } from "./step_command.ts";

/** The command that runs these steps, in this order. */
export function backfillCommand(steps: readonly NamedStep[]): CommandDefinition {
  const names = steps.map(({ name }) => name);
  return {
    configure(command) {
      command
        .description(
          `Runs ${allOf(names)} for each run date of a range, in order: what is missing, stale, ` +
            "failed or interrupted, and nothing else. Each run processes the day before its " +
            "date. A date waits for the date before it. Creates any missing tables first.",
        )
        .argument(
          "[from..to]",
          "run dates, both inclusive; a single date is a range of one, and today is a date (UTC)",
        );
      for (const option of BACKFILL_OPTIONS) command.addOption(option);
      const own = new Set(BACKFILL_OPTIONS.map(({ flags }) => flags));
      for (const step of steps) {
        const options = step.options.filter(({ flags }) => !own.has(flags));
        addStepOptions(command, { options });
      }
      command.addOption(OPEN_DAY);
    },

    examples: [
      ["finpipe backfill 2022-10-02..2022-11-01", "builds the mart of October 2022"],
      ["finpipe backfill 2022-10-02", "one run, for 2022-10-01"],
      ["finpipe backfill today", "the run of a night, for yesterday (UTC)"],
      ["finpipe backfill 2022-10-02..2022-11-01 --dry-run", "prints what would run, and why"],
      ["finpipe backfill --stale", "brings all days up to date of which something is stale"],
      ["finpipe backfill 2022-10-02..2022-11-01 --from-step cdm --force", "builds the mart again"],
    ],

    async run(context, args, options) {
      const { io, config, given } = context;
      const call = backfillCallOf(args, options, { names, given, now: io.now() });
      const { range } = call.request;
      const ready = prepareSteps(steps, config);
      if (range !== undefined && !call.allowOpenDay) refuseOpenRange(range, io.now(), given);
      await using engine = await openEngine(context, {
        staging: true,
        warehouse: true,
        partitionFiles: !call.dryRun,
        creates: !call.dryRun,
        stagingSessions: call.request.jobs ?? 1,
        command: "backfill",
      });
      await (call.dryRun ? printPlan : runBackfill)(context, engine, call, ready);
    },
  };
}

async function printPlan(
  context: Context,
  engine: Engine,
  { request }: BackfillCall,
  steps: readonly ReadyStep[],
): Promise<void> {
  await engine.checkSchemas();
  const runs = await planBackfill(depsOf(engine), request, steps);
  const shown = runs.map(planShown);
  await printResult(
    context,
    { runs: shown.map(({ json }) => json) },
    shown.flatMap(({ lines }) => lines),
  );
}

async function runBackfill(
  context: Context,
  engine: Engine,
  { request, wait }: BackfillCall,
  steps: readonly ReadyStep[],
): Promise<void> {
  const { io, json } = context;
  await engine.createMissing();
  using progress = new FileProgress(context);
  const days: Record<string, unknown>[] = [];
  const watch: BackfillWatch = {
    onStep({ runDate }, step) {
      progress.title = `${runDate} ${step}: `;
      progress.show(`${runDate} ${step}`);
    },
    onWait({ runDate }, step, left) {
      progress.show(`${runDate} ${step}: trying again in ${countdown(left)}`);
    },
    async onDay(day) {
      await progress.clear();
      const shown = dayShown(day);
      days.push(shown.json);
      if (json) return;
      // If whoever reads stdout stops reading, the work must still be done to its end.
      await io.stdout.write(`${shown.lines.join("\n")}\n`).catch((error) => {
        if (!isClosed(error)) throw error;
      });
    },
  };
  try {
    await withLedger(context, engine, request, { wait }, async (journal) => {
      const { context, attempts } = depsOf(engine);
      const { watchOf } = progress;
      await backfill(
        { context: { ...context, watchOf }, attempts, journal },
        request,
        steps,
        watch,
      );
    });
  } finally {
    await progress.clear();
    // Also what was done before a date failed.
    if (json) await printResult(context, { runs: days }, []);
  }
}

/** As in `4:59`. */
function countdown(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function depsOf(engine: Engine) {
  const { staging, stepContext: context } = engine;
  return { context, attempts: (range: DateRange) => staging.ledger.attempts(range) };
}
