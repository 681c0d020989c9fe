/** What a report says beside the mart: days, and left-out currencies. */
import reportDays from "../../../sql/warehouse/embedded/report_days.sql" with { type: "text" };
import reportLeftOut from "../../../sql/warehouse/embedded/report_left_out.sql" with {
  type: "text",
};
import type { DateRange } from "../../partitions/run_date.ts";
import { query } from "../../sql/query.ts";
import { LEFT_OUT_DAYS, leftOutDays, MART_DAYS, martDays } from "../mart_results.ts";
import type { LeftOutDays, MartDays } from "../repository.ts";
import { rangeValues } from "../variables.ts";
import type { EmbeddedScope } from "./scope.ts";

const DAYS = query("warehouse/embedded/report_days", reportDays, MART_DAYS);
const LEFT_OUT = query("warehouse/embedded/report_left_out", reportLeftOut, LEFT_OUT_DAYS);

export async function readMartDays(
  scope: EmbeddedScope,
  range: DateRange,
): Promise<MartDays | undefined> {
  return martDays(await scope.selectOne(DAYS, rangeValues(range)));
}

export async function readLeftOut(scope: EmbeddedScope, range: DateRange): Promise<LeftOutDays[]> {
  return (await scope.select(LEFT_OUT, rangeValues(range))).map(leftOutDays);
}
