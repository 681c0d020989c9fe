/** What the records of the embedded warehouse say of its days. */
import daysBuilds from "../../../sql/warehouse/embedded/days_builds.sql" with { type: "text" };
import daysLoads from "../../../sql/warehouse/embedded/days_loads.sql" with { type: "text" };
import daysMarts from "../../../sql/warehouse/embedded/days_marts.sql" with { type: "text" };
import daysRates from "../../../sql/warehouse/embedded/days_rates.sql" with { type: "text" };
import daysRatesUsed from "../../../sql/warehouse/embedded/days_rates_used.sql" with {
  type: "text",
};
import type { DateRange } from "../../partitions/run_date.ts";
import { query, quickQuery } from "../../sql/query.ts";
import type { WarehouseDay } from "../../standing/facts.ts";
import {
  DAY_BUILD,
  DAY_LOAD,
  DAY_MART,
  DAY_RATE,
  DAY_RATE_USED,
  quickRate,
  quickRateUsed,
  warehouseDays,
} from "../day_facts.ts";
import { rangeValues } from "../variables.ts";
import type { EmbeddedScope } from "./scope.ts";

const LOADS = query("warehouse/embedded/days_loads", daysLoads, DAY_LOAD);
const BUILDS = query("warehouse/embedded/days_builds", daysBuilds, DAY_BUILD);
const MARTS = query("warehouse/embedded/days_marts", daysMarts, DAY_MART);
const RATES = quickQuery(query("warehouse/embedded/days_rates", daysRates, DAY_RATE), quickRate);
const USED = quickQuery(
  query("warehouse/embedded/days_rates_used", daysRatesUsed, DAY_RATE_USED),
  quickRateUsed,
);

export function readDayFacts(scope: EmbeddedScope, range: DateRange): Promise<WarehouseDay[]> {
  return scope.session.transaction(() => selectDayFacts(scope, range));
}

/** In the caller's transaction. */
export async function selectDayFacts(
  scope: EmbeddedScope,
  range: DateRange,
): Promise<WarehouseDay[]> {
  return warehouseDays(await readDayRecords(scope, range));
}

/** The records that they come from, likewise. */
export async function readDayRecords(scope: EmbeddedScope, range: DateRange) {
  const days = rangeValues(range);
  return {
    loads: await scope.select(LOADS, days),
    builds: await scope.select(BUILDS, days),
    marts: await scope.select(MARTS, days),
    rates: await scope.select(RATES, days),
    used: await scope.select(USED, days),
  };
}
