/** The facts of the core are the rows that were loaded, each with its dimensions. */
import { DATASET_NAMES } from "../../events/dataset.ts";
import { sameDecimal } from "../decimals.ts";
import type { DayLink } from "../difference.ts";
import {
  CORE_CHANGED,
  factsOf,
  factsWith,
  isOfLoads,
  ofCore,
  TRANSACTIONS,
  UNBUILT_FACTS,
} from "./core_days.ts";

/** Each loaded row is a fact. */
export const loadedRows: DayLink = {
  name: "core_facts",
  sides: ["rows loaded", "facts of the core"],
  datasets: TRANSACTIONS,
  find(book) {
    const { facts, warehouse: { core, loads } } = book;
    const right = factsOf(core);
    if (facts.core === undefined) {
      if (right === 0 || loads.transactions !== undefined) return [];
      return [{ left: null, right, cause: UNBUILT_FACTS }];
    }
    const left = loads.transactions?.rows;
    if (left === undefined || left === right || !isOfLoads(book)) return [];
    return [{ left, right, cause: CORE_CHANGED }];
  },
};

/** The facts add up to what is loaded. */
export const amount: DayLink = {
  name: "core_amount",
  sides: ["sum of the amounts loaded", "sum of the facts"],
  datasets: TRANSACTIONS,
  find: ofCore(({ warehouse: { core, staged } }) => {
    const left = staged.transactions.controlTotal;
    const right = String(core.facts.reduce((sum, { amountSum }) => sum + amountSum, 0n));
    return sameDecimal(left, right) ? [] : [{ left, right, cause: CORE_CHANGED }];
  }),
};

/** Each fact finds its row of each dimension. */
export const dimensions: DayLink = {
  name: "core_dimensions",
  sides: ["facts", "facts that find their dimensions"],
  datasets: DATASET_NAMES,
  find: ofCore(({ warehouse: { core } }, dataset) => {
    const cause = (table: string) =>
      `rows of ${table} were removed or changed by hand, or keys of the facts were`;
    if (dataset === "currencies") {
      const { facts, without } = core.rates;
      if (without === 0) return [];
      return [{ left: facts, right: facts - without, cause: cause("dim_currencies or dim_dates") }];
    }
    const facts = factsOf(core);
    const tables = new Set(core.facts.flatMap(({ without }) => [...without.keys()]));
    return [...tables].flatMap((table) => {
      const without = core.facts.reduce((sum, row) => sum + (row.without.get(table) ?? 0), 0);
      if (without === 0) return [];
      return [{ left: facts, right: facts - without, cause: cause(table) }];
    });
  }),
};

/** Facts say of their accounts what the accounts are. */
export const accounts: DayLink = {
  name: "core_accounts",
  sides: ["facts", "facts that say of their accounts what these say"],
  datasets: TRANSACTIONS,
  find: ofCore(({ warehouse: { core } }) => [
    ...factsWith(core, ({ otherTest }) => otherTest, "is_test was changed by hand"),
    ...factsWith(
      core,
      ({ seenLater }) => seenLater,
      "first_seen_date of an account was changed by hand",
    ),
  ]),
};

/** What a fact is worth is its amount at its rate. */
export const dollars: DayLink = {
  name: "core_dollars",
  sides: ["facts", "facts whose dollars are those of amount and rate"],
  datasets: TRANSACTIONS,
  find: ofCore(({ warehouse: { core } }) =>
    factsWith(core, ({ otherDollars }) => otherDollars, "amounts or rates were changed by hand")
  ),
};

/** Each fact says what its row in the warehouse says; where a deep audit asked. */
export const values: DayLink = {
  name: "core_values",
  sides: ["rows in the warehouse", "rows whose fact says the same"],
  datasets: TRANSACTIONS,
  find: ofCore(({ warehouse: { core: { same }, staged } }) => {
    const left = staged.transactions.rows;
    return same === undefined || same === left ? [] : [{ left, right: same, cause: CORE_CHANGED }];
  }),
};
