/** The step from the warehouse's staging to the mart (contract, section 6). */
import type { DayRun } from "../partitions/run_date.ts";
import type { Logger } from "../runtime/log.ts";
import type { MartOptions, MartResult, WarehouseRepository } from "../warehouse/repository.ts";

export interface CdmDeps {
  warehouse: WarehouseRepository;
  log: Logger;
}

export interface CdmReport extends DayRun, MartResult {}

/** The status values that are counted unless others are named. */
export const COUNTED_STATUSES: readonly string[] = ["done"];

/**
 * Rebuilds the mart for one day, and warns of each currency that is left out for want of a rate.
 *
 * @throws FinpipeError of kind `prerequisite` where a dataset of the day was never loaded; `data`
 * where `strict` is set and a currency has no rate
 */
export async function cdm(
  { warehouse, log }: CdmDeps,
  run: DayRun,
  options: MartOptions,
): Promise<CdmReport> {
  const result = await warehouse.buildMart(run.partition, options);
  for (const { currency, transactions } of result.leftOut) {
    log.warn(
      `Left currency ${currency} out of the mart for ${run.partition}: no dollar rate on or before`,
      { transactions },
    );
  }
  log.info(`Built the mart for ${run.partition}`, { rows: result.rows });
  return { ...run, ...result };
}
