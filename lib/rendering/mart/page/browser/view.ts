/** What the reader looks at: kept in the URL's fragment, so that a view can be sent on. */
import { type Currency, type Days, lengthOf, type Model } from "./model.ts";

export interface View {
  days: Days;
  /** Codes of the currencies that are shown. */
  currencies: ReadonlySet<number>;
  /** The column by which the table is sorted, and its direction. */
  sort: { column: string; descending: boolean };
}

export const SORTED_BY_DATE = { column: "date_update", descending: false };

export function wholeView({ all, currencies }: Model): View {
  return {
    days: all,
    currencies: new Set(currencies.map(({ code }) => code)),
    sort: SORTED_BY_DATE,
  };
}

/** What a fragment says; whatever it says that cannot be is ignored. */
export function viewOf(fragment: string, model: Model): View {
  const said = new URLSearchParams(fragment.replace(/^#/, ""));
  const { calendar, all, currencies } = model;
  const whole = wholeView(model);
  const from = calendar.day(said.get("from") ?? "") ?? all.from;
  const to = calendar.day(said.get("to") ?? "") ?? all.to;
  const days = { from: clamped(Math.min(from, to), all), to: clamped(Math.max(from, to), all) };
  const named = said.get("currencies");
  const known = new Set((named ?? "").split(",").filter((code) => code !== "").map(Number));
  const shown = currencies.filter(({ code }) => known.has(code)).map(({ code }) => code);
  const isNamed = named !== null && (shown.length > 0 || named === "");
  const [column, order] = (said.get("sort") ?? "").split("-");
  return {
    days,
    currencies: isNamed ? new Set(shown) : whole.currencies,
    sort: column ? { column, descending: order === "down" } : whole.sort,
  };
}

/**
 * The fragment of a view; empty where it is the whole. A view that ends with the last day names no end:
 * it goes on with the days that come.
 */
export function fragmentOf({ days, currencies, sort }: View, model: Model): string {
  const said: string[] = [];
  const { calendar, all } = model;
  if (days.from !== all.from) said.push(`from=${calendar.iso(days.from)}`);
  if (days.to !== all.to) said.push(`to=${calendar.iso(days.to)}`);
  if (currencies.size < model.currencies.length) {
    const codes = [...currencies].sort((one, other) => one - other);
    said.push(`currencies=${codes.join(",")}`);
  }
  if (sort.column !== SORTED_BY_DATE.column || sort.descending) {
    said.push(`sort=${encodeURIComponent(sort.column)}-${sort.descending ? "down" : "up"}`);
  }
  return said.join("&");
}

/** What is shown, in words: for paper, which has no filters. */
export function viewText(model: Model, view: View): string {
  const { from, to } = view.days;
  const shown = shownOf(view, model).map(({ label }) => label);
  const currencies = shown.length === model.currencies.length
    ? "all currencies"
    : shown.length === 0
    ? "no currency"
    : `currencies ${shown.join(", ")}`;
  return `Shown: ${model.calendar.iso(from)} to ${model.calendar.iso(to)}, ${currencies}.`;
}

export function shownOf({ currencies }: View, model: Model): Currency[] {
  return model.currencies.filter(({ code }) => currencies.has(code));
}

/** The days of the same number just before; undefined where the page does not have all of them. */
export function before(days: Days, all: Days): Days | undefined {
  const length = lengthOf(days);
  const earlier = { from: days.from - length, to: days.from - 1 };
  return earlier.from < all.from ? undefined : earlier;
}

function clamped(day: number, { from, to }: Days): number {
  return Math.min(Math.max(day, from), to);
}
