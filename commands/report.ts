/** `finpipe report`: the mart, for people and programs, and how a cell of it came about. */
import { Option } from "commander";
import { openEngine } from "../lib/engine/engine.ts";
import { explained, ofCurrency } from "../lib/explain/explain.ts";
import { restated } from "../lib/explain/history.ts";
import { FIRST_DAY, LAST_DAY, today } from "../lib/partitions/run_date.ts";
import { inBlocks } from "../lib/rendering/blocks.ts";
import { explainedLines } from "../lib/rendering/cell/explained.ts";
import { historyLines } from "../lib/rendering/cell/history.ts";
import { explainedJson, restatedJson } from "../lib/rendering/cell/json.ts";
import { jsonArray } from "../lib/rendering/json_array.ts";
import { type MartFacts, readMartFacts } from "../lib/looking/page_facts.ts";
import { FORMAT_NAMES, FORMATS } from "../lib/rendering/mart/formats.ts";
import { tableTerminal } from "../lib/rendering/mart/table_terminal.ts";
import { noRowsText } from "../lib/rendering/mart/no_rows.ts";
import {
  LARGE_PAGE,
  largePageNote,
  leftOutNote,
  openDaysNote,
  staleNotes,
} from "../lib/rendering/mart/notes.ts";
import type { PageFacts } from "../lib/rendering/mart/page/pack.ts";
import { writeNamed } from "../lib/runtime/named_output.ts";
import { SIGNATURE } from "../lib/runtime/version.ts";
import { type CountedValues, knownDays } from "../lib/standing/mart_standing.ts";
import { countedValuesOf } from "../lib/steps/cdm.ts";
import type { WarehouseRepository } from "../lib/warehouse/repository.ts";
import type { CommandDefinition, Context } from "./command.ts";
import { notEmpty } from "./options.ts";
import {
  type CellCall,
  cellCallOf,
  EXPLAIN,
  HISTORY,
  type ReportCall,
  reportCallOf,
} from "./report_call.ts";

const command: CommandDefinition = {
  configure(command) {
    command
      .description(
        "Shows the mart: for each day and currency (by its number), the sum in US dollars at " +
          "the day's rate, the number of transactions, the transactions per account, and the " +
          "number of accounts. Dates are those of the data. Says on stderr which days are " +
          "stale, and which currencies were left out. The format html is a page with charts, " +
          "one file that opens in a browser without a network.",
      )
      .argument("[from..to]", "an inclusive range, or one date (default: all days that are over)")
      .addOption(new Option("--format <format>", "(default: table)").choices(FORMAT_NAMES))
      .option(
        "--out <file>",
        "write to a file, which appears once it is complete, or - for stdout",
        notEmpty,
      )
      .option("--plain", "the table without bars, as it is where no terminal shows it")
      .addOption(EXPLAIN)
      .addOption(HISTORY);
  },

  examples: [
    ["finpipe report", "shows all days that are over"],
    ["finpipe report 2022-10-01..2022-10-31 --format csv --out october.csv", "writes a month"],
    [
      "finpipe report --format html --out mart.html",
      "writes a page with charts, to open in a browser",
    ],
    [
      "finpipe report --explain 2022-10-01 430",
      "shows what currency 430's figures of that day were made of",
    ],
    ["finpipe report --history 2022-10-01 430", "shows how they changed since"],
  ],

  async run(context, args, options) {
    const cell = cellCallOf(args, options, context.json);
    const call = reportCallOf(args, options, context.json);
    const counted = countedValuesOf(context.config);
    await using engine = await openEngine(context, { warehouse: true, command: "report" });
    const { warehouse } = engine;
    await warehouse.checkSchema("read");
    const text = cell === undefined
      ? await martText(context, warehouse, call, counted)
      : await cellText(context, warehouse, cell, counted);
    await print(context, call.out, text);
  },
};

export default command;

async function martText(
  context: Context,
  warehouse: WarehouseRepository,
  call: ReportCall,
  counted: CountedValues,
): Promise<AsyncIterable<string>> {
  const { io, log, lines } = context;
  const now = today(io.now());
  const range = call.range ?? { from: FIRST_DAY, to: now.subtract({ days: 1 }) };
  // The notes come first: whoever reads the mart may stop before its end.
  const days = await warehouse.dayFacts(range);
  for (const note of staleNotes(days, counted)) log.warn(note);
  for (const left of await warehouse.leftOut(range)) log.warn(leftOutNote(left));
  if (call.range === undefined) {
    const open = await warehouse.martDays({ from: now, to: LAST_DAY });
    if (open !== undefined) log.warn(openDaysNote(open));
  }
  const noRows = lines.complete(noRowsText(call.range, knownDays(days), now));
  if (call.format !== "html") {
    const terminal = call.plain || call.out !== undefined ? undefined : tableTerminal(io);
    return FORMATS[call.format](warehouse.mart(range), noRows, terminal);
  }
  return pageText(context, await readMartFacts(warehouse, range), {
    asked: call.range,
    counted,
    nothing: noRows,
  });
}

/** The page is made as a whole: rows are few, as there is one a day and currency. */
async function* pageText(
  { io, log }: Context,
  facts: MartFacts,
  shown: Pick<PageFacts, "asked" | "counted" | "nothing">,
): AsyncGenerator<string> {
  const { pageHtml } = await import("../lib/rendering/mart/page/page.ts");
  const { packPage } = await import("../lib/rendering/mart/page/pack.ts");
  const page = pageHtml(packPage({ ...facts, ...shown, madeAt: io.now(), madeBy: SIGNATURE }));
  if (page.length > LARGE_PAGE) log.warn(largePageNote(facts.rows.length, page.length));
  yield page;
}

/** The note on a stale day comes first, as with the mart. */
async function cellText(
  { log }: Context,
  warehouse: WarehouseRepository,
  { action, cell, json }: CellCall,
  asked: CountedValues,
): Promise<AsyncIterable<string>> {
  if (action === "explain") {
    const explanation = explained(cell, await warehouse.cell(cell), asked);
    for (const note of staleNotes([explanation.facts], asked)) log.warn(note);
    return asLines(
      json ? [JSON.stringify(explainedJson(explanation))] : explainedLines(explanation),
    );
  }
  const records = await warehouse.cellChanges(cell);
  const changes = restated(cell, records);
  if (records.facts !== undefined) {
    for (const note of staleNotes([ofCurrency(records.facts, cell.currency)], asked)) {
      log.warn(note);
    }
  }
  return json ? jsonArray(changes.map(restatedJson)) : asLines(historyLines(cell, changes));
}

async function* asLines(lines: readonly string[]): AsyncGenerator<string> {
  yield `${lines.join("\n")}\n`;
}

async function print(
  { io: { stdout, signal } }: Context,
  out: string | undefined,
  pieces: AsyncIterable<string>,
): Promise<void> {
  const text = inBlocks(pieces, signal);
  if (out === undefined) {
    for await (const block of text) await stdout.write(block);
    return;
  }
  const encoder = new TextEncoder();
  await writeNamed(out, { stdout, what: `the report to "${out}"` }, async (write) => {
    for await (const block of text) await write(encoder.encode(block));
  });
}
