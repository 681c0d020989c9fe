/** Reads what the page of the mart is made from. */
import type { DateRange } from "../partitions/run_date.ts";
import type { PageFacts } from "../rendering/mart/page/pack.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { WarehouseRepository } from "../warehouse/repository.ts";

export type PageWarehouse = Pick<WarehouseRepository, "dayFacts" | "martOrigins" | "mart">;

/** What the mart of a range is, and what its days were made from. */
export type MartFacts = Pick<PageFacts, "rows" | "days" | "origins">;

/** Reads before what was read is taken, though days changed meanwhile. */
const TRIES = 3;

/**
 * The warehouse is asked several times, so a day may be built between two of them: then all is read
 * again, a few times.
 *
 * @throws FinpipeError of kind `locked` where days changed with every try: a page of two builds would
 * say of one what is true of the other
 */
export async function readMartFacts(
  warehouse: PageWarehouse,
  range: DateRange,
): Promise<MartFacts> {
  let days = await warehouse.dayFacts(range);
  for (let tries = 1;; tries++) {
    const origins = await warehouse.martOrigins(range);
    const rows = await Array.fromAsync(warehouse.mart(range));
    const after = await warehouse.dayFacts(range);
    if (JSON.stringify(after) === JSON.stringify(days)) return { rows, days: after, origins };
    if (tries === TRIES) {
      throw new FinpipeError("locked", "The mart changed each time that it was read", {
        hint: "Try again when no backfill is running",
        passes: "soon",
      });
    }
    days = after;
  }
}
