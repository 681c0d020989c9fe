/** The mart of the Vertica warehouse (contract, section 6). */
import buildEnd from "../../../sql/warehouse/vertica/build_end.sql" with { type: "text" };
import buildRates from "../../../sql/warehouse/vertica/build_rates.sql" with { type: "text" };
import buildWrite from "../../../sql/warehouse/vertica/build_write.sql" with { type: "text" };
import changesAfter from "../../../sql/warehouse/vertica/changes_after.sql" with { type: "text" };
import changesBefore from "../../../sql/warehouse/vertica/changes_before.sql" with { type: "text" };
import loadedDatasets from "../../../sql/warehouse/vertica/loaded_datasets.sql" with {
  type: "text",
};
import martBuild from "../../../sql/warehouse/vertica/mart_build.sql" with { type: "text" };
import martBuilt from "../../../sql/warehouse/vertica/mart_built.sql" with { type: "text" };
import martClear from "../../../sql/warehouse/vertica/mart_clear.sql" with { type: "text" };
import martLeftOut from "../../../sql/warehouse/vertica/mart_left_out.sql" with { type: "text" };
import martLock from "../../../sql/warehouse/vertica/mart_lock.sql" with { type: "text" };
import martRead from "../../../sql/warehouse/vertica/mart_read.sql" with { type: "text" };
import martStanding from "../../../sql/warehouse/vertica/mart_standing.sql" with { type: "text" };
import pendingOfDay from "../../../sql/warehouse/vertica/pending_of_day.sql" with { type: "text" };
import presentStatuses from "../../../sql/warehouse/vertica/present_statuses.sql" with {
  type: "text",
};
import presentTypes from "../../../sql/warehouse/vertica/present_types.sql" with { type: "text" };
import { DATASET_NAMES } from "../../events/dataset.ts";
import { SIGNATURE } from "../../runtime/version.ts";
import type { DateRange } from "../../partitions/run_date.ts";
import * as is from "../../sql/columns.ts";
import { templatesOf } from "../../sql/template.ts";
import { buildValues, LOADED_DATASET } from "../build_records.ts";
import { absentOf, doubtfulValues, GIVEN } from "../doubtful_values.ts";
import { brokenOff, neverLoaded, notLoaded, withoutRate } from "../mart_failures.ts";
import { BUILT_CURRENCY, builtMart, MART_ROW, STANDING, takenAwayMart } from "../mart_results.ts";
import type { MartOptions, MartResult, MartRow } from "../repository.ts";
import { dayValues } from "../variables.ts";
import { compareByBytes } from "./locale.ts";
import { verticaQuery } from "./query.ts";
import type { VerticaScope } from "./scope.ts";

const PENDING = verticaQuery("pending_of_day", pendingOfDay, {
  dataset: is.oneOf(DATASET_NAMES),
  isUndo: is.boolean,
});
const LOADED_DATASETS = verticaQuery("loaded_datasets", loadedDatasets, LOADED_DATASET);
const STANDS = verticaQuery("mart_standing", martStanding, STANDING);
const BUILT = verticaQuery("mart_built", martBuilt, BUILT_CURRENCY);
const READ = verticaQuery("mart_read", martRead, MART_ROW);
const PRESENT_STATUSES = verticaQuery("present_statuses", presentStatuses, GIVEN);
const PRESENT_TYPES = verticaQuery("present_types", presentTypes, GIVEN);
const LOCK = templatesOf(martLock);
/**
 * What stands goes, and is kept as what it was. First the record of it: its X lock has another build
 * wait before it looks at what stands.
 */
const CLEAR = [
  ...templatesOf(buildEnd),
  ...templatesOf(changesBefore),
  ...templatesOf(martClear),
];
const BUILD = [
  ...templatesOf(martBuild),
  ...templatesOf(martLeftOut),
  ...templatesOf(buildRates),
];
const CHANGES_AFTER = templatesOf(changesAfter);
const BUILD_WRITE = templatesOf(buildWrite);

/** Rows of the mart that are read at once: some days of it. */
const PAGE_ROWS = 500;

/** Where in the mart to read on. */
export interface MartPlace {
  firstDay: string;
  lastDay: string;
  /** Day and currency of the row that was read last. */
  afterDay: string;
  afterCurrency: number;
}

/**
 * Rebuilds one day of the mart in one transaction, left-out currencies and the record of it with it;
 * takes away what stands where a load that it was built of stands no more.
 *
 * @throws FinpipeError of kind `prerequisite` where a dataset of the day was never loaded and nothing
 * stands, or where nobody knows what came of a load; `data` where `strict` is set and a currency has no
 * rate: what stands is left then
 */
export async function buildMart(
  scope: VerticaScope,
  day: Temporal.PlainDate,
  options: MartOptions,
): Promise<MartResult> {
  const { statuses, types, strict } = options;
  const ofDay = dayValues(day);
  const ofBuild = { ...ofDay, build_id: crypto.randomUUID(), now: scope.timestamp };
  const values = {
    ...ofBuild,
    statuses,
    all_types: types === undefined,
    // A list in SQL has a value, also where it is not asked.
    types: types ?? [""],
    source: SIGNATURE,
  };
  await compareByBytes(scope);
  return await scope.transaction(async () => {
    // First: a swap that is written down from now on waits, and so does its record.
    await scope.run(LOCK);
    const pending = await scope.selectFirst(PENDING, ofDay);
    if (pending !== undefined) {
      throw brokenOff("mart", day, { dataset: pending.dataset, isUndo: pending.isUndo });
    }
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
    await scope.run(CLEAR, { ...ofBuild, step: "cdm" });
    if (taken !== undefined) return await record(taken);
    await scope.run(BUILD, values);
    const currencies = await scope.select(BUILT, ofBuild);
    const built = builtMart(currencies, await absentValues(scope, day, options));
    if (strict && built.leftOut.length > 0) throw withoutRate(day, built.leftOut);
    await scope.run(CHANGES_AFTER, ofBuild);
    return await record(built);
  });
}

async function absentValues(
  scope: VerticaScope,
  day: Temporal.PlainDate,
  options: MartOptions,
): Promise<MartResult["absent"]> {
  const { statuses, types } = doubtfulValues(options);
  const absent = async (present: typeof PRESENT_TYPES, values: string[]) => {
    if (values.length === 0) return [];
    return absentOf(values, await scope.select(present, { ...dayValues(day), values }));
  };
  return {
    statuses: await absent(PRESENT_STATUSES, statuses),
    types: await absent(PRESENT_TYPES, types),
  };
}

/**
 * The mart in order of date and currency, of all dates where no range is given, a page at a time.
 *
 * @param page reads the next one: {@link selectPage}
 */
export async function* martRows(
  page: (place: MartPlace) => Promise<MartRow[]>,
  range?: DateRange,
): AsyncGenerator<MartRow, void, void> {
  const place = {
    firstDay: range?.from.toString() ?? "0001-01-01",
    lastDay: range?.to.toString() ?? "9999-12-31",
    afterDay: "0001-01-01",
    afterCurrency: -1,
  };
  for (;;) {
    const rows = await page(place);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    place.afterDay = last.date_update;
    place.afterCurrency = Number(last.currency_from);
  }
}

/** The next rows of the mart, in order of date and currency. */
export function selectPage(
  scope: VerticaScope,
  { firstDay, lastDay, afterDay, afterCurrency }: MartPlace,
): Promise<MartRow[]> {
  return scope.select(READ, {
    first_day: firstDay,
    last_day: lastDay,
    after_day: afterDay,
    after_currency: afterCurrency,
    page_rows: PAGE_ROWS,
  });
}
