/** What holds of the mart: it counts what is loaded, at the rates that its build used. */
import { allOf } from "../../runtime/words.ts";
import { martCauses } from "../../standing/mart_standing.ts";
import { dollarsOf, perPart, sameDecimal } from "../decimals.ts";
import type { DayLink, Finding, Side } from "../difference.ts";
import type { BuildBook, CountedCurrency, DayBook, LeftOutBook, MartBook } from "../facts.ts";

/** The US dollar: it has no rate. */
export const DOLLAR = 420;
const TRANSACTIONS = ["transactions"] as const;
const MART_CHANGED = "the mart was changed by hand, or rows in the warehouse were";

/** The mart has the rows that its build made, and it is one build. */
const build: DayLink = {
  name: "build",
  sides: ["rows that were built, by the record", "rows of the mart"],
  datasets: TRANSACTIONS,
  find(book) {
    const { builds, mart, leftOut } = book.warehouse;
    const [one, ...others] = builds;
    if (one === undefined) return [];
    const found: Finding[] = [];
    if (others.length > 0) {
      const cause = "the records of builds were changed: more than one stands";
      found.push({ left: 1, right: builds.length, cause });
    }
    const cause =
      "rows of the mart were added or removed by hand, or the record of the build changed";
    if (one.rows !== mart.length) found.push({ left: one.rows, right: mart.length, cause });
    if (one.leftOut !== leftOut.length) {
      found.push({ left: one.leftOut, right: leftOut.length, cause: `${cause} (left out)` });
    }
    return found;
  },
};

/** Each loaded row is counted, left out with its currency, or not counted for one reason. */
const countedRows: DayLink = {
  name: "counted",
  sides: ["rows loaded", "counted, left out and not counted"],
  datasets: TRANSACTIONS,
  find(book) {
    const { loads, mart, leftOut, notCounted } = book.warehouse;
    const load = loads.transactions;
    if (load === undefined || notCounted === undefined || !isMartOfLoads(book)) return [];
    const right = sum(mart.map(({ transactions }) => transactions)) +
      sum(leftOut.map(({ transactions }) => transactions)) +
      notCounted.testAccounts + sum(notCounted.byStatus.values()) +
      sum(notCounted.byType.values());
    return load.rows === right ? [] : [{ left: load.rows, right, cause: MART_CHANGED }];
  },
};

/** Of each currency the mart has the rows that are counted; and no currency that nothing counts. */
const currencies: DayLink = {
  name: "cnt_transactions",
  sides: ["transactions counted", "transactions in the mart"],
  datasets: TRANSACTIONS,
  find: (book) =>
    ofCurrencies(book, ({ counted, row, left, isLeftOut }) => {
      if (counted === undefined) {
        if (row === undefined) return undefined;
        return {
          left: 0,
          right: row.transactions,
          cause: "no transaction of the currency is counted",
        };
      }
      if (row === undefined) {
        // It is in one of the two.
        if (isLeftOut || left !== undefined) return undefined;
        return { left: counted.transactions, right: null, cause: "the mart's row was removed" };
      }
      return unequal(counted.transactions, row.transactions);
    }),
};

const accounts: DayLink = {
  name: "cnt_accounts",
  sides: ["accounts counted", "accounts in the mart"],
  datasets: TRANSACTIONS,
  find: (book) =>
    ofCurrencies(
      book,
      ({ counted, row }) => counted && row && unequal(counted.accounts, row.accounts),
    ),
};

const perAccount: DayLink = {
  name: "avg_transactions",
  sides: ["transactions by accounts", "average in the mart"],
  datasets: TRANSACTIONS,
  find: (book) =>
    ofCurrencies(book, ({ counted, row }) => {
      if (counted === undefined || row === undefined) return undefined;
      return unequal(perPart(counted.transactions, counted.accounts), row.perAccount);
    }),
};

/** The amount in dollars is that of what is counted, at the rate that was used. */
const amounts: DayLink = {
  name: "amount_total",
  sides: ["amount counted, at the rate used", "amount in the mart"],
  datasets: TRANSACTIONS,
  find: (book) =>
    ofCurrencies(book, ({ counted, row, rate }) => {
      if (counted === undefined || row === undefined || rate == null) return undefined;
      return unequal(dollarsOf(counted.amountSum, rate), row.amountTotal);
    }),
};

/** A currency that is counted and had no rate was left out; and no other. */
const leftOutRows: DayLink = {
  name: "left_out",
  sides: ["counted without a rate", "recorded as left out"],
  datasets: TRANSACTIONS,
  find: (book) =>
    ofCurrencies(book, ({ counted, row, left, isLeftOut }) => {
      const cause =
        "what is recorded as left out was changed by hand, or rows in the warehouse were";
      if (left === undefined) {
        if (!isLeftOut || counted === undefined || row !== undefined) return undefined;
        return { left: counted.transactions, right: null, cause };
      }
      if (counted === undefined || row !== undefined) {
        return { left: 0, right: left.transactions, cause };
      }
      if (counted.transactions !== left.transactions) {
        return { left: counted.transactions, right: left.transactions, cause };
      }
      if (counted.amountSum === left.amountSum) return undefined;
      return { left: String(counted.amountSum), right: String(left.amountSum), cause };
    }),
};

/** The record has the rate of each currency that the mart has, none of those that were left out. */
const usedRates: DayLink = {
  name: "rate_used",
  sides: ["currency", "rate, by the record of the build"],
  datasets: TRANSACTIONS,
  find: (book) =>
    ofCurrencies(book, ({ currency, row, left, rate }) => {
      if (currency === DOLLAR) return undefined;
      const place = row !== undefined ? "in the mart" : left !== undefined ? "left out" : undefined;
      const cause = "the record of the rates that the build used was changed";
      if (place === undefined) {
        return rate === undefined ? undefined : { left: "not counted", right: rate, cause };
      }
      if (rate === undefined) return { left: place, right: "not recorded", cause };
      const isRight = (row !== undefined) === (rate !== null);
      return isRight ? undefined : { left: place, right: rate, cause };
    }),
};

/** A row says of which day and currency it is, and which build made it. */
const rowStamp: DayLink = {
  name: "mart_row",
  sides: ["by the build", "in the mart"],
  datasets: TRANSACTIONS,
  find(book) {
    const [build] = book.warehouse.builds;
    if (build === undefined) return [];
    return ofCurrencies(book, ({ currency, row, left }) => {
      const made = row === undefined ? [] : stampOf(book, build, row);
      if (left !== undefined) made.push([build.builtAt, left.loadedAt, "load_dt"]);
      const [wrong, ...others] = made.filter(([one, other]) => one !== other);
      if (wrong === undefined) return undefined;
      const columns = allOf([wrong, ...others].map(([, , column]) => column));
      const cause = `changed by hand (${columns}), or the record of the build was`;
      return { left: wrong[0], right: wrong[1], cause, currency };
    });
  },
};

function stampOf(
  { facts: { day } }: DayBook,
  { builtAt, version }: BuildBook,
  { key, currency, loadedAt, loadSource }: MartBook,
): [string, string, string][] {
  const number = day.toString().replaceAll("-", "");
  return [
    [String(Number(number) * 1000 + currency), key, "hk_global_metrics"],
    [builtAt, loadedAt, "load_dt"],
    [`finpipe ${version}`, loadSource, "load_src"],
  ];
}

export const MART_LINKS: readonly DayLink[] = [
  build,
  countedRows,
  currencies,
  accounts,
  perAccount,
  amounts,
  leftOutRows,
  usedRates,
  rowStamp,
];

/** What is known of a currency on a day. */
interface CurrencyBook {
  currency: number;
  counted: CountedCurrency | undefined;
  row: MartBook | undefined;
  left: LeftOutBook | undefined;
  /** That the build used; null where there was none, undefined where it is not recorded. */
  rate: string | null | undefined;
  /** It had no rate. */
  isLeftOut: boolean;
}

/** Looks at each currency of a day whose mart is of the loads that stand. */
function ofCurrencies(
  book: DayBook,
  find: (currency: CurrencyBook) => Omit<Finding, "currency"> | undefined,
): Finding[] {
  const { counted, mart, leftOut, usedRates } = book.warehouse;
  if (counted === undefined || !isMartOfLoads(book)) return [];
  const by = <Row extends { currency: number }>(rows: readonly Row[]) =>
    new Map(rows.map((row) => [row.currency, row]));
  const [countedBy, rows, left, rates] = [by(counted), by(mart), by(leftOut), by(usedRates)];
  const currencies = new Set([countedBy, rows, left, rates].flatMap((map) => [...map.keys()]));
  return [...currencies].sort((one, other) => one - other).flatMap((currency) => {
    const rate = currency === DOLLAR ? "1" : rates.get(currency)?.rate;
    const found = find({
      currency,
      counted: countedBy.get(currency),
      row: rows.get(currency),
      left: left.get(currency),
      rate,
      isLeftOut: rate === null,
    });
    return found === undefined ? [] : [{ ...found, currency }];
  });
}

/** Whether the mart was built from the loads that stand: else it is stale, and its figures are others. */
export function isMartOfLoads({ facts }: DayBook): boolean {
  const kinds = martCauses(facts, undefined).map(({ kind }) => kind);
  return facts.mart !== undefined && kinds.every((kind) => kind === "rates");
}

function unequal(left: Side, right: Side): Omit<Finding, "currency"> | undefined {
  const isEqual = typeof left === "string" && typeof right === "string"
    ? sameDecimal(left, right)
    : left === right;
  return isEqual ? undefined : { left, right, cause: MART_CHANGED };
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
