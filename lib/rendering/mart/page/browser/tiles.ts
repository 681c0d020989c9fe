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
  const all = totalsOf(model, view, view.days);
  const compared = comparison(model, view);
  const [now, then] = compared.spans?.map((days) => totalsOf(model, view, days)) ?? [];
  const perDay = (value: bigint, { days }: Totals) => days === 0 ? undefined : Number(value) / days;
  const perAccount = ({ transactions, accounts }: Totals) =>
    accounts === 0n ? undefined : Number(transactions) / Number(accounts);
  const built = `on ${counted(all.days, "day")} with a mart`;
  const aDay = (value: number, scale: number) =>
    all.days < 2 ? built : `${exactText((value / all.days).toFixed(scale), scale)} a day`;
  const tiles = [
    {
      title: "Transactions",
      value: exactText(`${all.transactions}`, 0),
      of: (totals: Totals) => Number(totals.transactions),
      otherwise: aDay(Number(all.transactions), 1),
    },
    {
      title: "Transactions per account and day",
      value: perAccount(all) === undefined ? "–" : exactText(perAccount(all)!.toFixed(4), 4),
      of: perAccount,
      otherwise: built,
    },
    {
      title: "Accounts a day, summed by currency",
      value: perDay(all.accounts, all) === undefined
        ? "–"
        : exactText(perDay(all.accounts, all)!.toFixed(1), 1),
      of: (totals: Totals) => perDay(totals.accounts, totals),
      otherwise: built,
    },
    {
      title: "Amount, US dollars",
      value: exactText(unpackedUnits(all.amount), 2),
      of: (totals: Totals) => Number(totals.amount),
      otherwise: aDay(Number(all.amount) / 100, 2),
    },
  ];
  const changes = tiles.map(({ of }) =>
    now === undefined || then === undefined ? undefined : changeOf(of(now), of(then))
  );
  byId("tiles").replaceChildren(...tiles.map(({ title, value: known, otherwise }, place) => {
    const change = changes[place];
    const value = all.days === 0 ? "–" : known;
    const figure = el("dd", { class: "figure" }, value);
    // As large as there is room for.
    figure.style.setProperty("--characters", `${value.length}`);
    return el(
      "div",
      { class: "tile" },
      el("dt", {}, title),
      figure,
      el(
        "dd",
        { class: `change ${change === undefined ? "" : wayOf(change)}` },
        change === undefined ? otherwise : `${changeWords(change)}${compared.when}`,
      ),
    );
  }));
  const isCompared = compared.spans === undefined ||
    changes.some((change) => change !== undefined);
  byId("compared").textContent = isCompared ? compared.text : compared.otherwise;
}

/** What is written as 0% has not changed. */
function wayOf(change: number): "up" | "down" | "same" {
  return Math.abs(change) < 0.0005 ? "same" : change > 0 ? "up" : "down";
}

const SIGNS = { up: "▲", down: "▼", same: "=" } as const;

function changeWords(change: number): string {
  const way = wayOf(change);
  return `${SIGNS[way]} ${changeText(way === "same" ? 0 : change)}`;
}

/** Undefined where a share says nothing: from zero, or from a sum below it. */
function changeOf(now: number | undefined, then: number | undefined): number | undefined {
  if (now === undefined || then === undefined || then <= 0) return undefined;
  return now / then - 1;
}

interface Comparison {
  /** The days that are compared, and those before them; undefined where they cannot be. */
  spans?: readonly [Days, Days];
  text: string;
  /** Said instead where there is nothing to compare with. */
  otherwise: string;
  /** Said beside each change. */
  when: string;
}

/**
 * The days of the view and as many before them; where the page has none before, the later half of the
 * view and the half before it. Days with holes cannot be compared with days without: it would be the
 * holes that differ; nor can days on which a currency was left out with days on which it was not.
 */
function comparison(model: Model, view: View): Comparison {
  const { calendar, all, holes } = model;
  const { days } = view;
  const named = ({ from, to }: Days) =>
    from === to ? calendar.iso(from) : `${calendar.iso(from)} to ${calendar.iso(to)}`;
  const daysBefore = (length: number) => length === 1 ? "the day" : `the ${counted(length, "day")}`;
  const length = lengthOf(days);
  const earlier = before(days, all);
  const half = Math.floor(length / 2);
  const none = `the page does not have ${daysBefore(length)} before ${calendar.iso(days.from)}`;
  if (earlier === undefined && half === 0) return notCompared(`No comparison: ${none}.`);
  const [now, then] = earlier === undefined
    ? [{ from: days.to - half + 1, to: days.to }, {
      from: days.to - 2 * half + 1,
      to: days.to - half,
    }]
    : [days, earlier];
  const both = { from: then.from, to: now.to };
  const missing = within(holes, both).reduce((sum, hole) => sum + lengthOf(hole), 0);
  const why = missing > 0
    ? `${counted(missing, "day")} of both ${missing === 1 ? "has" : "have"} no mart`
    : leftOutText(model, view, both);
  if (why !== undefined) {
    return notCompared(`No comparison of ${named(now)} with ${named(then)}: ${why}.`);
  }
  const otherwise = `No comparison with ${named(then)}: nothing was counted then.`;
  if (earlier !== undefined) {
    return {
      spans: [now, then],
      text: `Compared with ${daysBefore(length)} before: ${named(then)}.`,
      otherwise,
      when: "",
    };
  }
  return {
    spans: [now, then],
    text: `Changes are those of ${named(now)} from ${named(then)}, as ${none}.`,
    otherwise,
    when: half === 1 ? " on the last day" : ` in the last ${counted(half, "day")}`,
  };
}

function notCompared(text: string): Comparison {
  return { text, otherwise: text, when: "" };
}

/** Which currencies of the view were left out on some of the days, and not on all; undefined: none. */
function leftOutText(model: Model, view: View, both: Days): string | undefined {
  const some = shownOf(view, model).map(({ label, leftOut }) => ({
    label,
    days: [...leftOut.keys()].filter((day) => day >= both.from && day <= both.to).length,
  })).filter(({ days }) => days > 0 && days < lengthOf(both));
  const [first, ...others] = some;
  if (first === undefined) return undefined;
  return others.length === 0
    ? `currency ${first.label} was left out on ${counted(first.days, "day")} of both`
    : `currencies ${some.map(({ label }) => label).join(", ")} were left out on days of both`;
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
