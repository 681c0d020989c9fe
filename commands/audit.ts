/** `finpipe audit`: whether the books balance, from the rows landed to the mart. */
import { againstDifferences, notCompared } from "../lib/audit/against.ts";
import { readOtherFigures } from "../lib/audit/against_file.ts";
import { compareBooks } from "../lib/audit/audit.ts";
import type { DayBook } from "../lib/audit/facts.ts";
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
import { auditText } from "../lib/rendering/audit/text.ts";
import { inBlocks } from "../lib/rendering/blocks.ts";
import { daysText, openDaysNote } from "../lib/rendering/mart/notes.ts";
import { EXIT_CODES } from "../lib/runtime/errors.ts";
import { counted } from "../lib/runtime/words.ts";
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

  examples: [
    ["finpipe audit", "checks all days that are over"],
    ["finpipe audit 2022-10-01..2022-10-31 --json", "checks a month, for programs"],
    ["finpipe audit 2022-10-01 --deep", "checks every value of a day"],
    ["finpipe audit 2022-10-01..2022-10-31 --against ledger.csv", "compares with a ledger, too"],
  ],

  async run(context, [given], options) {
    const asked = given === undefined ? undefined : parseRange(given, "FROM..TO");
    const asCounted = countedValuesOf(context.config);
    const others = typeof options.against === "string"
      ? await readOtherFigures(options.against, context.io.signal)
      : undefined;
    await using engine = await openEngine(context, {
      staging: true,
      warehouse: true,
      command: "audit",
    });
    const { staging, warehouse } = engine;
    await staging.schema.checkSchema("read");
    await warehouse.checkSchema("read");
    const { now, signal, stdout } = context.io;
    const open = today(now());
    const range = asked ?? { from: FIRST_DAY, to: open.subtract({ days: 1 }) };
    const deep = options.deep === true ? { workDir: engine.settings.workDir } : undefined;
    const books = await readBooks({ staging, warehouse, now, signal, deep }, range);
    if (asked === undefined) {
      const left = await knownDays(engine, { from: open, to: LAST_DAY });
      if (left !== undefined) context.log.warn(openDaysNote(left, "audit"));
    }
    if (books.moving.length > 0) {
      context.log.warn(
        `Left out ${
          daysText(books.moving)
        }, which changed each time that finpipe counted: run the ` +
          "audit again once the load or build has ended",
      );
    }
    const unchecked = deep === undefined ? [] : withoutFingerprint(books.days);
    if (unchecked.length > 0) {
      context.log.warn(
        `Cannot check the values in the warehouse of ${daysText(unchecked)}: an older finpipe ` +
          "loaded these days, and took no fingerprint",
      );
    }
    const audit = compareBooks(books, asCounted);
    if (others !== undefined) {
      const moving = new Set(books.moving.map(String));
      const isCompared = (day: Temporal.PlainDate) => isIn(range, day) && !moving.has(`${day}`);
      audit.differences.push(...againstDifferences(books.days, others, isCompared));
      const rest = notCompared(others, isCompared);
      if (rest > 0) {
        context.log.info(
          `Left out ${counted(rest, "date")} of "${options.against}", which the audit is not about`,
        );
      }
    }
    if (context.json) await stdout.write(JSON.stringify(auditJson(audit)) + "\n");
    else {
      const text = inBlocks(ReadableStream.from(auditText(audit)), signal);
      for await (const block of text) await stdout.write(block);
    }
    return audit.differences.length === 0 ? 0 : EXIT_CODES.data;
  },
};

export default command;

function isIn({ from, to }: DateRange, day: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(day, from) >= 0 && Temporal.PlainDate.compare(day, to) <= 0;
}

/** Days that a version loaded which recorded no fingerprint. */
function withoutFingerprint(days: readonly DayBook[]): Temporal.PlainDate[] {
  return days.filter(({ warehouse: { loads } }) =>
    Object.values(loads).some((load) => load !== undefined && load.fingerprint === undefined)
  ).map(({ facts }) => facts.day);
}

/** How many days of a range anything is known of; undefined where there is none. */
async function knownDays({ staging, warehouse }: Engine, range: DateRange) {
  const known = [...await staging.days.staged(range), ...await warehouse.dayFacts(range)];
  const days = [...new Set(known.map(({ day }) => day.toString()))].sort();
  const [first, last] = [days[0], days.at(-1)];
  return first === undefined ? undefined : { days: days.length, first, last: last! };
}
