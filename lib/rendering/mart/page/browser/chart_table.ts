/** The table beside a chart: the same figures, by day and currency. It is made when it is opened. */
import { valueText } from "./chart.ts";
import { byId, el } from "./element.ts";
import type { Metric, Model } from "./model.ts";
import { shownOf, type View } from "./view.ts";

/** More days than this are not put into a table at once. */
const MOST_DAYS = 500;

export class ChartTable {
  readonly #details: HTMLDetailsElement;
  readonly #place: HTMLElement;
  readonly #metric: Metric;
  readonly #model: Model;
  #view: View;

  constructor(metric: Metric, model: Model, view: View) {
    this.#metric = metric;
    this.#model = model;
    this.#view = view;
    this.#details = byId<HTMLDetailsElement>(`details-${metric.name}`);
    this.#place = byId(`table-${metric.name}`);
    this.#details.ontoggle = () => this.show(this.#view);
    this.show(view);
  }

  show(view: View): void {
    this.#view = view;
    this.#place.replaceChildren(...(this.#details.open ? this.#content() : []));
  }

  #content(): HTMLElement[] {
    const { axis, calendar } = this.#model;
    const { from, to } = this.#view.days;
    const shown = shownOf(this.#view, this.#model);
    const places = axis.flatMap((day, place) => day >= from && day <= to ? [place] : []);
    const told = places.slice(-MOST_DAYS);
    const heads = shown.map(({ label }) => el("th", { scope: "col", class: "number" }, label));
    const rows = told.map((place) => {
      const day = axis[place]!;
      const cells = shown.map((currency) =>
        el("td", { class: "number" }, valueText(currency, this.#metric, day, place))
      );
      return el("tr", {}, el("th", { scope: "row" }, calendar.iso(day)), ...cells);
    });
    const table = el(
      "table",
      {},
      el("caption", {}, `${this.#metric.title} by day and currency`),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Date"), ...heads)),
      el("tbody", {}, ...rows),
    );
    if (told.length === places.length) return [table];
    return [el("p", {}, `The last ${MOST_DAYS} days: choose fewer to see others.`), table];
  }
}
