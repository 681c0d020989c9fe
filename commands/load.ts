/** `finpipe load`: one day's partition files into the warehouse. */
import { openEngine } from "../lib/engine.ts";
import { refuseOpenDay } from "../lib/partitions/open_day.ts";
import type { DayRun } from "../lib/partitions/run_date.ts";
import { type DatasetUndo, load, type LoadOptions, undoLoad } from "../lib/pipeline/load.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import { counted } from "../lib/runtime/words.ts";
import type { CommandDefinition, OptionValues } from "./command.ts";
import { FileProgress } from "./file_progress.ts";
import { addDataset, addOpenDay, addRunDate, datasetsOf, printResult, runOf } from "./options.ts";
import { addLoadOptions, loadOptionsOf } from "./step_options.ts";
import { datesOf, loadLine, loadResult, titleOf } from "./step_results.ts";

/** Options that say something of a load alone, as a person writes them. */
const OF_A_LOAD = {
  force: "--force",
  maxRejected: "--max-rejected",
  allowShrink: "--allow-shrink",
  allowOpenDay: "--allow-open-day",
  streams: "--streams",
};

/** What `load` was asked for. */
export interface LoadCall extends Required<LoadOptions> {
  run: DayRun;
  undo: boolean;
  allowOpenDay: boolean;
}

/** @throws FinpipeError of kind `usage` */
export function loadCallOf(
  args: readonly (string | undefined)[],
  options: OptionValues,
  now: Temporal.Instant,
): LoadCall {
  const undo = options.undo === true;
  const given = Object.entries(OF_A_LOAD).find(([name]) => options[name] !== undefined);
  if (undo && given !== undefined) {
    throw new FinpipeError("usage", `Cannot take --undo with ${given[1]}`, {
      hint: `--undo loads nothing: leave ${given[1]} out`,
    });
  }
  return {
    run: runOf(args, options, now),
    datasets: datasetsOf(options),
    ...loadOptionsOf(options),
    undo,
    allowOpenDay: options.allowOpenDay === true,
  };
}

const command: CommandDefinition = {
  configure(command) {
    addOpenDay(addLoadOptions(addDataset(addRunDate(command))))
      .description("Loads one day's partition files into the warehouse, replacing the day.")
      .option("--undo", "put back the day as it was before its last load");
  },

  examples: [
    ["finpipe load 2022-10-02", "loads the files of 2022-10-01"],
    ["finpipe load --partition 2022-10-01 --dataset currencies", "loads one of the two"],
    ["finpipe load 2022-10-02 --undo", "puts back what stood before the last load"],
  ],

  async run(context, args, options) {
    const { io, log } = context;
    const call = loadCallOf(args, options, io.now());
    // An undo takes back, also what was loaded of a day that was not over.
    if (!call.undo && !call.allowOpenDay) refuseOpenDay("load", call.run, io.now(), context.given);
    await using engine = await openEngine(context, {
      warehouse: true,
      command: "load",
    });
    const { warehouse, settings: { workDir } } = engine;
    await warehouse.checkSchema();
    if (call.undo) {
      const { datasets, isMartStale } = await undoLoad(
        { warehouse, log },
        call.run,
        call.datasets,
      );
      const undone = {
        ...datesOf(call.run),
        datasets: datasets.map(undoResult),
        mart_stale: isMartStale,
      };
      return await printResult(context, undone, [titleOf(call.run), ...datasets.map(undoLine)]);
    }
    using progress = new FileProgress(context);
    const { watchOf } = progress;
    const deps = { warehouse, workDir, log, signal: io.signal, watchOf };
    const { datasets } = await load(deps, call.run, call);
    await progress.clear();
    const loaded = { ...datesOf(call.run), ...loadResult(datasets) };
    await printResult(context, loaded, [titleOf(call.run), ...datasets.map(loadLine)]);
  },
};

export default command;

function undoResult({ dataset, outcome, rows }: DatasetUndo) {
  return {
    dataset,
    outcome: outcome.replace(" ", "_"),
    rows: rows === undefined ? null : Number(rows),
  };
}

function undoLine({ dataset, outcome, rows }: DatasetUndo): string {
  if (outcome === "none") return `${dataset}: no undo of that day, left as it is`;
  if (outcome === "never loaded") return `${dataset}: put back: the day was never loaded`;
  return `${dataset}: put back, ${counted(rows ?? 0n, "row")}`;
}
