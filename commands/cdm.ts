/** `finpipe cdm`: the mart for one day. */
import { openEngine } from "../lib/engine.ts";
import type { DayRun } from "../lib/partitions/run_date.ts";
import { cdm, COUNTED_STATUSES } from "../lib/pipeline/cdm.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import type { MartOptions } from "../lib/warehouse/repository.ts";
import type { CommandDefinition, OptionValues } from "./command.ts";
import { addRunDate, printResult, runOf } from "./options.ts";
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

/**
 * The options of the mart, which other commands that build it take too.
 *
 * @throws FinpipeError of kind `usage` for an empty list of statuses, or an empty name in it
 */
export function martOptionsOf({ statuses, strict }: OptionValues): MartOptions {
  if (typeof statuses !== "string") return { statuses: COUNTED_STATUSES, strict: strict === true };
  const names = statuses.split(",").map((name) => name.trim());
  if (names.includes("")) {
    throw new FinpipeError("usage", `Cannot read --statuses "${statuses}": an empty status`, {
      hint: "Write status values with commas between them, as in done,chargeback",
    });
  }
  return { statuses: [...new Set(names)], strict: strict === true };
}

const command: CommandDefinition = {
  configure(command) {
    addRunDate(command)
      .description("Builds the mart for one day from what is loaded in the warehouse.")
      .option("--statuses <list>", "status values that are counted (default: done)")
      .option("--strict", "fail where a currency has no rate, instead of leaving it out");
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
