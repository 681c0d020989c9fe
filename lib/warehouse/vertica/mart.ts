/** The mart of the Vertica warehouse (contract, section 6). */
import loadedDatasets from "../../../sql/warehouse/vertica/loaded_datasets.sql" with {
  type: "text",
};
import martBuild from "../../../sql/warehouse/vertica/mart_build.sql" with { type: "text" };
import martBuilt from "../../../sql/warehouse/vertica/mart_built.sql" with { type: "text" };
import martClear from "../../../sql/warehouse/vertica/mart_clear.sql" with { type: "text" };
import martLeftOut from "../../../sql/warehouse/vertica/mart_left_out.sql" with { type: "text" };
import martLock from "../../../sql/warehouse/vertica/mart_lock.sql" with { type: "text" };
import martRead from "../../../sql/warehouse/vertica/mart_read.sql" with { type: "text" };
import { SIGNATURE } from "../../runtime/version.ts";
import { requireLoads, withoutRate } from "../mart_failures.ts";
import type { MartOptions, MartResult, MartRow } from "../repository.ts";
import type { VerticaScope } from "./scope.ts";

/** Rows of the mart that are read at once: some days of it. */
export const PAGE_ROWS = 500;

/** Where in the mart to read on. */
export interface MartPlace {
  firstDay: string;
  lastDay: string;
  /** Day and currency of the row that was read last. */
  afterDay: string;
  afterCurrency: number;
}

/**
 * Rebuilds one day of the mart in one transaction, left-out currencies with it.
 *
 * @throws FinpipeError of kind `prerequisite` where a dataset of the day was never loaded; `data`
 * where `strict` is set and a currency has no rate. What stands is left then.
 */
export async function buildMart(
  scope: VerticaScope,
  day: Temporal.PlainDate,
  { statuses, strict }: MartOptions,
): Promise<MartResult> {
  const subject = { dataset: "transactions", day } as const;
  const values = { statuses, now: scope.timestamp, source: SIGNATURE };
  return await scope.session.transaction(async () => {
    const loads = await scope.run(loadedDatasets, {}, subject);
    requireLoads(day, loads.map(({ dataset }) => dataset));
    await scope.run(martLock);
    await scope.run(martClear, {}, subject);
    await scope.run(martBuild, values, subject);
    await scope.run(martLeftOut, values, subject);
    const currencies = await scope.run(martBuilt, {}, subject);
    const leftOut = currencies.filter(({ left_out }) => left_out === "t").map((row) => ({
      currency: Number(row.currency_from),
      transactions: BigInt(row.cnt_transactions!),
    }));
    if (strict && leftOut.length > 0) throw withoutRate(day, leftOut);
    return { rows: currencies.length - leftOut.length, leftOut };
  });
}

/** The next rows of the mart, in order of date and currency. */
export async function readPage(
  scope: VerticaScope,
  { firstDay, lastDay, afterDay, afterCurrency }: MartPlace,
): Promise<MartRow[]> {
  const rows = await scope.commit(martRead, {
    first_day: firstDay,
    last_day: lastDay,
    after_day: afterDay,
    after_currency: afterCurrency,
    page_rows: PAGE_ROWS,
  });
  // The query's columns are the row's fields, and none of them is NULL.
  return rows as unknown as MartRow[];
}
