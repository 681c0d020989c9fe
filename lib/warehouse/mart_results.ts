/** The result of building a mart, from the rows that either warehouse returns. */
import { DATASET_NAMES } from "../events/dataset.ts";
import type { LeftOutDays, MartDays, MartResult, StaleCause, StaleDay } from "./repository.ts";

type TextRow = Readonly<Record<string, string | null | undefined>>;

/** Of a mart that was built: its currencies, those that were left out and those at a rate. */
export function builtMart(
  currencies: readonly TextRow[],
  absent: MartResult["absent"],
): MartResult {
  const leftOut = currencies.filter(({ left_out }) => left_out === "t").map((row) => ({
    currency: Number(row.currency_from),
    transactions: BigInt(row.cnt_transactions!),
  }));
  const rates = currencies.filter(({ rate_date }) => typeof rate_date === "string").map((row) => ({
    currency: Number(row.currency_from),
    date: Temporal.PlainDate.from(row.rate_date!),
  }));
  return { rows: currencies.length - leftOut.length, leftOut, rates, absent };
}

/**
 * For a mart that lacks a load: its old rows have to be removed.
 *
 * @param standing the answer to `mart_standing.sql`
 * @returns undefined where nothing stands
 */
export function takenAwayMart(standing: readonly TextRow[]): MartResult | undefined {
  const count = (leftOut: string) =>
    Number(standing.find(({ left_out }) => left_out === leftOut)?.rows ?? 0);
  const takenAway = { rows: count("f"), leftOut: count("t") };
  if (takenAway.rows + takenAway.leftOut === 0) return undefined;
  return { rows: 0, leftOut: [], rates: [], absent: { statuses: [], types: [] }, takenAway };
}

/** A row of `report_left_out.sql`. */
export function leftOutDays(row: TextRow): LeftOutDays {
  return {
    currency: Number(row.currency_from),
    transactions: BigInt(row.transactions!),
    days: Number(row.days),
    first: row.first_day!,
    last: row.last_day!,
  };
}

/** The row of `report_days.sql`; undefined where there is no day. */
export function martDays({ days, first_day, last_day }: TextRow): MartDays | undefined {
  if (days === "0") return undefined;
  return { days: Number(days), first: first_day!, last: last_day! };
}

/** A row of `report_stale.sql`. */
export function staleDay({ partition_date, cause, pending_dataset }: TextRow): StaleDay {
  const day = Temporal.PlainDate.from(partition_date!);
  const dataset = DATASET_NAMES.find((name) => name === pending_dataset);
  return { day, cause: cause as StaleCause, ...(dataset === undefined ? {} : { dataset }) };
}
