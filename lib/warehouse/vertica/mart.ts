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
import martStanding from "../../../sql/warehouse/vertica/mart_standing.sql" with { type: "text" };
import pendingOfDay from "../../../sql/warehouse/vertica/pending_of_day.sql" with { type: "text" };
import presentStatuses from "../../../sql/warehouse/vertica/present_statuses.sql" with {
  type: "text",
};
import presentTypes from "../../../sql/warehouse/vertica/present_types.sql" with { type: "text" };
import { SIGNATURE } from "../../runtime/version.ts";
import { absentOf, doubtfulValues } from "../doubtful_values.ts";
import { builtMart, takenAwayMart } from "../mart_results.ts";
import { brokenOff, neverLoaded, notLoaded, withoutRate } from "../mart_failures.ts";
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
 * Rebuilds one day of the mart in one transaction, left-out currencies with it; takes away what stands
 * where a load that it was built of stands no more.
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
  const subject = { dataset: "transactions", day } as const;
  const values = {
    statuses,
    all_types: types === undefined,
    // A list in SQL has a value, also where it is not asked.
    types: types ?? [""],
    now: scope.timestamp,
    source: SIGNATURE,
  };
  return await scope.session.transaction(async () => {
    // First: a swap that is written down from now on waits, and so does its record.
    await scope.run(martLock);
    const [pending] = await scope.run(pendingOfDay, {}, subject);
    if (pending !== undefined) {
      throw brokenOff(day, { dataset: pending.dataset!, isUndo: pending.is_undo === "t" });
    }
    const loads = await scope.run(loadedDatasets, {}, subject);
    const missing = notLoaded(loads.map(({ dataset }) => dataset));
    const taken = missing.length === 0
      ? undefined
      : takenAwayMart(await scope.run(martStanding, {}, subject));
    if (taken === undefined && missing.length > 0) throw neverLoaded(day, missing);
    await scope.run(martClear, {}, subject);
    if (taken !== undefined) return taken;
    await scope.run(martBuild, values, subject);
    await scope.run(martLeftOut, values, subject);
    const currencies = await scope.run(martBuilt, {}, subject);
    const built = builtMart(currencies, await absentValues(scope, day, options));
    if (strict && built.leftOut.length > 0) throw withoutRate(day, built.leftOut);
    return built;
  });
}

async function absentValues(
  scope: VerticaScope,
  day: Temporal.PlainDate,
  options: MartOptions,
): Promise<MartResult["absent"]> {
  const { statuses, types } = doubtfulValues(options);
  const absent = async (script: string, values: string[]) => {
    if (values.length === 0) return [];
    return absentOf(values, await scope.run(script, { values }, { dataset: "transactions", day }));
  };
  return {
    statuses: await absent(presentStatuses, statuses),
    types: await absent(presentTypes, types),
  };
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
