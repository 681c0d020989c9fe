/** `finpipe load`: one day's partition files into the warehouse. */
import type { DatasetName } from "../lib/events/dataset.ts";
import { openEngine } from "../lib/engine.ts";
import type { DayRun } from "../lib/partitions/run_date.ts";
import { type DatasetLoad, type DatasetUndo, load, undoLoad } from "../lib/pipeline/load.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import type { CommandDefinition, Context, OptionValues } from "./command.ts";
import {
  addDataset,
  addRunDate,
  addStreams,
  datasetsOf,
  printResult,
  runOf,
  streamsOf,
  wholeNumber,
} from "./options.ts";

/** What `load` was asked for. */
export interface LoadCall {
  run: DayRun;
  datasets: DatasetName[];
  maxRejected: number;
  force: boolean;
  streams: number;
  undo: boolean;
}

/** @throws FinpipeError of kind `usage` */
export function loadCallOf(
  args: readonly (string | undefined)[],
  options: OptionValues,
  now: Temporal.Instant,
): LoadCall {
  const undo = options.undo === true;
  const force = options.force === true;
  const loads = [force, options.maxRejected !== undefined, options.streams !== undefined];
  if (undo && loads.includes(true)) {
    throw new FinpipeError(
      "usage",
      "Cannot take --undo with --force, --max-rejected or --streams",
      {
        hint: "--undo loads nothing: leave the others out",
      },
    );
  }
  return {
    run: runOf(args, options, now),
    datasets: datasetsOf(options),
    maxRejected: typeof options.maxRejected === "number" ? options.maxRejected : 0,
    force,
    streams: streamsOf(options),
    undo,
  };
}

const command: CommandDefinition = {
  configure(command) {
    addStreams(addDataset(addRunDate(command)))
      .description("Loads one day's partition files into the warehouse, replacing the day.")
      .option("--max-rejected <n>", "refused rows that are allowed (default: 0)", wholeNumber(0))
      .option("--force", "load also a day whose file is already loaded")
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
    await using engine = await openEngine(context, {
      warehouse: true,
      partitionFiles: true,
      command: "load",
    });
    const { warehouse, settings: { workDir } } = engine;
    await warehouse.checkSchema();
    if (call.undo) {
      const { datasets } = await undoLoad({ warehouse, log }, call.run, call.datasets);
      return await print(context, call.run, datasets.map(undoResult), datasets.map(undoLine));
    }
    const deps = { warehouse, workDir, log, signal: io.signal };
    const { datasets } = await load(deps, call.run, call);
    await print(context, call.run, datasets.map(loadResult), datasets.map(loadLine));
  },
};

export default command;

async function print(
  context: Context,
  { runDate, partition }: DayRun,
  datasets: unknown[],
  lines: string[],
): Promise<void> {
  const dates = { run_date: runDate.toString(), partition: partition.toString() };
  const first = `Run date ${runDate}, partition ${partition}`;
  await printResult(context, { ...dates, datasets }, [first, ...lines]);
}

function loadResult(done: DatasetLoad) {
  return {
    dataset: done.dataset,
    outcome: done.outcome,
    rows: Number(done.rows),
    refused: Number(done.refused),
    control_total: done.controlTotal,
    manifest_control_total: done.manifestControlTotal,
  };
}

function loadLine(done: DatasetLoad): string {
  const rows = `${done.dataset}: ${done.rows} rows`;
  if (done.outcome === "unchanged") return `${rows}, left alone: the file is already loaded`;
  if (done.refused === 0n) return `${rows} loaded`;
  return `${rows} loaded, ${done.refused} refused; ` +
    `control total ${done.controlTotal}, the manifest says ${done.manifestControlTotal}`;
}

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
  return `${dataset}: put back, ${rows} rows`;
}
