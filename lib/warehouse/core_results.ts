/** What either warehouse counts of a core, and judges a build of it by (contract, section 7). */
import { FinpipeError } from "../runtime/errors.ts";
import * as is from "../sql/columns.ts";
import type { RowOf } from "../sql/query.ts";
import type { SqlValues } from "../sql/template.ts";
import type { CoreResult } from "./repository.ts";
import { dayValues } from "./variables.ts";

/** `core_counted.sql`: facts in the side tables, currencies without a rate, rows in staging. */
export const CORE_COUNTED = {
  transactions: is.integer,
  currencyRates: is.integer,
  withoutRate: is.integer,
  staged: is.integer,
};

/** `core_standing.sql`. */
export const CORE_STANDING = {
  transactions: is.integer,
  currencyRates: is.integer,
  isBuilt: is.boolean,
};

/** A day with what `dim_dates` says of it; ISO 8601 weeks, 1 is Monday. */
export function coreDayValues(day: Temporal.PlainDate): SqlValues {
  return {
    ...dayValues(day),
    year: day.year,
    quarter: Math.ceil(day.month / 3),
    month: day.month,
    month_day: day.day,
    iso_year: day.yearOfWeek!,
    iso_week: day.weekOfYear!,
    weekday: day.dayOfWeek,
    is_weekend: day.dayOfWeek > 5,
  };
}

/**
 * For a core that lacks a load: its old facts have to be removed.
 *
 * @returns undefined where nothing stands
 */
export function takenAwayCore(
  { transactions, currencyRates, isBuilt }: RowOf<typeof CORE_STANDING>,
): CoreResult | undefined {
  if (!isBuilt && transactions + currencyRates === 0) return undefined;
  return { transactions: 0, currencyRates: 0, takenAway: { transactions, currencyRates } };
}

/**
 * Before the swap: each staged row has its fact, and only one.
 *
 * @throws FinpipeError of kind `data`; what stands is left then
 */
export function refuseUnequal(
  day: Temporal.PlainDate,
  { transactions, staged }: RowOf<typeof CORE_COUNTED>,
): void {
  if (transactions === staged) return;
  throw new FinpipeError(
    "data",
    `Cannot build the core for ${day}: staging has ${staged} transactions, and they give ` +
      `${transactions} facts`,
    { hint: "A dimension has a member twice, or lost one: 'finpipe audit' tells which" },
  );
}
