/** Asks the warehouse for the mart that `serve` shows: opened for one question, then closed. */
import type { DateRange } from "../partitions/run_date.ts";
import type { WarehouseDay } from "../standing/facts.ts";
import { type MartFacts, type PageWarehouse, readMartFacts } from "./page_facts.ts";

/** What was read, and the range that it was read of, which grows at midnight. */
export interface ReadMart extends MartFacts {
  range: DateRange;
}

/**
 * Asks for the records of the days; for the mart only where they are others than those that are held.
 *
 * @returns the held one where nothing changed
 */
export async function readChanged(
  warehouse: PageWarehouse,
  range: DateRange,
  held: ReadMart | undefined,
): Promise<ReadMart> {
  if (held !== undefined && `${held.range.to}` === `${range.to}`) {
    const days = await warehouse.dayFacts(range);
    if (same(days, held.days)) return held;
  }
  return { ...await readMartFacts(warehouse, range), range };
}

function same(one: readonly WarehouseDay[], other: readonly WarehouseDay[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
