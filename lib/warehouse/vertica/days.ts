/** What the records of the Vertica warehouse say of its days. */
import daysBuilds from "../../../sql/warehouse/vertica/days_builds.sql" with { type: "text" };
import daysLoads from "../../../sql/warehouse/vertica/days_loads.sql" with { type: "text" };
import daysMarts from "../../../sql/warehouse/vertica/days_marts.sql" with { type: "text" };
import daysPending from "../../../sql/warehouse/vertica/days_pending.sql" with { type: "text" };
import daysRates from "../../../sql/warehouse/vertica/days_rates.sql" with { type: "text" };
import daysRatesUsed from "../../../sql/warehouse/vertica/days_rates_used.sql" with {
  type: "text",
};
import type { DateRange } from "../../partitions/run_date.ts";
import { quickQuery } from "../../sql/query.ts";
import type { WarehouseDay } from "../../standing/facts.ts";
import {
  DAY_BUILD,
  DAY_LOAD,
  DAY_MART,
  DAY_PENDING,
  DAY_RATE,
  DAY_RATE_USED,
  quickRate,
  quickRateUsed,
  warehouseDays,
} from "../day_facts.ts";
import { rangeValues } from "../variables.ts";
import { verticaQuery } from "./query.ts";
import type { VerticaScope } from "./scope.ts";

const LOADS = verticaQuery("days_loads", daysLoads, DAY_LOAD);
const PENDING = verticaQuery("days_pending", daysPending, DAY_PENDING);
const BUILDS = verticaQuery("days_builds", daysBuilds, DAY_BUILD);
const MARTS = verticaQuery("days_marts", daysMarts, DAY_MART);
const RATES = quickQuery(verticaQuery("days_rates", daysRates, DAY_RATE), quickRate);
const USED = quickQuery(
  verticaQuery("days_rates_used", daysRatesUsed, DAY_RATE_USED),
  quickRateUsed,
);

export function readDayFacts(scope: VerticaScope, range: DateRange): Promise<WarehouseDay[]> {
  return scope.transaction(() => selectDayFacts(scope, range));
}

/** In the caller's transaction. */
export async function selectDayFacts(
  scope: VerticaScope,
  range: DateRange,
): Promise<WarehouseDay[]> {
  return warehouseDays(await readDayRecords(scope, range));
}

/** The records that they come from, likewise. */
export async function readDayRecords(scope: VerticaScope, range: DateRange) {
  const days = rangeValues(range);
  return {
    loads: await scope.select(LOADS, days),
    pending: await scope.select(PENDING, days),
    builds: await scope.select(BUILDS, days),
    marts: await scope.select(MARTS, days),
    rates: await scope.select(RATES, days),
    used: await scope.select(USED, days),
  };
}
