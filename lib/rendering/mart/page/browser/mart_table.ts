/** The rows of the mart, as a table. */
import { approximate, SCALES } from "../data.ts";
import { type Currency, exact, type Model } from "./model.ts";
import { exactText } from "./numbers.ts";
import { type Column, Table } from "./table.ts";
import { shownOf, type View } from "./view.ts";

/** A row by its place in its currency's columns. */
interface Row {
  day: number;
  currency: Currency;
  place: number;
}

type Figure = "amount" | "transactions" | "average" | "accounts";

/** The dollar's rate to itself: the warehouse keeps none. */
const DOLLAR = 420;

export function martTable(
  model: Model,
  onSort: (sort: View["sort"]) => void,
  view: () => View,
): Table<Row> {
  const { calendar } = model;
  const fileName = () => {
    const { from, to } = view().days;
    return `finpipe-mart-${calendar.iso(from)}-${calendar.iso(to)}.csv`;
  };
  return new Table("mart", "Rows of the mart in this view", columnsOf(model), { fileName, onSort });
}

/** In order of date and currency, as the mart is. */
export function martRows(model: Model, view: View): Row[] {
  const { from, to } = view.days;
  return shownOf(view, model)
    .flatMap((currency) => [...currency.places].map(([day, place]) => ({ day, currency, place })))
    .filter(({ day }) => day >= from && day <= to)
    .sort((one, other) => one.day - other.day || one.currency.code - other.currency.code);
}

function columnsOf(model: Model): Column<Row>[] {
  const { calendar } = model;
  const figure = (name: string, column: Figure, title: string): Column<Row> => ({
    name,
    title,
    isNumber: true,
    text: ({ currency, place }) =>
      exactText(exact(currency.packed[column][place]!, column), SCALES[column]),
    value: ({ currency, place }) => approximate(currency.packed[column][place]!, SCALES[column]),
    csv: ({ currency, place }) => exact(currency.packed[column][place]!, column),
  });
  return [
    {
      name: "date_update",
      title: "Date",
      text: ({ day }) => calendar.iso(day),
      value: ({ day }) => day,
      csv: ({ day }) => calendar.iso(day),
    },
    {
      name: "currency_from",
      title: "Currency",
      text: ({ currency }) => currency.label,
      value: ({ currency }) => currency.code,
      csv: ({ currency }) => `${currency.code}`,
    },
    figure("amount_total", "amount", "Amount, USD"),
    figure("cnt_transactions", "transactions", "Transactions"),
    figure("avg_transactions_per_account", "average", "Per account"),
    figure("cnt_accounts_make_transactions", "accounts", "Accounts"),
    {
      name: "rate",
      title: "Rate used",
      isNumber: true,
      text: rateText,
      value: ({ currency, place }) => {
        const rate = currency.packed.rate[place];
        return rate == null ? -1 : approximate(rate, SCALES.rate);
      },
    },
    {
      name: "rate_date",
      title: "Rate of",
      text: ({ day, currency, place }) => {
        const age = currency.packed.rateAge[place];
        return age == null ? "–" : calendar.iso(day - age);
      },
      value: ({ day, currency, place }) => day - (currency.packed.rateAge[place] ?? 0),
    },
    {
      name: "state",
      title: "State",
      text: ({ day }) => model.staleOn(day) === undefined ? "" : "stale",
      value: ({ day }) => model.staleOn(day) === undefined ? 0 : 1,
      whole: ({ day }) => model.staleOn(day) ?? "",
    },
  ];
}

function rateText({ currency: { code, packed }, place }: Row): string {
  const rate = packed.rate[place];
  if (rate == null) return code === DOLLAR ? exactText("1", SCALES.rate) : "–";
  return exactText(exact(rate, "rate"), SCALES.rate);
}
