/** What a report says beside the mart: days, left-out currencies, and days that are stale. */
import reportDays from "../../../sql/warehouse/embedded/report_days.sql" with { type: "text" };
import reportLeftOut from "../../../sql/warehouse/embedded/report_left_out.sql" with {
  type: "text",
};
import reportStale from "../../../sql/warehouse/embedded/report_stale.sql" with { type: "text" };
import type { DateRange } from "../../partitions/run_date.ts";
import { query } from "../../sql/query.ts";
import {
  LEFT_OUT_DAYS,
  leftOutDays,
  MART_DAYS,
  martDays,
  STALE_DAY,
  staleDay,
} from "../mart_results.ts";
import type { LeftOutDays, MartDays, StaleDay } from "../repository.ts";
import { rangeValues } from "../variables.ts";
import type { EmbeddedScope } from "./scope.ts";

const DAYS = query("warehouse/embedded/report_days", reportDays, MART_DAYS);
const LEFT_OUT = query("warehouse/embedded/report_left_out", reportLeftOut, LEFT_OUT_DAYS);
const STALE = query("warehouse/embedded/report_stale", reportStale, STALE_DAY);

export async function readMartDays(
  scope: EmbeddedScope,
  range: DateRange,
): Promise<MartDays | undefined> {
  return martDays(await scope.selectOne(DAYS, rangeValues(range)));
}

export async function readLeftOut(scope: EmbeddedScope, range: DateRange): Promise<LeftOutDays[]> {
  return (await scope.select(LEFT_OUT, rangeValues(range))).map(leftOutDays);
}

export async function readStaleDays(scope: EmbeddedScope, range: DateRange): Promise<StaleDay[]> {
  return (await scope.select(STALE, rangeValues(range))).map(staleDay);
}
