/** What is measured and told of a backfill beside what it prints: `--metrics-file`, FINPIPE_NOTIFY_URL. */
import { type Night, noticeOfStale, readNight } from "../lib/backfill/night.ts";
import { NightMetrics } from "../lib/backfill/night_metrics.ts";
import type { Engine } from "../lib/engine/engine.ts";
import { exitCodeOf, FinpipeError, isOutcome, messageOf } from "../lib/runtime/errors.ts";
import type { Logger } from "../lib/runtime/log.ts";
import type { ReadyStep } from "../lib/steps/step.ts";
import type { Context } from "./command.ts";

/**
 * Runs a backfill, and writes how it failed where metrics are asked for.
 *
 * @param work writes by {@link endNight} that it did not
 * @throws FinpipeError of kind `failed` where the file cannot be written, before anything is run; what
 * the work throws
 */
export async function measured(
  { io, log }: Context,
  metricsFile: string | undefined,
  work: (metrics: NightMetrics | undefined) => Promise<void>,
): Promise<void> {
  const metrics = metricsFile === undefined ? undefined : await NightMetrics.open(metricsFile, io);
  try {
    await work(metrics);
  } catch (error) {
    if (isOutcome(error)) await end(metrics, exitCodeOf(error, io.signal), undefined, log);
    throw error;
  }
}

/** The backfill is done: writes that, and tells of days that are stale. Fails by a bug alone. */
export async function endNight(
  context: Context,
  engine: Engine,
  steps: readonly ReadyStep[],
  metrics: NightMetrics | undefined,
): Promise<void> {
  if (metrics === undefined && context.notify === undefined) return;
  const night = await nightOf(context, engine, steps);
  const notice = night && noticeOfStale(night);
  if (notice !== undefined) await context.notify?.(notice);
  await end(metrics, 0, night, context.log);
}

/** What cannot be measured in the end is no failure of the backfill. */
async function end(
  metrics: NightMetrics | undefined,
  exitCode: number,
  night: Night | undefined,
  log: Logger,
): Promise<void> {
  try {
    await metrics?.end(exitCode, night);
  } catch (error) {
    log.error(messageOf(error));
  }
}

/** How all dates are now; undefined where they cannot be read any more. */
async function nightOf(
  { io, log }: Context,
  engine: Engine,
  steps: readonly ReadyStep[],
): Promise<Night | undefined> {
  try {
    return await readNight(engine, steps, io.now());
  } catch (error) {
    if (!(error instanceof FinpipeError)) throw error;
    log.warn(`Cannot tell whether days are stale: ${error.message}`);
    return undefined;
  }
}
