/** The result of building a mart, from the rows that either warehouse returns. */
import * as is from "../sql/columns.ts";
import type { RowOf } from "../sql/query.ts";
import type { LeftOutDays, MartDays, MartResult, MartRow } from "./repository.ts";

/** A currency of a mart that was built: of `mart_built.sql`, embedded of `mart_build.sql`. */
export const BUILT_CURRENCY = {
  currencyFrom: is.integer,
  cntTransactions: is.bigInteger,
  leftOut: is.boolean,
  rateDate: is.nullable(is.day),
};

/** `mart_standing.sql`. */
export const STANDING = { leftOut: is.boolean, rows: is.integer };

/** `mart_read.sql`. */
export const MART_ROW = {
  hk_global_metrics: is.text,
  date_update: is.text,
  currency_from: is.text,
  amount_total: is.text,
  cnt_transactions: is.text,
  avg_transactions_per_account: is.text,
  cnt_accounts_make_transactions: is.text,
  load_dt: is.text,
  load_src: is.text,
} satisfies Record<keyof MartRow, unknown>;

/** `report_left_out.sql`. */
export const LEFT_OUT_DAYS = {
  currencyFrom: is.integer,
  transactions: is.bigInteger,
  days: is.integer,
  firstDay: is.text,
  lastDay: is.text,
};

/** `report_days.sql`. */
export const MART_DAYS = {
  days: is.integer,
  firstDay: is.nullable(is.text),
  lastDay: is.nullable(is.text),
};

/** Of a mart that was built: its currencies, those that were left out and those at a rate. */
export function builtMart(
  currencies: readonly RowOf<typeof BUILT_CURRENCY>[],
  absent: MartResult["absent"],
): MartResult {
  const leftOut = currencies.filter((row) => row.leftOut).map((row) => ({
    currency: row.currencyFrom,
    transactions: row.cntTransactions,
  }));
  const rates = currencies.flatMap(({ currencyFrom, rateDate }) =>
    rateDate === null ? [] : [{ currency: currencyFrom, date: rateDate }]
  );
  return { rows: currencies.length - leftOut.length, leftOut, rates, absent };
}

/**
 * For a mart that lacks a load: its old rows have to be removed.
 *
 * @returns undefined where nothing stands
 */
export function takenAwayMart(
  standing: readonly RowOf<typeof STANDING>[],
): MartResult | undefined {
  const count = (isLeftOut: boolean) =>
    standing.find(({ leftOut }) => leftOut === isLeftOut)?.rows ?? 0;
  const takenAway = { rows: count(false), leftOut: count(true) };
  if (takenAway.rows + takenAway.leftOut === 0) return undefined;
  return { rows: 0, leftOut: [], rates: [], absent: { statuses: [], types: [] }, takenAway };
}

export function leftOutDays(row: RowOf<typeof LEFT_OUT_DAYS>): LeftOutDays {
  return {
    currency: row.currencyFrom,
    transactions: row.transactions,
    days: row.days,
    first: row.firstDay,
    last: row.lastDay,
  };
}

/** Undefined where there is no day. */
export function martDays(
  { days, firstDay, lastDay }: RowOf<typeof MART_DAYS>,
): MartDays | undefined {
  if (firstDay === null || lastDay === null) return undefined;
  return { days, first: firstDay, last: lastDay };
}
