/** `finpipe dump`: one day's partition files from staging. */
import { openEngine } from "../lib/engine.ts";
import type { Manifest } from "../lib/partitions/manifest.ts";
import { dump } from "../lib/pipeline/dump.ts";
import type { CommandDefinition } from "./command.ts";
import {
  addDataset,
  addRequireComplete,
  addRunDate,
  datasetsOf,
  printResult,
  runOf,
} from "./options.ts";

const command: CommandDefinition = {
  configure(command) {
    addRequireComplete(addDataset(addRunDate(command)))
      .description("Writes one day's partition files, with their manifests, from staging.");
  },

  examples: [
    ["finpipe dump 2022-10-02", "writes the files of 2022-10-01"],
    ["finpipe dump --partition 2022-10-01 --dataset currencies", "writes one of the two"],
    ["finpipe dump 2022-10-02 --require-complete", "fails while more of the day may come"],
  ],

  async run(context, args, options) {
    const { io, log } = context;
    const run = runOf(args, options, io.now());
    const datasets = datasetsOf(options);
    const requireComplete = options.requireComplete === true;
    await using engine = await openEngine(context, {
      staging: true,
      partitionFiles: true,
      command: "dump",
    });
    const { workDir } = engine.settings;
    const manifests = await engine.withStaging(async (staging) => {
      await staging.checkSchema();
      const deps = { staging, workDir, log, now: io.now, signal: io.signal };
      return await dump(deps, run.partition, datasets, { requireComplete });
    });
    const result = {
      run_date: run.runDate.toString(),
      partition: run.partition.toString(),
      complete: manifests[0]?.complete ?? null,
      datasets: manifests.map(resultOf),
    };
    const lines = [`Run date ${run.runDate}, partition ${run.partition}`, ...manifests.map(lineOf)];
    await printResult(context, result, lines);
  },
};

export default command;

function resultOf({ dataset, rows, staged_rows, bytes, sha256, control_total }: Manifest) {
  return { dataset, rows, staged_rows, bytes, sha256, control_total };
}

function lineOf({ dataset, rows, staged_rows, bytes }: Manifest): string {
  return `${dataset}: ${rows} rows of ${staged_rows} staged, ${bytes} bytes`;
}
