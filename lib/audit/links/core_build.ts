/** The facts of the core are those that the record of their build says. */
import { allOf } from "../../runtime/words.ts";
import { DATASET_NAMES } from "../../events/dataset.ts";
import { sameDecimal } from "../decimals.ts";
import type { DayLink, Finding, Side } from "../difference.ts";
import type { Stamps } from "../facts.ts";
import { factsOf, ofCore, TRANSACTIONS } from "./core_days.ts";
import { DOLLAR } from "./mart.ts";

/** The core has the facts that its build made, and it is one build. */
export const build: DayLink = {
  name: "core_build",
  sides: ["facts that were built, by the record", "facts of the core"],
  datasets: TRANSACTIONS,
  find({ facts, warehouse: { core } }) {
    const [one, ...others] = core.builds;
    // Nobody knows what a build that is not over has made.
    if (one === undefined || facts.core?.unfinished === true) return [];
    const found: Finding[] = [];
    if (others.length > 0) {
      const cause = "the records of builds were changed: more than one of the core stands";
      found.push({ left: 1, right: core.builds.length, cause });
    }
    const cause = "facts were added or removed by hand, or the record of the build changed";
    const count = factsOf(core);
    if (one.rows !== count) found.push({ left: one.rows, right: count, cause });
    if (one.statuses.length > 0 || one.types !== undefined) {
      const said = [...one.statuses, ...one.types ?? []].join(",");
      found.push({ left: "every fact", right: said, cause: "the record of the build was changed" });
    }
    const without = core.usedRates.filter(({ rate }) => rate === null).length;
    if (one.leftOut !== without) {
      found.push({
        left: one.leftOut,
        right: without,
        cause: "the record of the build was changed (currencies without a rate)",
      });
    }
    return found;
  },
};

/** Facts have the rate that the record of their build has. */
export const rateUsed: DayLink = {
  name: "core_rate",
  sides: ["rate, by the record of the build", "rate of the facts"],
  datasets: TRANSACTIONS,
  find: ofCore(({ warehouse: { core } }) => {
    const used = new Map(core.usedRates.map(({ currency, rate }) => [currency, rate]));
    const found = new Map<number, Finding>();
    const cause = "rates of facts were changed by hand, or the record of the build was";
    for (const { currency, rate } of core.facts) {
      const recorded = currency === DOLLAR ? "1" : used.get(currency);
      const isSame = recorded === undefined || recorded === null || rate === null
        ? recorded === rate
        : sameDecimal(recorded, rate);
      if (isSame) continue;
      const left = recorded === undefined ? "not recorded" : recorded ?? "none";
      found.set(currency, { left, right: rate ?? "none", cause, currency });
    }
    const currencies = new Set(core.facts.map(({ currency }) => currency));
    for (const [currency, rate] of used) {
      if (currencies.has(currency)) continue;
      found.set(currency, { left: rate ?? "none", right: "no facts", cause, currency });
    }
    return [...found.values()];
  }),
};

/** Rows say which build made them. */
export const stamps: DayLink = {
  name: "core_row",
  sides: ["by the build", "in the core"],
  datasets: DATASET_NAMES,
  find: ofCore(({ warehouse: { core } }, dataset) => {
    const [build] = core.builds;
    if (build === undefined) return [];
    const { stamps } = core.rates;
    const found = dataset === "transactions"
      ? core.facts.map(({ stamps }) => stamps)
      : stamps === undefined
      ? []
      : [stamps];
    const source = `finpipe ${build.version}`;
    const wrong = found.flatMap(({ loadedAt, loadSource }: Stamps): [Side, Side, string][] => [
      ...loadedAt.filter((at) => at !== build.builtAt)
        .map((at): [Side, Side, string] => [build.builtAt, at, "load_dt"]),
      ...loadSource.filter((by) => by !== source)
        .map((by): [Side, Side, string] => [source, by, "load_src"]),
    ]);
    const [first] = wrong;
    if (first === undefined) return [];
    const columns = allOf([...new Set(wrong.map(([, , column]) => column))]);
    const cause = `changed by hand (${columns}), or the record of the build was`;
    return [{ left: first[0], right: first[1], cause }];
  }),
};
