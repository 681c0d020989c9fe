/** The page: all its parts over one view. */
import type { PageData } from "../data.ts";
import { Chart, valueText } from "./chart.ts";
import { ChartTable } from "./chart_table.ts";
import { byId } from "./element.ts";
import { Filters } from "./filters.ts";
import { Keys } from "./keys.ts";
import { martRows, martTable } from "./mart_table.ts";
import { type Days, lengthOf, METRICS, type Model, modelOf } from "./model.ts";
import { showNotes } from "./notes.ts";
import { counted } from "./numbers.ts";
import { builtText, OriginTable } from "./origin_table.ts";
import { onThemeChange } from "./palette.ts";
import { showTiles } from "./tiles.ts";
import { fragmentOf, shownOf, type View, viewOf, wholeView } from "./view.ts";

export class Page {
  #parts: Parts | undefined;
  #fragment = "";

  constructor() {
    addEventListener("hashchange", () => {
      if (location.hash.slice(1) !== this.#fragment) {
        this.#parts?.set(viewOf(location.hash, this.#parts.model));
      }
    });
    onThemeChange(() => this.#parts?.redraw());
  }

  /** Shows data, in the view that the URL names: at first, and again when the data is new. */
  show(data: PageData): void {
    const focus = focused();
    const [left, top] = [scrollX, scrollY];
    const old = this.#parts?.cursor;
    this.#parts?.destroy();
    this.#parts = undefined;
    byId("made").textContent = `Made at ${
      data.madeAt.replace("T", " ").replace("Z", " UTC")
    } by ${data.madeBy}.`;
    const isEmpty = data.days === 0;
    byId("nothing").hidden = !isEmpty;
    byId("nothing").textContent = data.nothing ?? "";
    byId("content").hidden = isEmpty;
    byId("span").textContent = isEmpty ? "" : spanText(data);
    if (isEmpty) return;
    const model = modelOf(data);
    this.#parts = new Parts(model, viewOf(location.hash, model), (view) => this.#keep(view, model));
    if (old !== undefined) this.#parts.putCursor(old);
    // Of newer data: the reader stays where he was.
    focus?.();
    scrollTo(left, top);
  }

  #keep(view: View, model: Model): void {
    this.#fragment = fragmentOf(view, model);
    history.replaceState(
      null,
      "",
      `${location.pathname}${location.search}${this.#fragment && `#${this.#fragment}`}`,
    );
  }
}

function spanText(data: PageData): string {
  const model = modelOf({ ...data, currencies: [] });
  const { calendar, all } = model;
  const days = counted(lengthOf(all), "day");
  const currencies = data.currencies.length === 1
    ? "1 currency"
    : `${data.currencies.length} currencies`;
  return `${calendar.iso(all.from)} to ${calendar.iso(all.to)}, ${days}, ${currencies}`;
}

/** What is made anew for other data. */
class Parts {
  readonly #charts: readonly Chart[];
  readonly #tables: readonly ChartTable[];
  readonly #filters: Filters;
  readonly #mart: ReturnType<typeof martTable>;
  readonly #origins: OriginTable;
  readonly #keys: Keys;
  #view: View;
  #later = 0;

  constructor(readonly model: Model, view: View, private readonly onView: (view: View) => void) {
    this.#view = view;
    const reset = () => this.set(wholeView(model));
    const days = (days: Days) => this.set({ ...this.#view, days: kept(days, model) });
    this.#filters = new Filters(model, view, {
      onDays: days,
      onCurrencies: (currencies) => this.set({ ...this.#view, currencies }),
      onReset: reset,
    });
    this.#charts = METRICS.map((metric) =>
      new Chart(metric, model, view, {
        onDays: days,
        onReset: () => this.set({ ...this.#view, days: model.all }),
        onCursor: (place) => this.#showCursor(place),
      })
    );
    this.#keys = new Keys(model, () => this.#view, {
      onCursor: (place) => {
        for (const chart of this.#charts) chart.putCursor(place);
        this.#showCursor(place);
        this.#say(place);
      },
      onChoosing: (from, to) => this.#choose(from, to),
      onDays: (chosen) => {
        this.#choose(0, 0);
        days(chosen);
      },
      onReset: reset,
    });
    this.#charts.forEach(({ frame, plot }, i) => {
      frame.onkeydown = this.#keys.handle;
      touch(plot.over, (left) => {
        for (const chart of this.#charts) chart.plot.setCursor({ left, top: 10 }, false);
        this.#showCursor(this.#charts[i]!.plot.cursor.idx ?? null);
      });
    });
    this.#tables = METRICS.map((metric) => new ChartTable(metric, model, view));
    this.#mart = martTable(model, (sort) => this.set({ ...this.#view, sort }), () => this.#view);
    this.#origins = new OriginTable(model, view);
    this.#showRest();
  }

  /** Shows another view: the charts at once, the tables when the browser is at rest. */
  set(view: View): void {
    const isOther = view.days.from !== this.#view.days.from || view.days.to !== this.#view.days.to;
    this.#view = view;
    if (isOther) this.#keys.place = null;
    for (const chart of this.#charts) chart.show(view);
    this.#filters.show(view);
    showTiles(this.model, view);
    this.onView(view);
    cancelAnimationFrame(this.#later);
    this.#later = requestAnimationFrame(() => {
      this.#later = requestAnimationFrame(() => this.#showRest());
    });
  }

  /** The date at which the cursor stands. */
  get cursor(): string | undefined {
    const { place } = this.#keys;
    return place === null ? undefined : this.model.calendar.iso(this.model.axis[place]!);
  }

  /** Puts the cursor at a date, if that is shown. */
  putCursor(date: string): void {
    const day = this.model.calendar.day(date);
    const place = day === undefined ? -1 : this.model.axis.indexOf(day);
    if (place < 0) return;
    for (const chart of this.#charts) chart.putCursor(place);
    this.#showCursor(place);
  }

  redraw(): void {
    for (const chart of this.#charts) chart.redraw();
  }

  destroy(): void {
    cancelAnimationFrame(this.#later);
    for (const chart of this.#charts) chart.destroy();
  }

  #showRest(): void {
    const { model } = this;
    const view = this.#view;
    showTiles(model, view);
    showNotes(model, view);
    byId("built").textContent = builtText(model, view);
    this.#mart.show(martRows(model, view), view.sort);
    this.#origins.show(view);
    for (const table of this.#tables) table.show(view);
  }

  #showCursor(place: number | null): void {
    if (place !== null) this.#keys.place = place;
    for (const chart of this.#charts) chart.showValues(place);
  }

  /** Tells a screen reader where the cursor is, and what is there. */
  #say(place: number): void {
    const { axis, calendar } = this.model;
    const day = axis[place]!;
    const figures = shownOf(this.#view, this.model).map((currency) =>
      `${currency.label}: ` +
      METRICS.map((metric) =>
        `${metric.title.toLowerCase()} ${valueText(currency, metric, day, place)}`
      ).join(", ")
    );
    byId("said").textContent = `${calendar.iso(day)}. ${figures.join(". ")}`;
  }

  #choose(from: number, to: number): void {
    const { axis, calendar } = this.model;
    for (const { plot } of this.#charts) {
      const [left, right] = [from, to].map((place) => plot.valToPos(axis[place]!, "x"))
        .sort((one, other) => one - other);
      const width = from === to ? 0 : right! - left!;
      plot.setSelect({ left: left!, top: 0, width, height: plot.over.clientHeight }, false);
    }
    if (from !== to) {
      const [first, last] = [axis[from]!, axis[to]!].sort((one, other) => one - other);
      byId("said").textContent = `Chosen: ${calendar.iso(first!)} to ${
        calendar.iso(last!)
      }. Enter shows them alone.`;
    }
  }
}

/** Days within those that there are. */
function kept({ from, to }: Days, { all }: Model): Days {
  const clamped = (day: number) => Math.min(Math.max(day, all.from), all.to);
  return { from: clamped(from), to: clamped(to) };
}

/** A finger moves the cursor; up and down it scrolls the page, as ever. */
function touch(over: HTMLElement, onMove: (left: number) => void): void {
  const move = (event: PointerEvent) => {
    if (event.pointerType === "mouse") return;
    onMove(event.clientX - over.getBoundingClientRect().left);
  };
  over.addEventListener("pointerdown", move);
  over.addEventListener("pointermove", move);
}

/** Gives the focus back to the control that has it, though it is made anew; undefined for any other. */
function focused(): (() => void) | undefined {
  const element = document.activeElement;
  const group = element?.closest("#currencies, #spans");
  if (!(element instanceof HTMLElement) || group == null) return undefined;
  const sameAs = (one: Element) =>
    element instanceof HTMLInputElement
      ? one instanceof HTMLInputElement && one.value === element.value
      : one.textContent === element.textContent;
  return () => [...group.querySelectorAll<HTMLElement>("input, button")].find(sameAs)?.focus();
}
