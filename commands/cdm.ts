/** `finpipe cdm`: the mart for one day. */
import { openEngine } from "../lib/engine.ts";
import type { DayRun } from "../lib/partitions/run_date.ts";
import { cdm, type CdmOptions } from "../lib/steps/cdm.ts";
import type { ConfigSource } from "../lib/runtime/config/settings.ts";
import type { CommandDefinition, OptionValues } from "./command.ts";
import { addRunDate, printResult, runOf } from "./options.ts";
import { addMartOptions, martOptionsOf } from "./step_options.ts";
import { datesOf, martLines, martResult, titleOf } from "./step_results.ts";

/** What `cdm` was asked for. */
export interface CdmCall extends Required<CdmOptions> {
  run: DayRun;
}

/** @throws FinpipeError of kind `usage`, or `configuration` for a variable that is no list */
export function cdmCallOf(
  args: readonly (string | undefined)[],
  options: OptionValues,
  { now, env }: { now: Temporal.Instant; env: ConfigSource["env"] },
): CdmCall {
  return { run: runOf(args, options, now), ...martOptionsOf(options, env) };
}

const command: CommandDefinition = {
  configure(command) {
    addMartOptions(addRunDate(command))
      .description("Builds the mart for one day from what is loaded in the warehouse.");
  },

  examples: [
    ["finpipe cdm 2022-10-02", "builds the mart for 2022-10-01"],
    ["finpipe cdm 2022-10-02 --statuses done,chargeback --strict", "counts chargebacks too"],
    [
      "finpipe cdm 2022-10-02 --types 'sbp_incoming,\"loan, early\"'",
      "counts two types; one has a comma in it",
    ],
  ],

  async run(context, args, options) {
    const { io, log, config } = context;
    const call = cdmCallOf(args, options, { now: io.now(), env: config.env });
    await using engine = await openEngine(context, { warehouse: true, command: "cdm" });
    const { warehouse } = engine;
    await warehouse.checkSchema();
    const built = await cdm({ warehouse, log }, call.run, call);
    const result = { ...datesOf(call.run), ...martResult(built) };
    await printResult(context, result, [titleOf(call.run), ...martLines(built)]);
  },
};

export default command;
