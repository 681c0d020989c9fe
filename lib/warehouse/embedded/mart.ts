/** The mart of the embedded warehouse (contract, section 6). */
import loadedDatasets from "../../../sql/warehouse/embedded/loaded_datasets.sql" with {
  type: "text",
};
import martBuild from "../../../sql/warehouse/embedded/mart_build.sql" with { type: "text" };
import martClear from "../../../sql/warehouse/embedded/mart_clear.sql" with { type: "text" };
import martRead from "../../../sql/warehouse/embedded/mart_read.sql" with { type: "text" };
import martStanding from "../../../sql/warehouse/embedded/mart_standing.sql" with { type: "text" };
import presentStatuses from "../../../sql/warehouse/embedded/present_statuses.sql" with {
  type: "text",
};
import presentTypes from "../../../sql/warehouse/embedded/present_types.sql" with { type: "text" };
import type { DateRange } from "../../partitions/run_date.ts";
import { SIGNATURE } from "../../runtime/version.ts";
import { absentOf, doubtfulValues } from "../doubtful_values.ts";
import { builtMart, takenAwayMart } from "../mart_results.ts";
import { neverLoaded, notLoaded, withoutRate } from "../mart_failures.ts";
import type { MartOptions, MartResult, MartRow } from "../repository.ts";
import { forDay, forSchemas } from "../sql_template.ts";
import { type EmbeddedScope, timestampOf } from "./scope.ts";

/** Rows of the mart that are read at once: some days of it. */
const PAGE_ROWS = 500;

/**
 * Rebuilds one day of the mart in one transaction, left-out currencies with it; takes away what stands
 * where a load that it was built of stands no more.
 *
 * @throws FinpipeError of kind `prerequisite` where a dataset of the day was never loaded and nothing
 * stands; `data` where `strict` is set and a currency has no rate: what stands is left then
 */
export async function buildMart(
  scope: EmbeddedScope,
  day: Temporal.PlainDate,
  options: MartOptions,
): Promise<MartResult> {
  const { session, schemas } = scope;
  const { statuses, types, strict } = options;
  const sqlForDay = (text: string) => forDay(text, schemas, "transactions", day);
  return await session.transaction(async () => {
    const loads = await session.query(forSchemas(loadedDatasets, schemas), [day.toString()]);
    const missing = notLoaded(loads.map(({ dataset }) => dataset));
    const taken = missing.length === 0
      ? undefined
      : takenAwayMart(await session.query(sqlForDay(martStanding)));
    if (taken === undefined && missing.length > 0) throw neverLoaded(day, missing);
    await session.execute(sqlForDay(martClear));
    if (taken !== undefined) return taken;
    const currencies = await session.query(forSchemas(martBuild, schemas), [
      day.toString(),
      JSON.stringify(statuses),
      timestampOf(scope),
      SIGNATURE,
      types === undefined ? null : JSON.stringify(types),
    ]);
    const built = builtMart(currencies, await absentValues(scope, day, options));
    if (strict && built.leftOut.length > 0) throw withoutRate(day, built.leftOut);
    return built;
  });
}

async function absentValues(
  { session, schemas }: EmbeddedScope,
  day: Temporal.PlainDate,
  options: MartOptions,
): Promise<MartResult["absent"]> {
  const { statuses, types } = doubtfulValues(options);
  const absent = async (sql: string, values: string[]) => {
    if (values.length === 0) return [];
    const params = [day.toString(), JSON.stringify(values)];
    return absentOf(values, await session.query(forSchemas(sql, schemas), params));
  };
  return {
    statuses: await absent(presentStatuses, statuses),
    types: await absent(presentTypes, types),
  };
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
