/**
 * What holds of the core: it has each loaded row with its dimensions, and counts what the mart counts.
 * The two are computed apart from the same rows, so that each of them is a witness of the other.
 */
import { coreCauses } from "../../standing/core_standing.ts";
import { DATASET_NAMES, type DatasetName } from "../../events/dataset.ts";
import { allOf } from "../../runtime/words.ts";
import { roundedTo, sameDecimal } from "../decimals.ts";
import type { DayLink, DimensionLink, Finding, Side } from "../difference.ts";
import type { CoreBook, DayBook, FactsBook, Stamps } from "../facts.ts";
import { DOLLAR, isMartOfLoads } from "./mart.ts";
import { dateRow } from "./dim_dates.ts";

const TRANSACTIONS = ["transactions"] as const;
const UNBUILT_FACTS = "facts of a day that no build made: changed by hand";
const CORE_CHANGED = "the core was changed by hand, or rows in the warehouse were";

/** The core has the facts that its build made, and it is one build. */
const build: DayLink = {
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

/** Each loaded row is a fact. */
const loadedRows: DayLink = {
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
const amount: DayLink = {
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
const dimensions: DayLink = {
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
const accounts: DayLink = {
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
const dollars: DayLink = {
  name: "core_dollars",
  sides: ["facts", "facts whose dollars are those of amount and rate"],
  datasets: TRANSACTIONS,
  find: ofCore(({ warehouse: { core } }) =>
    factsWith(core, ({ otherDollars }) => otherDollars, "amounts or rates were changed by hand")
  ),
};

/** Facts have the rate that the record of their build has. */
const rateUsed: DayLink = {
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
const stamps: DayLink = {
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

/** The rates of the day are in the core as the last ones that were loaded. */
const rates: DayLink = {
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
const date: DayLink = {
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

/** Of each currency the core counts what the mart counts. */
const counted: DayLink = {
  name: "core_counted",
  sides: ["transactions counted, by the core", "transactions in the mart and left out"],
  datasets: TRANSACTIONS,
  find: ofBoth((book) => {
    const { core, mart, leftOut } = book.warehouse;
    const byCore = new Map(core.counted.map(({ currency, transactions }) => {
      return [currency, transactions];
    }));
    const byMart = new Map([...mart, ...leftOut].map(({ currency, transactions }) => {
      return [currency, transactions];
    }));
    return numerically([...byCore.keys(), ...byMart.keys()]).flatMap((currency) => {
      const [left, right] = [byCore.get(currency) ?? 0, byMart.get(currency) ?? 0];
      return left === right ? [] : [{ left, right, cause: DISAGREE, currency }];
    });
  }),
};

/** Of each currency the dollars of the facts are the mart's. */
const total: DayLink = {
  name: "core_total",
  sides: ["dollars of the facts that are counted", "amount in the mart"],
  datasets: TRANSACTIONS,
  find: ofBoth(({ warehouse: { core, mart, usedRates } }) => {
    const amounts = new Map(mart.map(({ currency, amountTotal }) => [currency, amountTotal]));
    const [byCore, byMart] = [core.usedRates, usedRates].map((used) =>
      new Map(used.map(({ currency, rate }) => [currency, rate]))
    );
    return core.counted.flatMap(({ currency, dollars }) => {
      const right = amounts.get(currency);
      // Where one of the two is stale by another rate, that is told of it.
      if (right === undefined || byCore!.get(currency) !== byMart!.get(currency)) return [];
      const left = dollars === null ? null : roundedTo(dollars, 2);
      const isSame = left !== null && sameDecimal(left, right);
      return isSame ? [] : [{ left, right, cause: DISAGREE, currency }];
    });
  }),
};

const DISAGREE = "the core or the mart was changed by hand";

/** Each fact says what its row in the warehouse says; where a deep audit asked. */
const values: DayLink = {
  name: "core_values",
  sides: ["rows in the warehouse", "rows whose fact says the same"],
  datasets: TRANSACTIONS,
  find: ofCore(({ warehouse: { core: { same }, staged } }) => {
    const left = staged.transactions.rows;
    return same === undefined || same === left ? [] : [{ left, right: same, cause: CORE_CHANGED }];
  }),
};

export const CORE_LINKS: readonly DayLink[] = [
  build,
  loadedRows,
  amount,
  dimensions,
  accounts,
  dollars,
  rateUsed,
  stamps,
  rates,
  date,
];

/** What core and mart say of each other. */
export const WITNESS_LINKS: readonly DayLink[] = [counted, total];

/** Those of a deep audit. */
export const DEEP_CORE_LINKS: readonly DayLink[] = [values];

/** A dimension has each member once, and says of it what it is. */
export const DIMENSION_LINKS: readonly DimensionLink[] = [
  {
    name: "core_members",
    sides: ["rows of the dimension", "members, each once, that say what they are"],
    find({ dimension, rows, keys, members, other }) {
      const once = Math.min(keys, members);
      const found: Omit<Finding, "currency">[] = [];
      if (once !== rows) {
        const cause = `${dimension} has a member twice: rows were added or changed by hand`;
        found.push({ left: rows, right: once, cause });
      }
      if (other > 0) {
        const cause = `values of ${dimension} were changed by hand`;
        found.push({ left: rows, right: rows - other, cause });
      }
      return found;
    },
  },
];

/** Facts of all currencies and rates. */
export function factsOf({ facts }: CoreBook): number {
  return facts.reduce((sum, row) => sum + row.facts, 0);
}

/** Whether the core is of the loads that stand: else it is stale, and its figures are others. */
function isOfLoads({ facts }: DayBook): boolean {
  return facts.core?.record !== undefined &&
    coreCauses(facts).every(({ kind }) => kind === "rates");
}

/** Looks at a day whose core is of the loads that stand. */
function ofCore(
  find: (book: DayBook, dataset: DatasetName) => Finding[],
): DayLink["find"] {
  return (book, dataset) => isOfLoads(book) ? find(book, dataset) : [];
}

/** Looks at a day on which core and mart both are. */
function ofBoth(find: (book: DayBook) => Finding[]): DayLink["find"] {
  return ofCore((book) => isMartOfLoads(book) ? find(book) : []);
}

/** What is said of facts, where a number of them is not as it should be. */
function factsWith(
  core: CoreBook,
  wrong: (row: FactsBook) => number,
  cause: string,
): Finding[] {
  const count = core.facts.reduce((sum, row) => sum + wrong(row), 0);
  const facts = factsOf(core);
  return count === 0 ? [] : [{ left: facts, right: facts - count, cause }];
}

function numerically(numbers: Iterable<number>): number[] {
  return [...new Set(numbers)].sort((one, other) => one - other);
}
