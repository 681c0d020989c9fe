/** The controls above the charts: dates, and currencies. */
import { DateInput } from "./date_input.ts";
import { byId, el } from "./element.ts";
import { type Days, lengthOf, type Model } from "./model.ts";
import { swatch } from "./palette.ts";
import type { View } from "./view.ts";

export interface FilterEvents {
  onDays(days: Days): void;
  onCurrencies(codes: ReadonlySet<number>): void;
  onReset(): void;
}

/** Days back from the last one. */
const SPANS = [7, 30, 90, 365];

export class Filters {
  readonly #from: DateInput;
  readonly #to: DateInput;
  readonly #boxes = new Map<number, HTMLInputElement>();
  readonly #spans: [HTMLButtonElement, Days][] = [];
  readonly #model: Model;
  #view: View;

  constructor(model: Model, view: View, events: FilterEvents) {
    this.#model = model;
    this.#view = view;
    const { calendar, all } = model;
    // One that is put beyond the other takes its place.
    const set = (one: number, other: number) =>
      events.onDays({ from: Math.min(one, other), to: Math.max(one, other) });
    this.#from = new DateInput("from", calendar, all, (day) => set(day, this.#view.days.to));
    this.#to = new DateInput("to", calendar, all, (day) => set(this.#view.days.from, day));
    this.#makeSpans(events);
    this.#makeBoxes(events);
    byId("reset").onclick = events.onReset;
    this.show(view);
  }

  show(view: View): void {
    this.#view = view;
    this.#from.show(view.days.from);
    this.#to.show(view.days.to);
    for (const [code, box] of this.#boxes) box.checked = view.currencies.has(code);
    for (const [button, { from, to }] of this.#spans) {
      button.ariaPressed = String(from === view.days.from && to === view.days.to);
    }
  }

  #makeSpans({ onDays }: FilterEvents): void {
    const { all } = this.#model;
    const spans: [string, Days][] = SPANS.filter((days) => days < lengthOf(all))
      .map((
        days,
      ) => [days === 365 ? "1 year" : `${days} days`, { from: all.to - days + 1, to: all.to }]);
    spans.push(["All days", all]);
    const buttons = spans.map(([text, days]) => {
      const button = el("button", { type: "button" }, text);
      button.onclick = () => onDays(days);
      this.#spans.push([button, days]);
      return button;
    });
    byId("spans").replaceChildren(...buttons);
  }

  #makeBoxes({ onCurrencies }: FilterEvents): void {
    const { currencies } = this.#model;
    const items = currencies.map(({ code, label, look }) => {
      const box = el("input", { type: "checkbox", value: code });
      box.onchange = () => {
        const codes = new Set(this.#view.currencies);
        if (box.checked) codes.add(code);
        else codes.delete(code);
        onCurrencies(codes);
      };
      this.#boxes.set(code, box);
      return el("label", {}, box, swatch(look), label);
    });
    byId("currencies").replaceChildren(...items);
    byId("every").onclick = () => onCurrencies(new Set(currencies.map(({ code }) => code)));
    byId("none").onclick = () => onCurrencies(new Set());
  }
}
