/** `finpipe cdm`: the mart for one day. */
import { openEngine } from "../lib/engine.ts";
import type { DayRun } from "../lib/partitions/run_date.ts";
import { cdm } from "../lib/pipeline/cdm.ts";
import type { MartOptions } from "../lib/warehouse/repository.ts";
import type { CommandDefinition, OptionValues } from "./command.ts";
import { addRunDate, printResult, runOf } from "./options.ts";
import { addMartOptions, martOptionsOf } from "./step_options.ts";
import { datesOf, martLines, martResult, titleOf } from "./step_results.ts";

/** What `cdm` was asked for. */
export interface CdmCall extends MartOptions {
  run: DayRun;
}

/** @throws FinpipeError of kind `usage` */
export function cdmCallOf(
  args: readonly (string | undefined)[],
  options: OptionValues,
  now: Temporal.Instant,
): CdmCall {
  return { run: runOf(args, options, now), ...martOptionsOf(options) };
}

const command: CommandDefinition = {
  configure(command) {
    addMartOptions(addRunDate(command))
      .description("Builds the mart for one day from what is loaded in the warehouse.");
  },

  examples: [
    ["finpipe cdm 2022-10-02", "builds the mart for 2022-10-01"],
    ["finpipe cdm 2022-10-02 --statuses done,chargeback --strict", "counts chargebacks too"],
  ],

  async run(context, args, options) {
    const { io, log } = context;
    const call = cdmCallOf(args, options, io.now());
    await using engine = await openEngine(context, { warehouse: true, command: "cdm" });
    const { warehouse } = engine;
    await warehouse.checkSchema();
    const built = await cdm({ warehouse, log }, call.run, call);
    const result = { ...datesOf(call.run), ...martResult(built) };
    await printResult(context, result, [titleOf(call.run), ...martLines(built)]);
  },
};

export default command;
