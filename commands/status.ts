/** `finpipe status`: how each step of each date is. */
import { openEngine } from "../lib/engine/engine.ts";
import { type DateRange, parseRuns } from "../lib/partitions/run_date.ts";
import { inBlocks } from "../lib/rendering/blocks.ts";
import { statusJson } from "../lib/rendering/status/json.ts";
import { statusText } from "../lib/rendering/status/text.ts";
import { isProblem, readStatus } from "../lib/status/status.ts";
import { type NamedStep, prepareSteps } from "../lib/steps/step.ts";
import type { CommandDefinition, OptionValues } from "./command.ts";
import { addStepOptions } from "./step_command.ts";

/** What `status` was asked for, apart from the options that say what a mart counts. */
export interface StatusCall {
  /** Run dates; undefined: all that anything is known of, and whose days are over. */
  range: DateRange | undefined;
  /** Only dates of which a step is not done. */
  problems: boolean;
}

/** @throws FinpipeError of kind `usage` */
export function statusCallOf(
  [range]: readonly (string | undefined)[],
  { problems }: OptionValues,
  now: Temporal.Instant,
): StatusCall {
  return {
    range: range === undefined ? undefined : parseRuns(range, now),
    problems: problems === true,
  };
}

/** Options of steps by which what stands is judged. */
const JUDGING = ["--statuses", "--types"];

/** The command that shows these steps. */
export function statusCommand(steps: readonly NamedStep[]): CommandDefinition {
  const names = steps.map(({ name }) => name);
  return {
    configure(command) {
      command
        .description(
          "Shows for each run date how its steps are: done, missing, stale, failed, running, " +
            "interrupted or pruned, with rows and times, and why. Reads what stands in staging " +
            "and in the warehouse, whatever made it, and the ledger of backfills.",
        )
        .argument("[from..to]", "run dates, inclusive (default: all that anything is known of)")
        .option("--problems", "only dates of which a step is not done");
      const options = steps.flatMap(({ options }) => options).filter(({ flags }) =>
        JUDGING.includes(flags.split(" ")[0]!)
      );
      addStepOptions(command, { options });
    },

    examples: [
      ["finpipe status", "shows all dates"],
      ["finpipe status 2022-10-02..2022-11-01 --problems", "shows what of a month is not done"],
    ],

    async run(context, args, options) {
      const { io, config, given, json, lines, paint } = context;
      const call = statusCallOf(args, options, io.now());
      const ready = prepareSteps(steps, config);
      await using engine = await openEngine(context, {
        staging: true,
        warehouse: true,
        command: "status",
      });
      await engine.staging.schema.checkSchema("read");
      await engine.warehouse.checkSchema("read");
      const now = io.now().toZonedDateTimeISO("UTC").toPlainDateTime();
      const status = await readStatus(engine, ready, { range: call.range, now });
      const shown = call.problems ? status.only(isProblem) : status;
      const text = json ? statusJson(shown, () => status.totals()) : statusText(status, shown, {
        steps: names,
        columns: io.stdout.columns,
        paint,
        given: given.filter((word) => word !== "--problems"),
        complete: (line) => lines.complete(line),
      });
      for await (const block of inBlocks(text, io.signal)) await io.stdout.write(block);
    },
  };
}
