/** What both ends know of days, put together. */
import type { DateRange } from "../partitions/run_date.ts";
import type { DaysRepository, StagedDay } from "../staging/days.ts";
import type { WarehouseRepository } from "../warehouse/repository.ts";
import type { DayFacts, StagedFacts, WarehouseDay } from "./facts.ts";

/** Where the facts come from. */
export interface FactsEnds {
  readonly staging: { readonly days: Pick<DaysRepository, "staged"> };
  readonly warehouse: Pick<WarehouseRepository, "dayFacts">;
}

/**
 * Each day of the range that anything is known of, in order. The warehouse is asked first: what
 * was dumped and loaded between the two questions looks dumped and not yet loaded, as it was at that
 * time.
 */
export async function readDayFacts(
  { staging, warehouse }: FactsEnds,
  range: DateRange,
): Promise<DayFacts[]> {
  const inWarehouse = await warehouse.dayFacts(range);
  return joined(inWarehouse, await staging.days.staged(range));
}

/** A day that nothing is known of. */
export function unknownDay(day: Temporal.PlainDate): DayFacts {
  return {
    day,
    staged: { transactions: NOT_STAGED, currencies: NOT_STAGED },
    loads: { transactions: undefined, currencies: undefined },
    unfinished: undefined,
    core: undefined,
    mart: undefined,
  };
}

const NOT_STAGED: StagedFacts = { landed: 0, sources: [], dump: undefined };

/** What staging knows of one day. */
export function stagedOf(datasets: readonly StagedDay[]): DayFacts["staged"] {
  const staged = { transactions: NOT_STAGED, currencies: NOT_STAGED };
  for (const { dataset, day: _day, ...facts } of datasets) staged[dataset] = facts;
  return staged;
}

function joined(warehouse: readonly WarehouseDay[], staging: readonly StagedDay[]): DayFacts[] {
  const days = new Map<string, DayFacts>();
  for (const day of warehouse) days.set(`${day.day}`, { ...unknownDay(day.day), ...day });
  for (const [date, datasets] of Map.groupBy(staging, ({ day }) => `${day}`)) {
    const known = days.get(date) ?? unknownDay(datasets[0]!.day);
    days.set(date, { ...known, staged: stagedOf(datasets) });
  }
  return [...days.values()].sort((one, other) => Temporal.PlainDate.compare(one.day, other.day));
}
