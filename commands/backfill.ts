/** `finpipe backfill`: each date of a range, from staging to the mart. */
import { backfill } from "../lib/backfill/backfill.ts";
import { noticeOfBackfill } from "../lib/backfill/backfill_failure.ts";
import { planBackfill } from "../lib/backfill/dry_run.ts";
import { withLedger } from "../lib/backfill/journal.ts";
import type { NightMetrics } from "../lib/backfill/night_metrics.ts";
import type { BackfillRequest } from "../lib/backfill/request.ts";
import { Retries } from "../lib/backfill/retries.ts";
import { type Engine, openEngine } from "../lib/engine/engine.ts";
import { refuseOpenRange } from "../lib/partitions/open_day.ts";
import type { DateRange } from "../lib/partitions/run_date.ts";
import { planShown } from "../lib/rendering/runs.ts";
import { isKind } from "../lib/runtime/errors.ts";
import type { Logger } from "../lib/runtime/log.ts";
import { wait as waitFor } from "../lib/runtime/retry.ts";
import { allOf } from "../lib/runtime/words.ts";
import { type NamedStep, prepareSteps, type ReadyStep } from "../lib/steps/step.ts";
import { BACKFILL_OPTIONS, type BackfillCall, backfillCallOf } from "./backfill_call.ts";
import { endNight, measured } from "./backfill_night.ts";
import { BackfillView } from "./backfill_view.ts";
import type { CommandDefinition, Context } from "./command.ts";
import { OPEN_DAY, printResult } from "./options.ts";
import { refuseIdleJobs, refuseUnused } from "./backfill_unused.ts";
import { addStepOptions } from "./step_command.ts";

/** Milliseconds between two looks at whether the embedded engine is free. */
const LOOK = 1000;

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

    tells: ({ dryRun }) =>
      dryRun === true ? undefined : {
        noticeOf: noticeOfBackfill,
        settles: ["backfill_failed"],
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
      refuseUnused(steps, call.request, options);
      await measured(context, call.metricsFile, async (metrics) => {
        const ready = prepareSteps(steps, config);
        refuseIdleJobs(ready, call.request);
        if (range !== undefined && !call.allowOpenDay) refuseOpenRange(range, io.now(), given);
        await using engine = await opened(context, call);
        if (call.dryRun) await printPlan(context, engine, call, ready);
        else await runBackfill(context, engine, call, { steps: ready, metrics });
      });
    },
  };
}

/** On the embedded engine another backfill has the folder: `--wait` is for that one, too. */
async function opened(context: Context, { request, dryRun, wait }: BackfillCall): Promise<Engine> {
  const { log, io: { signal } } = context;
  for (let isTold = false;; isTold = true) {
    try {
      return await openEngine(context, {
        staging: true,
        warehouse: true,
        partitionFiles: !dryRun,
        creates: !dryRun,
        stagingSessions: request.jobs ?? 1,
        command: "backfill",
      });
    } catch (error) {
      if (!wait || !isKind(error, "locked")) throw error;
      if (!isTold) log.info(`Waiting for it to end: ${error.message}`);
      await waitFor(LOOK, signal);
    }
  }
}

async function printPlan(
  context: Context,
  engine: Engine,
  { request }: BackfillCall,
  steps: readonly ReadyStep[],
): Promise<void> {
  await engine.checkSchemas();
  const runs = await planBackfill(depsOf(engine), request, steps);
  const shown = runs.map((run) => planShown(run, context.paint));
  const lines = shown.flatMap(({ lines }) => lines);
  await printResult(
    context,
    { runs: shown.map(({ json }) => json) },
    lines.length === 0 ? ["Nothing is stale"] : lines,
  );
}

async function runBackfill(
  context: Context,
  engine: Engine,
  { request: asked, retries: times, retryDelay: delay, wait }: BackfillCall,
  { steps, metrics }: { steps: readonly ReadyStep[]; metrics: NightMetrics | undefined },
): Promise<void> {
  const { io, json, log } = context;
  using view = new BackfillView(context, steps.map(({ name }) => name));
  const watch = metrics === undefined ? view : metrics.watching(view);
  const { signal } = io;
  const onWait = (what: string, left: number) => view.onWait(what, left);
  const retries = new Retries({ retries: times, delay, log, signal, onWait });
  await retries.of("Opening both ends", () => engine.createMissing());
  const request = { ...asked, jobs: jobsOn(engine, asked, log) };
  try {
    await withLedger(context, engine, request, { wait }, async (journal) => {
      await metrics?.begin();
      const { context, attempts } = depsOf(engine);
      const { watchOf } = view;
      const shown = { ...context, watchOf, log: view.logOf(context.log) };
      const deps = { context: shown, attempts, journal, retries };
      await backfill(deps, request, steps, watch);
    });
  } finally {
    await view.clear();
    // Also what was done before a date failed.
    if (json) await printResult(context, { runs: view.days }, []);
  }
  await endNight(context, engine, steps, metrics);
}

/** The embedded engine has one session: a dump would be in the way of whatever else runs. */
function jobsOn({ settings: { staging } }: Engine, { jobs = 1 }: BackfillRequest, log: Logger) {
  if (staging?.kind === "postgres" || jobs === 1) return jobs;
  log.info("Working on one date at a time: staging is embedded, and has one session");
  return 1;
}

function depsOf(engine: Engine) {
  const { staging, stepContext: context } = engine;
  return { context, attempts: (range: DateRange) => staging.ledger.attempts(range) };
}
