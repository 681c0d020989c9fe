/** `finpipe prune`: removes what is old and stands in the warehouse. */
import { openEngine } from "../lib/engine/engine.ts";
import { parseDuration } from "../lib/config/duration.ts";
import { FIRST_DAY, today } from "../lib/partitions/run_date.ts";
import { prune } from "../lib/prune/prune.ts";
import { CountedWork } from "../lib/rendering/progress/counted_work.ts";
import { prunedJson, prunedLines } from "../lib/rendering/pruned.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import type { CommandDefinition, OptionValues } from "./command.ts";
import { printResult } from "./options.ts";

/** What `prune` was asked for. */
export interface PruneCall {
  /** Whole days. */
  olderThan: number;
  dryRun: boolean;
}

const DAY = 86_400_000;

/** @throws FinpipeError of kind `usage` */
export function pruneCallOf({ olderThan, dryRun }: OptionValues): PruneCall {
  if (typeof olderThan !== "string") {
    throw new FinpipeError("usage", "How old a day must be to be pruned was not said", {
      hint: "Name it, as in 'finpipe prune --older-than 90d'",
    });
  }
  const milliseconds = parseDuration(olderThan, "--older-than");
  if (milliseconds < DAY || milliseconds % DAY !== 0) {
    const why = milliseconds < DAY ? "less than a day" : "not whole days";
    throw new FinpipeError("usage", `Cannot use --older-than "${olderThan}": ${why}`, {
      hint: "Days are pruned as a whole: write it as in 90d",
    });
  }
  return { olderThan: milliseconds / DAY, dryRun: dryRun === true };
}

const command: CommandDefinition = {
  configure(command) {
    command
      .description(
        "Removes what is of old dates: days of staging and partition files that stand wholly in\n" +
          "the warehouse, and rows of the ledger. Dates are those of the data, counted from today\n" +
          "(UTC). Names each day and file that it keeps, with the reason. What it takes out of\n" +
          "staging cannot be dumped again.",
      )
      .option("--older-than <days>", "how many days ago, as in 90d (required)")
      .option("--dry-run", "say what would be removed, and remove nothing");
  },

  examples: [
    [
      "finpipe prune --older-than 90d --dry-run",
      "shows what would go, and what would stay and why",
    ],
    ["finpipe prune --older-than 90d", "removes it"],
  ],

  async run(context, _args, options) {
    const { olderThan, dryRun } = pruneCallOf(options);
    const { io: { now, signal } } = context;
    const last = today(now());
    const before = last.since(FIRST_DAY).total({ unit: "days" }) < olderThan
      ? FIRST_DAY
      : last.subtract({ days: olderThan });
    await using engine = await openEngine(context, {
      staging: true,
      warehouse: true,
      command: "prune",
    });
    const { staging, warehouse, settings: { workDir } } = engine;
    await staging.schema.checkSchema(dryRun ? "read" : "write");
    await warehouse.checkSchema("read");
    using progress = new CountedWork(context, { verb: "Pruning", noun: "day", field: "days" });
    let days = 0;
    const onDay = ({ day }: { day: Temporal.PlainDate }) => progress.done(++days, `${day}`);
    const pruned = await prune(
      { staging, warehouse, workDir, now, signal, dryRun, onDay },
      before,
    );
    await progress.clear();
    await printResult(context, prunedJson(pruned), prunedLines(pruned));
  },
};

export default command;
