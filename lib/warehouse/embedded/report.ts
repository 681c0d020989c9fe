/** What a report says beside the mart: days, left-out currencies, and days that are stale. */
import reportDays from "../../../sql/warehouse/embedded/report_days.sql" with { type: "text" };
import reportLeftOut from "../../../sql/warehouse/embedded/report_left_out.sql" with {
  type: "text",
};
import reportStale from "../../../sql/warehouse/embedded/report_stale.sql" with { type: "text" };
import type { DateRange } from "../../partitions/run_date.ts";
import type { SqlRow } from "../../postgres/session.ts";
import { leftOutDays, martDays, staleDay } from "../mart_results.ts";
import type { LeftOutDays, MartDays, StaleDay } from "../repository.ts";
import { forSchemas } from "../sql_template.ts";
import type { EmbeddedScope } from "./scope.ts";

export async function readMartDays(
  scope: EmbeddedScope,
  range: DateRange,
): Promise<MartDays | undefined> {
  const [row] = await query(scope, reportDays, range);
  return martDays(row!);
}

export async function readLeftOut(scope: EmbeddedScope, range: DateRange): Promise<LeftOutDays[]> {
  return (await query(scope, reportLeftOut, range)).map(leftOutDays);
}

export async function readStaleDays(scope: EmbeddedScope, range: DateRange): Promise<StaleDay[]> {
  return (await query(scope, reportStale, range)).map(staleDay);
}

function query(
  { session, schemas }: EmbeddedScope,
  sql: string,
  { from, to }: DateRange,
): Promise<SqlRow[]> {
  return session.query(forSchemas(sql, schemas), [from.toString(), to.toString()]);
}
