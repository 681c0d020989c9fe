/** The mart of the embedded warehouse (contract, section 6). */
import loadedDatasets from "../../../sql/warehouse/embedded/loaded_datasets.sql" with {
  type: "text",
};
import martBuild from "../../../sql/warehouse/embedded/mart_build.sql" with { type: "text" };
import martClear from "../../../sql/warehouse/embedded/mart_clear.sql" with { type: "text" };
import martRead from "../../../sql/warehouse/embedded/mart_read.sql" with { type: "text" };
import type { DateRange } from "../../partitions/run_date.ts";
import { SIGNATURE } from "../../runtime/version.ts";
import { requireLoads, withoutRate } from "../mart_failures.ts";
import type { MartOptions, MartResult, MartRow } from "../repository.ts";
import { forDay, forSchemas } from "../sql_template.ts";
import { type EmbeddedScope, timestampOf } from "./scope.ts";

/** Rows of the mart that are read at once: some days of it. */
const PAGE_ROWS = 500;

/**
 * Rebuilds one day of the mart in one transaction, left-out currencies with it.
 *
 * @throws FinpipeError of kind `prerequisite` where a dataset of the day was never loaded; `data`
 * where `strict` is set and a currency has no rate. What stands is left then.
 */
export async function buildMart(
  scope: EmbeddedScope,
  day: Temporal.PlainDate,
  { statuses, strict }: MartOptions,
): Promise<MartResult> {
  const { session, schemas } = scope;
  return await session.transaction(async () => {
    const loads = await session.query(forSchemas(loadedDatasets, schemas), [day.toString()]);
    requireLoads(day, loads.map(({ dataset }) => dataset));
    await session.execute(forDay(martClear, schemas, "transactions", day));
    const params = [day.toString(), JSON.stringify(statuses), timestampOf(scope), SIGNATURE];
    const currencies = await session.query(forSchemas(martBuild, schemas), params);
    const leftOut = currencies.filter(({ left_out }) => left_out === "t").map((row) => ({
      currency: Number(row.currency),
      transactions: BigInt(row.transactions!),
    }));
    if (strict && leftOut.length > 0) throw withoutRate(day, leftOut);
    return { rows: currencies.length - leftOut.length, leftOut };
  });
}

/** The mart in order of date and currency, a page at a time: a long report holds no transaction. */
export async function* readMart(
  { session, schemas }: EmbeddedScope,
  range?: DateRange,
): AsyncGenerator<MartRow, void, void> {
  const sql = forSchemas(martRead, schemas);
  const from = range?.from.toString() ?? "-infinity";
  const to = range?.to.toString() ?? "infinity";
  let [date, currency] = ["-infinity", "-1"];
  for (;;) {
    const page = await session.query(sql, [from, to, date, currency, PAGE_ROWS]);
    // The query's columns are the row's fields, and none of them is NULL.
    const rows = page as unknown as MartRow[];
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    [date, currency] = [last.date_update, last.currency_from];
  }
}
