/**
 * The core counts what the mart counts. The two are computed apart from the same rows, so that each of them
 * is a witness of the other.
 */
import { roundedTo, sameDecimal } from "../decimals.ts";
import type { DayLink, Finding } from "../difference.ts";
import type { DayBook } from "../facts.ts";
import { ofCore, TRANSACTIONS } from "./core_days.ts";
import { isMartOfLoads } from "./mart.ts";

const DISAGREE = "the core or the mart was changed by hand";

/** Of each currency the core counts what the mart counts. */
export const counted: DayLink = {
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
export const total: DayLink = {
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

/** Looks at a day on which core and mart both are. */
function ofBoth(find: (book: DayBook) => Finding[]): DayLink["find"] {
  return ofCore((book) => isMartOfLoads(book) ? find(book) : []);
}

function numerically(numbers: Iterable<number>): number[] {
  return [...new Set(numbers)].sort((one, other) => one - other);
}
