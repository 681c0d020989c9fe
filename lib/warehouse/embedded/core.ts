/** The core of the embedded warehouse (contract, section 7). */
import buildEnd from "../../../sql/warehouse/embedded/build_end.sql" with { type: "text" };
import buildWrite from "../../../sql/warehouse/embedded/build_write.sql" with { type: "text" };
import coreBuildRates from "../../../sql/warehouse/embedded/core_build_rates.sql" with {
  type: "text",
};
import coreClear from "../../../sql/warehouse/embedded/core_clear.sql" with { type: "text" };
import coreCounted from "../../../sql/warehouse/embedded/core_counted.sql" with { type: "text" };
import coreDimensions from "../../../sql/warehouse/embedded/core_dimensions.sql" with {
  type: "text",
};
import coreFacts from "../../../sql/warehouse/embedded/core_facts.sql" with { type: "text" };
import corePlan from "../../../sql/warehouse/embedded/core_plan.sql" with { type: "text" };
import coreSideTables from "../../../sql/warehouse/embedded/core_side_tables.sql" with {
  type: "text",
};
import coreStanding from "../../../sql/warehouse/embedded/core_standing.sql" with { type: "text" };
import coreSwap from "../../../sql/warehouse/embedded/core_swap.sql" with { type: "text" };
import loadedDatasets from "../../../sql/warehouse/embedded/loaded_datasets.sql" with {
  type: "text",
};
import { SIGNATURE } from "../../runtime/version.ts";
import { query } from "../../sql/query.ts";
import { Identifier, SqlTemplate } from "../../sql/template.ts";
import { coreBuildValues, LOADED_DATASET } from "../build_records.ts";
import {
  CORE_COUNTED,
  CORE_STANDING,
  coreDayValues,
  refuseUnequal,
  takenAwayCore,
} from "../core_results.ts";
import { neverLoaded, notLoaded } from "../mart_failures.ts";
import type { CoreResult } from "../repository.ts";
import { compact } from "../variables.ts";
import type { EmbeddedScope } from "./scope.ts";

const COUNTED = query("warehouse/embedded/core_counted", coreCounted, CORE_COUNTED);
const LOADED_DATASETS = query("warehouse/embedded/loaded_datasets", loadedDatasets, LOADED_DATASET);
const STANDS = query("warehouse/embedded/core_standing", coreStanding, CORE_STANDING);
const BUILD_END = new SqlTemplate(buildEnd);
const BUILD_WRITE = new SqlTemplate(buildWrite);
const BUILD_RATES = new SqlTemplate(coreBuildRates);
const CLEAR = new SqlTemplate(coreClear);
const DIMENSIONS = new SqlTemplate(coreDimensions);
const FACTS = new SqlTemplate(coreFacts);
const PLAN = new SqlTemplate(corePlan);
const SIDE_TABLES = new SqlTemplate(coreSideTables);
const SWAP = new SqlTemplate(coreSwap);

/**
 * Rebuilds one day of the core: side tables are filled, counted and swapped in, in one transaction
 * with the growth of the dimensions and the record of it. Whatever breaks it off leaves nothing.
 *
 * @throws FinpipeError of kind `prerequisite` where a dataset of the day was never loaded and nothing
 * stands; `data` where a row of staging does not give one fact
 */
export async function buildCore(
  scope: EmbeddedScope,
  day: Temporal.PlainDate,
): Promise<CoreResult> {
  const values = {
    ...coreDayValues(day),
    build_id: crypto.randomUUID(),
    step: "dwh",
    now: scope.timestamp,
    source: SIGNATURE,
    transactions_day_table: new Identifier(`fct_transactions_${compact(day)}`),
    rates_day_table: new Identifier(`fct_currency_rates_${compact(day)}`),
  };
  return await scope.session.transaction(async () => {
    const loads = await scope.select(LOADED_DATASETS, values);
    const missing = notLoaded(loads.map(({ dataset }) => dataset));
    const taken = missing.length === 0
      ? undefined
      : takenAwayCore(await scope.selectOne(STANDS, values));
    if (taken === undefined && missing.length > 0) throw neverLoaded("core", day, missing);
    const record = async (result: CoreResult, withoutRate: number) => {
      await scope.run(BUILD_END, values);
      await scope.run(BUILD_WRITE, { ...values, ...coreBuildValues(loads, result, withoutRate) });
      return result;
    };
    if (taken !== undefined) {
      await scope.execute(CLEAR, values);
      return await record(taken, 0);
    }
    await scope.execute(PLAN);
    await scope.execute(SIDE_TABLES, values);
    await scope.execute(DIMENSIONS, values);
    await scope.execute(FACTS, values);
    await scope.execute(BUILD_RATES, values);
    const counted = await scope.selectOne(COUNTED, values);
    refuseUnequal(day, counted);
    await scope.execute(CLEAR, values);
    await scope.execute(SWAP, values);
    const { transactions, currencyRates, withoutRate } = counted;
    return await record({ transactions, currencyRates }, withoutRate);
  });
}
