/** What a report says beside the mart: days, left-out currencies, and days that are stale. */
import reportDays from "../../../sql/warehouse/vertica/report_days.sql" with { type: "text" };
import reportLeftOut from "../../../sql/warehouse/vertica/report_left_out.sql" with {
  type: "text",
};
import reportStale from "../../../sql/warehouse/vertica/report_stale.sql" with { type: "text" };
import type { DateRange } from "../../partitions/run_date.ts";
import { leftOutDays, martDays, staleDay } from "../mart_results.ts";
import type { LeftOutDays, MartDays, StaleDay } from "../repository.ts";
import type { VerticaScope } from "./scope.ts";
import type { VerticaRow } from "./connection/session.ts";

export async function readMartDays(
  scope: VerticaScope,
  range: DateRange,
): Promise<MartDays | undefined> {
  const [row] = await query(scope, reportDays, range);
  return martDays(row!);
}

export async function readLeftOut(scope: VerticaScope, range: DateRange): Promise<LeftOutDays[]> {
  return (await query(scope, reportLeftOut, range)).map(leftOutDays);
}

export async function readStaleDays(scope: VerticaScope, range: DateRange): Promise<StaleDay[]> {
  return (await query(scope, reportStale, range)).map(staleDay);
}

function query(
  scope: VerticaScope,
  script: string,
  { from, to }: DateRange,
): Promise<VerticaRow[]> {
  return scope.commit(script, { first_day: from.toString(), last_day: to.toString() });
}
