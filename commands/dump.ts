/** `finpipe dump`: one day's partition files from staging. */
import { openEngine } from "../lib/engine.ts";
import { refuseOpenDay } from "../lib/partitions/open_day.ts";
import { dump } from "../lib/pipeline/dump.ts";
import type { CommandDefinition } from "./command.ts";
import { FileProgress } from "./file_progress.ts";
import { addDataset, addOpenDay, addRunDate, datasetsOf, printResult, runOf } from "./options.ts";
import { addDumpOptions, dumpOptionsOf } from "./step_options.ts";
import { datesOf, dumpLine, dumpResult, titleOf } from "./step_results.ts";

const command: CommandDefinition = {
  configure(command) {
    addOpenDay(addDumpOptions(addDataset(addRunDate(command))))
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
    if (options.allowOpenDay !== true) refuseOpenDay("dump", run, io.now(), context.given);
    const datasets = datasetsOf(options);
    await using engine = await openEngine(context, {
      staging: true,
      partitionFiles: true,
      command: "dump",
    });
    const { workDir } = engine.settings;
    using progress = new FileProgress(context);
    const { watchOf } = progress;
    const manifests = await engine.withStaging(async (staging) => {
      await staging.checkSchema();
      const deps = { staging, workDir, log, now: io.now, signal: io.signal, watchOf };
      return await dump(deps, run.partition, datasets, dumpOptionsOf(options));
    });
    await progress.clear();
    const result = { ...datesOf(run), ...dumpResult(manifests) };
    await printResult(context, result, [titleOf(run), ...manifests.map(dumpLine)]);
  },
};

export default command;
