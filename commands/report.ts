/** `finpipe report`: the mart, for people and programs. */
import { Option } from "commander";
import { openEngine } from "../lib/engine/engine.ts";
import {
  type DateRange,
  FIRST_DAY,
  LAST_DAY,
  parseRange,
  today,
} from "../lib/partitions/run_date.ts";
import { inBlocks } from "../lib/rendering/blocks.ts";
import {
  FORMAT_NAMES,
  type FormatName,
  FORMATS,
  type ReportFormat,
} from "../lib/rendering/mart/formats.ts";
import { noRowsText } from "../lib/rendering/mart/no_rows.ts";
import { leftOutNote, openDaysNote, staleNotes } from "../lib/rendering/mart/notes.ts";
import { writeNamed } from "../lib/runtime/named_output.ts";
import { isUnbuilt } from "../lib/standing/mart_standing.ts";
import { countedValuesOf } from "../lib/steps/cdm.ts";
import type { CommandDefinition, OptionValues } from "./command.ts";

/** What `report` was asked for. */
export interface ReportCall {
  /** Dates of the data; undefined: all days that are over. */
  range: DateRange | undefined;
  format: FormatName;
  /** Undefined: stdout. */
  out: string | undefined;
}

/**
 * `--json` asks for the JSON form where no other is named.
 *
 * @throws FinpipeError of kind `usage`
 */
export function reportCallOf(
  [range]: readonly (string | undefined)[],
  { format, out }: OptionValues,
  json: boolean,
): ReportCall {
  return {
    range: range === undefined ? undefined : parseRange(range, "FROM..TO"),
    format: FORMAT_NAMES.find((name) => name === format) ?? (json ? "json" : "table"),
    out: typeof out === "string" ? out : undefined,
  };
}

const command: CommandDefinition = {
  configure(command) {
    command
      .description(
        "Shows the mart: for each day and currency (by its number), the sum in US dollars at " +
          "the day's rate, the number of transactions, the transactions per account, and the " +
          "number of accounts. Dates are those of the data. Says on stderr which days are " +
          "stale, and which currencies were left out.",
      )
      .argument("[from..to]", "an inclusive range, or one date (default: all days that are over)")
      .addOption(new Option("--format <format>", "(default: table)").choices(FORMAT_NAMES))
      .option("--out <file>", "write to a file, which appears once it is complete");
  },

  examples: [
    ["finpipe report", "shows all days that are over"],
    ["finpipe report 2022-10-01..2022-10-31 --format csv --out october.csv", "writes a month"],
  ],

  async run(context, args, options) {
    const call = reportCallOf(args, options, context.json);
    const counted = countedValuesOf(context.config);
    await using engine = await openEngine(context, { warehouse: true, command: "report" });
    const { warehouse } = engine;
    await warehouse.checkSchema("read");
    const now = today(context.io.now());
    const range = call.range ?? { from: FIRST_DAY, to: now.subtract({ days: 1 }) };
    // The notes come first: whoever reads the mart may stop before its end.
    const days = await warehouse.dayFacts(range);
    for (const note of staleNotes(days, counted)) context.log.warn(note);
    for (const left of await warehouse.leftOut(range)) context.log.warn(leftOutNote(left));
    if (call.range === undefined) {
      const open = await warehouse.martDays({ from: now, to: LAST_DAY });
      if (open !== undefined) context.log.warn(openDaysNote(open));
    }
    const rows = warehouse.mart(range);
    const format: ReportFormat = FORMATS[call.format];
    const unbuilt = days.filter(isUnbuilt).map(({ day }) => day);
    const noRows = context.lines.complete(noRowsText(call.range, unbuilt, now));
    const text = inBlocks(format(rows, noRows), context.io.signal);
    const { stdout } = context.io;
    if (call.out === undefined) {
      for await (const block of text) await stdout.write(block);
      return;
    }
    const encoder = new TextEncoder();
    await writeNamed(call.out, { stdout, what: `the report to "${call.out}"` }, async (write) => {
      for await (const block of text) await write(encoder.encode(block));
    });
  },
};

export default command;
