/** The mart of the embedded warehouse (contract, section 6). */
import buildEnd from "../../../sql/warehouse/embedded/build_end.sql" with { type: "text" };
import buildRates from "../../../sql/warehouse/embedded/build_rates.sql" with { type: "text" };
import buildWrite from "../../../sql/warehouse/embedded/build_write.sql" with { type: "text" };
import changesAfter from "../../../sql/warehouse/embedded/changes_after.sql" with { type: "text" };
import changesBefore from "../../../sql/warehouse/embedded/changes_before.sql" with {
  type: "text",
};
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
import { query } from "../../sql/query.ts";
import { SqlTemplate } from "../../sql/template.ts";
import { buildValues, LOADED_DATASET } from "../build_records.ts";
import { absentOf, doubtfulValues, GIVEN } from "../doubtful_values.ts";
import { neverLoaded, notLoaded, withoutRate } from "../mart_failures.ts";
import { BUILT_CURRENCY, builtMart, MART_ROW, STANDING, takenAwayMart } from "../mart_results.ts";
import type { MartOptions, MartResult, MartRow } from "../repository.ts";
import { dayValues } from "../variables.ts";
import type { EmbeddedScope } from "./scope.ts";

const LOADED_DATASETS = query(
  "warehouse/embedded/loaded_datasets",
  loadedDatasets,
  LOADED_DATASET,
);
const BUILD = query("warehouse/embedded/mart_build", martBuild, BUILT_CURRENCY);
const READ = query("warehouse/embedded/mart_read", martRead, MART_ROW);
const STANDS = query("warehouse/embedded/mart_standing", martStanding, STANDING);
const PRESENT_STATUSES = query("warehouse/embedded/present_statuses", presentStatuses, GIVEN);
const PRESENT_TYPES = query("warehouse/embedded/present_types", presentTypes, GIVEN);
const CLEAR = new SqlTemplate(martClear);
const BUILD_END = new SqlTemplate(buildEnd);
const BUILD_RATES = new SqlTemplate(buildRates);
const BUILD_WRITE = new SqlTemplate(buildWrite);
const CHANGES_AFTER = new SqlTemplate(changesAfter);
const CHANGES_BEFORE = new SqlTemplate(changesBefore);

/** Rows of the mart that are read at once: some days of it. */
const PAGE_ROWS = 500;

/**
 * Rebuilds one day of the mart in one transaction, left-out currencies and the record of it with it;
 * takes away what stands where a load that it was built of stands no more.
 *
 * @throws FinpipeError of kind `prerequisite` where a dataset of the day was never loaded and nothing
 * stands; `data` where `strict` is set and a currency has no rate: what stands is left then
 */
export async function buildMart(
  scope: EmbeddedScope,
  day: Temporal.PlainDate,
  options: MartOptions,
): Promise<MartResult> {
  const { statuses, types, strict } = options;
  const ofDay = dayValues(day);
  const ofBuild = { ...ofDay, build_id: crypto.randomUUID(), now: scope.timestamp };
  return await scope.session.transaction(async () => {
    const loads = await scope.select(LOADED_DATASETS, ofDay);
    const missing = notLoaded(loads.map(({ dataset }) => dataset));
    const taken = missing.length === 0
      ? undefined
      : takenAwayMart(await scope.select(STANDS, ofDay));
    if (taken === undefined && missing.length > 0) throw neverLoaded("mart", day, missing);
    const record = async (result: MartResult) => {
      await scope.run(BUILD_WRITE, { ...ofBuild, ...buildValues(loads, options, result) });
      return result;
    };
    await scope.run(BUILD_END, { ...ofDay, step: "cdm" });
    await scope.run(CHANGES_BEFORE, ofBuild);
    await scope.execute(CLEAR, ofDay);
    if (taken !== undefined) return await record(taken);
    const currencies = await scope.select(BUILD, {
      ...ofBuild,
      statuses: JSON.stringify(statuses),
      types: types === undefined ? null : JSON.stringify(types),
      source: SIGNATURE,
    });
    const built = builtMart(currencies, await absentValues(scope, day, options));
    if (strict && built.leftOut.length > 0) throw withoutRate(day, built.leftOut);
    await scope.run(BUILD_RATES, ofBuild);
    await scope.execute(CHANGES_AFTER, ofBuild);
    return await record(built);
  });
}

async function absentValues(
  scope: EmbeddedScope,
  day: Temporal.PlainDate,
  options: MartOptions,
): Promise<MartResult["absent"]> {
  const { statuses, types } = doubtfulValues(options);
  const absent = async (present: typeof PRESENT_TYPES, values: string[]) => {
    if (values.length === 0) return [];
    const asked = { ...dayValues(day), values: JSON.stringify(values) };
    return absentOf(values, await scope.select(present, asked));
  };
  return {
    statuses: await absent(PRESENT_STATUSES, statuses),
    types: await absent(PRESENT_TYPES, types),
  };
}

/** The mart in order of date and currency, a page at a time: a long report holds no transaction. */
export async function* readMart(
  scope: EmbeddedScope,
  range?: DateRange,
): AsyncGenerator<MartRow, void, void> {
  const asked = {
    first_day: range?.from.toString() ?? "-infinity",
    last_day: range?.to.toString() ?? "infinity",
    page_rows: PAGE_ROWS,
  };
  let after = { after_day: "-infinity", after_currency: "-1" };
  for (;;) {
    const rows = await scope.select(READ, { ...asked, ...after });
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    after = { after_day: last.date_update, after_currency: last.currency_from };
  }
}
