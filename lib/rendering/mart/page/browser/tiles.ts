/** The figures of a view as a whole, and how they differ from the days before. */
import { byId, el } from "./element.ts";
import { type Days, lengthOf, type Model, unitsOf, within } from "./model.ts";
import { changeText, counted, exactText } from "./numbers.ts";
import { before, shownOf, type View } from "./view.ts";
import { SCALES } from "../data.ts";

interface Totals {
  /** Hundredths of a dollar. */
  amount: bigint;
  transactions: bigint;
  /** Accounts of each day and currency, added up. */
  accounts: bigint;
  /** Days that have a mart. */
  days: number;
}

export function showTiles(model: Model, view: View): void {
  const now = totalsOf(model, view, view.days);
  const earlier = before(view.days, model.all);
  const then = earlier === undefined ? undefined : totalsOf(model, view, earlier);
  const compared = comparison(model, view, earlier);
  const perDay = (value: bigint, { days }: Totals) => days === 0 ? undefined : Number(value) / days;
  const perAccount = ({ transactions, accounts }: Totals) =>
    accounts === 0n ? undefined : Number(transactions) / Number(accounts);
  const tiles = [
    {
      title: "Transactions",
      value: exactText(`${now.transactions}`, 0),
      of: (totals: Totals) => Number(totals.transactions),
    },
    {
      title: "Transactions per account and day",
      value: perAccount(now) === undefined ? "–" : exactText(perAccount(now)!.toFixed(4), 4),
      of: perAccount,
    },
    {
      title: "Accounts a day, added over currencies",
      value: perDay(now.accounts, now) === undefined
        ? "–"
        : exactText(perDay(now.accounts, now)!.toFixed(1), 1),
      of: (totals: Totals) => perDay(totals.accounts, totals),
    },
    {
      title: "Amount, US dollars",
      value: exactText(unpackedUnits(now.amount), 2),
      of: (totals: Totals) => Number(totals.amount),
    },
  ];
  byId("tiles").replaceChildren(...tiles.map(({ title, value, of }) => {
    const change = compared.isFair && then !== undefined ? changeOf(of(now), of(then)) : undefined;
    return el(
      "div",
      { class: "tile" },
      el("dt", {}, title),
      el("dd", { class: "figure" }, value),
      el(
        "dd",
        { class: `change ${change === undefined ? "" : change < 0 ? "down" : "up"}` },
        changeWords(change),
      ),
    );
  }));
  byId("compared").textContent = compared.text;
}

function changeWords(change: number | undefined): string {
  if (change === undefined) return "no comparison";
  // What is written as 0% has not changed.
  if (Math.abs(change) < 0.0005) return `= ${changeText(0)}`;
  return `${change > 0 ? "▲" : "▼"} ${changeText(change)}`;
}

/** Undefined where a share says nothing: from zero, or from a sum below it. */
function changeOf(now: number | undefined, then: number | undefined): number | undefined {
  if (now === undefined || then === undefined || then <= 0) return undefined;
  return now / then - 1;
}

/** Days with holes cannot be compared with days without: it would be the holes that differ. */
function comparison(
  model: Model,
  { days }: View,
  earlier: Days | undefined,
): { isFair: boolean; text: string } {
  const { calendar, holes } = model;
  const length = counted(lengthOf(days), "day");
  if (earlier === undefined) {
    return {
      isFair: false,
      text: `No comparison: the page does not have the ${length} before ${
        calendar.iso(days.from)
      }.`,
    };
  }
  const named = `${calendar.iso(earlier.from)} to ${calendar.iso(earlier.to)}`;
  const missing = within(holes, { from: earlier.from, to: days.to })
    .reduce((sum, hole) => sum + lengthOf(hole), 0);
  if (missing > 0) {
    return {
      isFair: false,
      text: `No comparison with ${named}: ${counted(missing, "day")} of both have no mart.`,
    };
  }
  return { isFair: true, text: `Compared with the ${length} before: ${named}.` };
}

function totalsOf(model: Model, view: View, { from, to }: Days): Totals {
  const totals = { amount: 0n, transactions: 0n, accounts: 0n, days: 0 };
  for (const { packed, places } of shownOf(view, model)) {
    for (const [day, place] of places) {
      if (day < from || day > to) continue;
      totals.amount += unitsOf(packed.amount[place]!);
      totals.transactions += unitsOf(packed.transactions[place]!);
      totals.accounts += unitsOf(packed.accounts[place]!);
    }
  }
  const missing = within(model.holes, { from, to }).reduce((sum, hole) => sum + lengthOf(hole), 0);
  totals.days = lengthOf({ from, to }) - missing;
  return totals;
}

function unpackedUnits(units: bigint): string {
  const digits = `${units < 0n ? -units : units}`.padStart(SCALES.amount + 1, "0");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
