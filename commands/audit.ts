/** `finpipe audit`: whether the books balance, from the rows landed to the mart. */
import { readOtherFigures } from "../lib/audit/against_file.ts";
import { compareBooks } from "../lib/audit/audit.ts";
import { readBooks } from "../lib/audit/read_books.ts";
import { type Engine, openEngine } from "../lib/engine/engine.ts";
import {
  type DateRange,
  FIRST_DAY,
  LAST_DAY,
  parseRange,
  today,
} from "../lib/partitions/run_date.ts";
import { auditJson } from "../lib/rendering/audit/json.ts";
import { auditNotes, notComparedNote } from "../lib/rendering/audit/notes.ts";
import { auditText } from "../lib/rendering/audit/text.ts";
import { noticeOfFailure } from "../lib/notify/notice.ts";
import { noticeOfDifferences } from "../lib/rendering/audit/notice.ts";
import { inBlocks } from "../lib/rendering/blocks.ts";
import { openDaysNote } from "../lib/rendering/mart/notes.ts";
import { EXIT_CODES } from "../lib/runtime/errors.ts";
import { countedValuesOf } from "../lib/steps/cdm.ts";
import type { CommandDefinition } from "./command.ts";

const command: CommandDefinition = {
  configure(command) {
    command
      .description(
        "Proves that the books balance: counts again, at both ends, what was landed, dumped, loaded\n" +
          "and counted in the mart, and compares each figure with the next one and with the records.\n" +
          "Names the date, the dataset and both sides of each difference, with its likely cause, and\n" +
          "exits with code 4 if there is one. Dates are those of the data.",
      )
      .argument("[from..to]", "an inclusive range, or one date (default: all days that are over)")
      .option(
        "--deep",
        "look at every value: make each day's file again and compare its sha256, compare the " +
          "fingerprint of each loaded day, and check the partition files in the work dir",
      )
      .option(
        "--against <file>",
        "compare with another system's figures, a CSV file with the columns date, currency, " +
          "count and sum (in minor units, such as cents)",
      );
  },

  tells: () => ({
    noticeOf: (error) => noticeOfFailure("audit_failed", error),
    settles: ["audit_failed", "audit_differences"],
  }),

  examples: [
    ["finpipe audit", "checks all days that are over"],
    ["finpipe audit 2022-10-01..2022-10-31 --json", "checks a month, for programs"],
    ["finpipe audit 2022-10-01 --deep", "checks every value of a day"],
    ["finpipe audit 2022-10-01..2022-10-31 --against ledger.csv", "compares with a ledger, too"],
  ],

  async run(context, [given], options) {
    const { io: { now, signal, stdout }, log } = context;
    const named = given === undefined ? undefined : parseRange(given, "FROM..TO");
    const asked = countedValuesOf(context.config);
    const against = typeof options.against === "string" ? options.against : undefined;
    const others = against === undefined ? undefined : await readOtherFigures(against, signal);
    await using engine = await openEngine(context, {
      staging: true,
      warehouse: true,
      command: "audit",
    });
    const { staging, warehouse, settings: { workDir } } = engine;
    await staging.schema.checkSchema("read");
    await warehouse.checkSchema("read");
    const open = today(now());
    const over = { from: FIRST_DAY, to: open.subtract({ days: 1 }) };
    const range = named ?? over;
    const isDeep = options.deep === true;
    const deep = isDeep ? { workDir } : undefined;
    const books = await readBooks({ staging, warehouse, now, signal, deep }, range);
    const audit = compareBooks(books, {
      // Another system has not counted the whole of a day that is not over, either.
      range: Temporal.PlainDate.compare(range.to, over.to) > 0 ? { ...range, to: over.to } : range,
      asked,
      others,
    });
    if (named === undefined) {
      const left = await knownDays(engine, { from: open, to: LAST_DAY });
      if (left !== undefined) log.warn(openDaysNote(left, "audit"));
    }
    for (const note of auditNotes(audit, { isDeep })) log.warn(note);
    const rest = notComparedNote(audit, against ?? "");
    if (rest !== undefined) log.info(rest);
    if (context.json) await stdout.write(JSON.stringify(auditJson(audit)) + "\n");
    else {
      const text = inBlocks(
        ReadableStream.from(auditText(audit, { paint: context.paint, width: stdout.columns })),
        signal,
      );
      for await (const block of text) await stdout.write(block);
    }
    if (audit.differences.length > 0) {
      await context.notify?.(noticeOfDifferences(audit));
      return EXIT_CODES.data;
    }
    // Nothing is known of days that would not stand still.
    return audit.moving.length === 0 ? 0 : EXIT_CODES.locked;
  },
};

export default command;

/** How many days of a range anything is known of; undefined where there is none. */
async function knownDays({ staging, warehouse }: Engine, range: DateRange) {
  const known = [...await staging.days.staged(range), ...await warehouse.dayFacts(range)];
  const days = [...new Set(known.map(({ day }) => day.toString()))].sort();
  const [first, last] = [days[0], days.at(-1)];
  return first === undefined ? undefined : { days: days.length, first, last: last! };
}
