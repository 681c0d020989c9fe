/** What the embedded warehouse's mart was made from, by its records. */
import originsBuilds from "../../../sql/warehouse/embedded/origins_builds.sql" with {
  type: "text",
};
import originsLeftOut from "../../../sql/warehouse/embedded/origins_left_out.sql" with {
  type: "text",
};
import originsLoads from "../../../sql/warehouse/embedded/origins_loads.sql" with { type: "text" };
import originsRates from "../../../sql/warehouse/embedded/origins_rates.sql" with { type: "text" };
import type { DateRange } from "../../partitions/run_date.ts";
import { query } from "../../sql/query.ts";
import {
  type MartOrigins,
  martOrigins,
  ORIGIN_BUILD,
  ORIGIN_LEFT_OUT,
  ORIGIN_LOAD,
  ORIGIN_RATE,
} from "../mart_origins.ts";
import { rangeValues } from "../variables.ts";
import type { EmbeddedScope } from "./scope.ts";

const BUILDS = query("warehouse/embedded/origins_builds", originsBuilds, ORIGIN_BUILD);
const LOADS = query("warehouse/embedded/origins_loads", originsLoads, ORIGIN_LOAD);
const RATES = query("warehouse/embedded/origins_rates", originsRates, ORIGIN_RATE);
const LEFT_OUT = query("warehouse/embedded/origins_left_out", originsLeftOut, ORIGIN_LEFT_OUT);

export function readMartOrigins(scope: EmbeddedScope, range: DateRange): Promise<MartOrigins> {
  const days = rangeValues(range);
  return scope.session.transaction(async () =>
    martOrigins({
      builds: await scope.select(BUILDS, days),
      loads: await scope.select(LOADS, days),
      rates: await scope.select(RATES, days),
      leftOut: await scope.select(LEFT_OUT, days),
    })
  );
}
