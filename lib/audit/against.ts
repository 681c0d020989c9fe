/** The same figures from another system, compared with what the mart counts: `audit --against`. Pure. */
import { counted } from "../runtime/words.ts";
import type { Difference, Finding } from "./difference.ts";
import type { DayBook } from "./facts.ts";

/** What another system counts of a currency on a day. */
export interface OtherFigure {
  count: number;
  /** In minor units. */
  sum: bigint;
}

/** By date, then by currency. */
export type OtherFigures = ReadonlyMap<string, ReadonlyMap<number, OtherFigure>>;

/** The links of such figures. */
export const AGAINST_LINKS = [
  {
    name: "against_count",
    sides: ["transactions counted here", "in the other system's file"],
  },
  { name: "against_sum", sides: ["amounts counted here", "in the other system's file"] },
] as const;

/**
 * Each figure that is not the same on both sides, or is on one side only.
 *
 * @param isCompared whether a date of the other system is one that was audited
 */
export function againstDifferences(
  days: readonly DayBook[],
  others: OtherFigures,
  isCompared: (day: Temporal.PlainDate) => boolean,
): Difference[] {
  const books = new Map(days.map((book) => [book.facts.day.toString(), book]));
  const dates = [...new Set([...books.keys(), ...others.keys()])].sort();
  return dates.flatMap((date) => {
    const day = Temporal.PlainDate.from(date);
    if (!isCompared(day)) return [];
    const ours = new Map(
      (books.get(date)?.warehouse.counted ?? []).map((row) => [row.currency, row]),
    );
    const theirs = others.get(date) ?? new Map<number, OtherFigure>();
    const currencies = [...new Set([...ours.keys(), ...theirs.keys()])];
    return currencies.sort((one, other) => one - other).flatMap((currency) => {
      const our = ours.get(currency);
      const found = compared(
        our && { count: our.transactions, sum: our.amountSum },
        theirs.get(currency),
        books.get(date),
      );
      return found.map(({ link, ...finding }) => {
        return { day, dataset: "transactions" as const, link, ...finding, currency };
      });
    });
  });
}

/** How many dates of the other system are not among those that were audited. */
export function notCompared(
  others: OtherFigures,
  isCompared: (day: Temporal.PlainDate) => boolean,
): number {
  return [...others.keys()].filter((date) => !isCompared(Temporal.PlainDate.from(date))).length;
}

/** A figure of nothing is the same as none. What is on one side only is told once. */
function compared(
  our: OtherFigure | undefined,
  their: OtherFigure | undefined,
  book: DayBook | undefined,
): (Finding & { link: string })[] {
  const [count, sum] = AGAINST_LINKS.map(({ name }) => name) as [string, string];
  if (our === undefined || their === undefined) {
    const only = our ?? their;
    if (only === undefined || (only.count === 0 && only.sum === 0n)) return [];
    const cause = their === undefined ? "the other system's file has no such row" : oursIs(book);
    return [{ link: count, left: our?.count ?? null, right: their?.count ?? null, cause }];
  }
  const found: (Finding & { link: string })[] = [];
  if (our.count !== their.count) {
    const more = counted(Math.abs(their.count - our.count), "transaction");
    const cause = `the other system counts ${more} ${their.count > our.count ? "more" : "less"}`;
    found.push({ link: count, left: our.count, right: their.count, cause });
  }
  if (our.sum !== their.sum) {
    const cause = `the other system's sum is ${their.sum > our.sum ? "greater" : "less"} by ` +
      `${their.sum > our.sum ? their.sum - our.sum : our.sum - their.sum}`;
    found.push({ link: sum, left: String(our.sum), right: String(their.sum), cause });
  }
  return found;
}

/** Why there is no such figure here. */
function oursIs(book: DayBook | undefined): string {
  if (book === undefined) return "nothing is known of this day here";
  if (book.warehouse.counted === undefined) return "the day was never built here";
  return "nothing of the currency is counted here";
}
