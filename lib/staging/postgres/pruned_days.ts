/** Which days were pruned (finpipe.pruned_days). */
import prunedAmongSql from "../../../sql/staging/pruned_among.sql" with { type: "text" };
import { select } from "../../postgres/run.ts";
import type { SqlSession } from "../../postgres/session.ts";
import { text, timestamp } from "../../sql/columns.ts";
import { query } from "../../sql/query.ts";

/** A day that was pruned, and when. */
export const PRUNED_DAY = { day: text, prunedAt: timestamp };

const PRUNED_AMONG = query("staging/pruned_among", prunedAmongSql, PRUNED_DAY);

/** Those of some days that were pruned, each with the time, UTC. */
export async function prunedAmong(
  session: SqlSession,
  days: readonly string[],
): Promise<Map<string, Temporal.PlainDateTime>> {
  if (days.length === 0) return new Map();
  const pruned = await select(session, PRUNED_AMONG, { days: `{${days.join()}}` });
  return new Map(pruned.map(({ day, prunedAt }) => [day, prunedAt]));
}
