/** What a test warehouse knows of its days. */
import { FIRST_DAY, LAST_DAY } from "../../../lib/partitions/run_date.ts";
import { unfinishedCause } from "../../../lib/standing/load_standing.ts";
import { isUnbuilt, martStanding } from "../../../lib/standing/mart_standing.ts";
import type { TestWarehouse } from "./warehouses.ts";

/** All days. */
export const ALL = { from: FIRST_DAY, to: LAST_DAY };

/** What the marts of tests count. */
export const DONE = { statuses: ["done"], types: undefined, strict: false };

/** The days whose mart is not what it should be, each with its cause. */
export async function staleDays(
  { warehouse }: Pick<TestWarehouse, "warehouse">,
  range = ALL,
  asked: { statuses: string[]; types: string[] | undefined } = DONE,
): Promise<string[]> {
  return (await warehouse.dayFacts(range)).flatMap((facts) => {
    const { day, unfinished } = facts;
    if (unfinished !== undefined) return [`${day} ${unfinishedCause(unfinished)}`];
    if (isUnbuilt(facts)) return [`${day} unbuilt`];
    const { cause } = martStanding(facts, asked);
    return cause === null ? [] : [`${day} ${cause}`];
  });
}
