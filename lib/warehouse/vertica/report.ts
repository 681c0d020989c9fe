/** What a report says beside the mart: days, and left-out currencies. */
import reportDays from "../../../sql/warehouse/vertica/report_days.sql" with { type: "text" };
import reportLeftOut from "../../../sql/warehouse/vertica/report_left_out.sql" with {
  type: "text",
};
import type { DateRange } from "../../partitions/run_date.ts";
import type { Query } from "../../sql/query.ts";
import { LEFT_OUT_DAYS, leftOutDays, MART_DAYS, martDays } from "../mart_results.ts";
import type { LeftOutDays, MartDays } from "../repository.ts";
import { rangeValues } from "../variables.ts";
import { verticaQuery } from "./query.ts";
import type { VerticaScope } from "./scope.ts";

const DAYS = verticaQuery("report_days", reportDays, MART_DAYS);
const LEFT_OUT = verticaQuery("report_left_out", reportLeftOut, LEFT_OUT_DAYS);

export async function readMartDays(
  scope: VerticaScope,
  range: DateRange,
): Promise<MartDays | undefined> {
  return martDays(await scope.transaction(() => scope.selectOne(DAYS, rangeValues(range))));
}

export async function readLeftOut(scope: VerticaScope, range: DateRange): Promise<LeftOutDays[]> {
  return (await read(scope, LEFT_OUT, range)).map(leftOutDays);
}

function read<Row>(
  scope: VerticaScope,
  query: Query<Row>,
  range: DateRange,
): Promise<Row[]> {
  return scope.transaction(() => scope.select(query, rangeValues(range)));
}
