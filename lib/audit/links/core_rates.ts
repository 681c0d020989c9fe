/** The rates and the date of the day are in the core as they were loaded. */
import { allOf } from "../../runtime/words.ts";
import type { DayLink } from "../difference.ts";
import { CORE_CHANGED, isOfLoads, ofCore, TRANSACTIONS, UNBUILT_FACTS } from "./core_days.ts";
import { dateRow } from "./dim_dates.ts";

/** The rates of the day are in the core as the last ones that were loaded. */
export const rates: DayLink = {
  name: "core_rates",
  sides: ["pairs of currencies that have a rate", "facts with the latest one"],
  datasets: ["currencies"],
  find(book) {
    const { facts: { core }, warehouse } = book;
    const { staged, facts, same } = warehouse.core.rates;
    if (core === undefined && warehouse.loads.currencies === undefined && facts > 0) {
      return [{ left: null, right: facts, cause: UNBUILT_FACTS }];
    }
    if (!isOfLoads(book) || (staged === same && facts === same)) return [];
    return [{ left: staged, right: facts === staged ? same : facts, cause: CORE_CHANGED }];
  },
};

/** The date of the day is there once, with what is known of it. */
export const date: DayLink = {
  name: "core_date",
  sides: ["of the date", "in dim_dates"],
  datasets: TRANSACTIONS,
  find: ofCore(({ facts: { day }, warehouse: { core } }) => {
    const [row, ...others] = core.dates;
    // A date that is missing is missing for its facts.
    if (row === undefined) return [];
    if (others.length > 0) {
      const cause = "rows of dim_dates were added by hand";
      return [{ left: 1, right: core.dates.length, cause }];
    }
    const wrong = Object.entries(dateRow(day))
      .filter(([name, value]) => value !== row[name as keyof typeof row]);
    const [first] = wrong;
    if (first === undefined) return [];
    const columns = allOf(wrong.map(([name]) => name));
    const cause = `changed by hand (${columns})`;
    return [{ left: first[1], right: row[first[0] as keyof typeof row], cause }];
  }),
};
