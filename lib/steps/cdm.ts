/** The step from the warehouse's staging to the mart (contract, section 6). */
import { readCountedValues } from "../config/counted.ts";
import { parseDuration } from "../config/duration.ts";
import type { ConfigSource } from "../config/settings.ts";
import type { DayRun } from "../partitions/run_date.ts";
import { counted, oneOf } from "../runtime/words.ts";
import type {
  MartOptions,
  MartResult,
  RateUsed,
  WarehouseRepository,
} from "../warehouse/repository.ts";
import { type CountedValues, martStanding } from "../standing/mart_standing.ts";
import type { Step, StepContext, StepFacts } from "./step.ts";

export interface CdmDeps extends Pick<StepContext, "log"> {
  warehouse: WarehouseRepository;
}

export interface CdmOptions extends MartOptions {
  /** Warn about a rate that is older by more days than this. @default 3 */
  maxRateAge?: number;
}

export interface CdmReport extends DayRun, MartResult {
  /** Rates that are older than `maxRateAge`. */
  oldRates: RateUsed[];
}

/** The status values that are counted unless others are named. */
const COUNTED_STATUSES: readonly string[] = ["done"];

/** The default of `--max-rate-age`, in days. */
const MAX_RATE_AGE = 3;

const step: Step = {
  description: "Builds the mart for one day from what is loaded in the warehouse.",

  examples: [
    ["finpipe cdm 2022-10-02", "builds the mart for 2022-10-01"],
    ["finpipe cdm 2022-10-02 --statuses done,chargeback --strict", "counts chargebacks too"],
    [
      "finpipe cdm 2022-10-02 --types 'sbp_incoming,\"loan, early\"'",
      "counts two types; one has a comma in it",
    ],
  ],

  uses: { warehouse: true },
  waitsForDayEnd: false,
  byDataset: false,

  options: [
    {
      flags: "--statuses <list>",
      doc: "status values to count, separated by commas (default: done)",
    },
    {
      flags: "--types <list>",
      doc: "transaction types to count, separated by commas (default: all)",
    },
    {
      flags: "--max-rate-age <days>",
      doc: `warn about dollar rates that are older (default: ${MAX_RATE_AGE}d)`,
    },
    { flags: "--strict", doc: "fail if a currency has no rate, instead of leaving it out" },
  ],

  prepare(source) {
    const options = cdmOptionsOf(source);
    return {
      runDay: async ({ ends: { warehouse }, log }, run) =>
        cdmFacts(await cdm({ warehouse, log }, run, options)),
      standing: (facts) => martStanding(facts, options),
      breach: ({ mart }) => {
        const leftOut = mart?.record?.leftOut ?? 0;
        if (!options.strict || leftOut === 0) return undefined;
        return `${counted(leftOut, "currency was", "currencies were")} left out of the mart`;
      },
    };
  },
};

export default step;

/**
 * What a mart counts, by option, variable or default.
 *
 * @throws FinpipeError of kind `usage` or `configuration` for a list with an empty name in it
 */
export function countedValuesOf(source: ConfigSource): CountedValues {
  const { statuses = COUNTED_STATUSES, types } = readCountedValues(source);
  return { statuses, types };
}

/**
 * What the building of the mart was asked for.
 *
 * @throws FinpipeError of kind `usage` for a list with an empty name in it, or for an age that is
 * not a duration; `configuration` for a variable that holds such a list
 */
export function cdmOptionsOf(source: ConfigSource): Required<CdmOptions> {
  const { maxRateAge, strict } = source.flags;
  return {
    ...countedValuesOf(source),
    maxRateAge: typeof maxRateAge === "string" ? daysOf(maxRateAge) : MAX_RATE_AGE,
    strict: strict === true,
  };
}

const DAY = 86_400_000;

/** Days that are whole: dates of rates are compared, not times. */
function daysOf(text: string): number {
  const duration = /^\d+$/.test(text) ? `${text}d` : text;
  return Math.floor(parseDuration(duration, "--max-rate-age") / DAY);
}

/**
 * Rebuilds the mart for one day, and warns of each currency that is left out for want of a rate, of
 * old rates, and of statuses and types that the day does not have. Removes the mart where a load
 * that it was built from was undone and no load has taken its place.
 *
 * @throws FinpipeError of kind `prerequisite` where a dataset of the day was never loaded; `data`
 * where `strict` is set and a currency has no rate
 */
export async function cdm(
  { warehouse, log }: CdmDeps,
  run: DayRun,
  options: CdmOptions,
): Promise<CdmReport> {
  const { partition } = run;
  const { maxRateAge = MAX_RATE_AGE } = options;
  const result = await warehouse.buildMart(partition, options);
  const oldRates = result.rates.filter(({ date }) => date.until(partition).days > maxRateAge);
  const report = { ...run, ...result, oldRates };
  if (result.takenAway !== undefined) {
    const { rows, leftOut } = result.takenAway;
    log.warn(takenAwayText(report), { rows, left_out: leftOut });
    return report;
  }
  for (const { currency, transactions } of result.leftOut) {
    log.warn(
      `Left currency ${currency} out of the mart for ${partition}: it has ` +
        `${
          counted(transactions, "counted transaction")
        } and no dollar rate dated on or before that day`,
    );
  }
  if (oldRates.length > 0) {
    const list = oldRates.map(({ currency, date }) =>
      `currency ${currency} at the rate of ${date}`
    );
    log.warn(
      `Used dollar rates that are older than ${counted(maxRateAge, "day")} (--max-rate-age) for ` +
        `${partition}: ${list.join(", ")}`,
    );
  }
  for (const [option, noun] of [["statuses", "status"], ["types", "type"]] as const) {
    const values = result.absent[option];
    if (values.length === 0) continue;
    const list = oneOf(values.map((value) => JSON.stringify(value)));
    log.warn(`No transaction of ${partition} has the ${noun} ${list}: is --${option} spelt right?`);
  }
  log.info(`Built the mart for ${partition}`, { rows: result.rows });
  return report;
}

function takenAwayText({ partition }: DayRun): string {
  return `Removed the mart of ${partition}: a load that it was built from was undone, and no load ` +
    "has taken its place";
}

/** What the facts of a mart are made of. */
type Built = Pick<CdmReport, "rows" | "leftOut" | "oldRates" | "absent" | "takenAway">;

/** Rows of the mart, the currencies that are not in it, and what was warned of. */
export function cdmFacts(built: Built): StepFacts {
  const { rows, leftOut, oldRates, absent, takenAway } = built;
  return {
    json: {
      outcome: takenAway === undefined ? "built" : "taken_away",
      rows,
      left_out: leftOut.map(({ currency, transactions }) => ({
        currency,
        transactions: Number(transactions),
      })),
      old_rates: oldRates.map(({ currency, date }) => ({ currency, date: date.toString() })),
      absent_statuses: absent.statuses,
      absent_types: absent.types,
    },
    lines: linesOf(built),
    brief: briefOf(built),
    rows,
  };
}

/** A line for the mart, and one for each currency that is not in it. */
function linesOf({ rows, leftOut, takenAway }: Built): string[] {
  if (takenAway !== undefined) {
    const rows = counted(takenAway.rows, "row");
    return [`mart: removed, ${rows}: a load that it was built from was undone`];
  }
  return [
    `mart: ${counted(rows, "row")}`,
    ...leftOut.map(({ currency, transactions }) =>
      `left out: currency ${currency}, ${counted(transactions, "transaction")}, no dollar rate`
    ),
  ];
}

function briefOf({ rows, leftOut, takenAway }: Built): string {
  if (takenAway !== undefined) return "removed";
  const built = counted(rows, "row");
  if (leftOut.length === 0) return built;
  return `${built}, ${counted(leftOut.length, "currency", "currencies")} left out`;
}
