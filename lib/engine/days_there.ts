/** Days that there is something of, found without waiting: for completions of a command line. */
import { readSettings } from "../config/settings.ts";
import { withPatience } from "../doctor/patience.ts";
import { DATASET_NAMES } from "../events/dataset.ts";
import { FIRST_DAY, LAST_DAY } from "../partitions/run_date.ts";
import { daysWithFiles } from "../partitions/stored_files.ts";
import { type EngineContext, openEngine } from "./engine.ts";

/** Milliseconds for a warehouse that is asked. */
const PATIENCE = 2_000;

/**
 * Days of partition files; where there are none, those that a warehouse's server knows. An embedded
 * one is not opened: that takes a second, and keeps other commands out meanwhile.
 *
 * @throws FinpipeError for settings that are wrong, or a server that does not answer at once
 */
export async function daysThere(context: EngineContext): Promise<Temporal.PlainDate[]> {
  const { workDir } = await readSettings(context.config, {});
  const found = await Promise.all(DATASET_NAMES.map((name) => daysWithFiles(workDir, name)));
  const days = found.flat();
  if (days.length > 0) return inOrder(days);
  const { warehouse } = await readSettings(context.config, { warehouse: "if-set" });
  if (warehouse?.kind !== "vertica") return [];
  return await withPatience(daysLoaded(context), "the warehouse", 0, PATIENCE);
}

async function daysLoaded(context: EngineContext): Promise<Temporal.PlainDate[]> {
  await using engine = await openEngine(context, {
    warehouse: true,
    reads: true,
    command: "complete",
  });
  await engine.warehouse.checkSchema("read");
  const facts = await engine.warehouse.dayFacts({ from: FIRST_DAY, to: LAST_DAY });
  return inOrder(facts.map(({ day }) => day));
}

function inOrder(days: readonly Temporal.PlainDate[]): Temporal.PlainDate[] {
  const names = new Map(days.map((day) => [`${day}`, day]));
  return [...names.values()].sort(Temporal.PlainDate.compare);
}
