/** The step from the warehouse's staging to the mart (contract, section 6). */
import type { DayRun } from "../partitions/run_date.ts";
import type { Logger } from "../runtime/log.ts";
import { counted, oneOf } from "../runtime/words.ts";
import type {
  MartOptions,
  MartResult,
  RateUsed,
  WarehouseRepository,
} from "../warehouse/repository.ts";

export interface CdmDeps {
  warehouse: WarehouseRepository;
  log: Logger;
}

export interface CdmOptions extends MartOptions {
  /** A rate that is older by more days than this is warned of. @default 3 */
  maxRateAge?: number;
}

export interface CdmReport extends DayRun, MartResult {
  /** Rates that are older than `maxRateAge`. */
  oldRates: RateUsed[];
}

/** The status values that are counted unless others are named. */
export const COUNTED_STATUSES: readonly string[] = ["done"];

/** Days after which a rate is warned of, unless others are named. */
export const MAX_RATE_AGE = 3;

/**
 * Rebuilds the mart for one day, and warns of each currency that is left out for want of a rate, of old
 * rates, and of statuses and types that the day does not have. Takes the mart away where a load that it
 * was built of was undone and none stands in its place.
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
    const list = oldRates.map(({ currency, date }) => `currency ${currency} at that of ${date}`);
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
  return `Took the mart of ${partition} away: a load that it was built of was undone, and none stands ` +
    "in its place";
}
