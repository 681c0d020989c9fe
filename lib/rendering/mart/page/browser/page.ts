/** The page: all its parts over one view. */
import type { PageData } from "../data.ts";
import { Chart, valueText } from "./chart.ts";
import { ChartTable } from "./chart_table.ts";
import { byId } from "./element.ts";
import { Filters } from "./filters.ts";
import { keptFocus, keptScroll } from "./kept.ts";
import { Keys } from "./keys.ts";
import { martRows, martTable } from "./mart_table.ts";
import { type Days, lengthOf, METRICS, type Model, modelOf } from "./model.ts";
import { showNotes } from "./notes.ts";
import { counted } from "./numbers.ts";
import { builtText, OriginTable } from "./origin_table.ts";
import { onThemeChange } from "./palette.ts";
import { showTiles } from "./tiles.ts";
import { fragmentOf, shownOf, type View, viewOf, viewText, wholeView } from "./view.ts";

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
    // Of newer data: the reader stays where he was.
    const [focus, scroll] = [keptFocus(), keptScroll()];
    const place = this.#parts?.place;
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
    const view = viewOf(location.hash, model);
    this.#parts = new Parts(model, view, (view) => this.#keep(view, model), place);
    focus();
    scroll();
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
  const span = data.days === 1
    ? calendar.iso(all.from)
    : `${calendar.iso(all.from)} to ${calendar.iso(all.to)}`;
  const currencies = data.currencies.length === 1
    ? "1 currency"
    : `${data.currencies.length} currencies`;
  return `${span}, ${days}, ${currencies}`;
}

/** Where the reader is, beside what the view says. */
interface Place {
  /** The date at which the cursor stands, also while nothing shows it. */
  cursor: string | undefined;
  isCursorShown: boolean;
  /** The date at which a choice of days began that is under way. */
  anchor: string | undefined;
  martPage: number;
  origins: OriginTable["place"];
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
  /** The point of the axis whose figures are shown; null: the last one that has any. */
  #cursor: number | null = null;
  #later = 0;

  constructor(
    readonly model: Model,
    view: View,
    private readonly onView: (view: View) => void,
    place?: Place,
  ) {
    this.#view = view;
    const reset = () => this.set(wholeView(model));
    const days = (days: Days) => this.set({ ...this.#view, days: kept(days, model) });
    const allDays = () => days(model.all);
    this.#filters = new Filters(model, view, {
      onDays: days,
      onCurrencies: (currencies) => this.set({ ...this.#view, currencies }),
      onReset: reset,
    });
    this.#charts = METRICS.map((metric) =>
      new Chart(metric, model, view, {
        onDays: days,
        onReset: allDays,
        onCursor: (place) => this.#showCursor(place),
      })
    );
    this.#keys = new Keys(model, () => this.#view, {
      onCursor: (place) => {
        this.#putCursor(place);
        this.#say(place);
      },
      onChoosing: (chosen) => {
        for (const chart of this.#charts) chart.mark(chosen);
        byId("said").textContent = chosenText(chosen, model);
      },
      onDays: (chosen) => {
        days(chosen);
        byId("said").textContent = viewText(model, this.#view);
      },
      onReset: () => {
        allDays();
        byId("said").textContent = viewText(model, this.#view);
      },
    });
    for (const { frame, plot } of this.#charts) {
      frame.onkeydown = this.#keys.handle;
      touch(plot.over, (left) => {
        const nearest = plot.posToIdx(left);
        this.#putCursor(this.#isShown(nearest) ? nearest : null);
      });
    }
    this.#tables = METRICS.map((metric) => new ChartTable(metric, model, view));
    this.#mart = martTable(model, (sort) => this.set({ ...this.#view, sort }), () => this.#view);
    this.#origins = new OriginTable(model, view, place?.origins.sort);
    this.#showRest(place);
    // Only then have the charts their scales.
    if (place !== undefined) queueMicrotask(() => this.#return(place));
  }

  /** Shows another view: the charts at once, the tables when the browser is at rest. */
  set(view: View): void {
    const isOther = view.days.from !== this.#view.days.from || view.days.to !== this.#view.days.to;
    this.#view = view;
    // The charts move the cursor when they are drawn: it stays at its date.
    const cursor = this.#cursor;
    for (const chart of this.#charts) chart.show(view);
    if (isOther) this.#keys.leave(view.days);
    this.#putCursor(cursor !== null && this.#isShown(cursor) ? cursor : null);
    this.#filters.show(view);
    showTiles(this.model, view);
    this.onView(view);
    cancelAnimationFrame(this.#later);
    this.#later = requestAnimationFrame(() => {
      this.#later = requestAnimationFrame(() => this.#showRest());
    });
  }

  get place(): Place {
    const { place, anchor } = this.#keys;
    const { calendar, axis } = this.model;
    const dateOf = (place: number | null) =>
      place === null ? undefined : calendar.iso(axis[place]!);
    return {
      cursor: dateOf(place),
      isCursorShown: this.#cursor !== null,
      anchor: dateOf(anchor),
      martPage: this.#mart.page,
      origins: this.#origins.place,
    };
  }

  /** Puts cursor and choice at the dates where they were in older data, if those are shown. */
  #return({ cursor, isCursorShown, anchor }: Place): void {
    const place = this.#placeOf(cursor);
    if (place === null) return;
    this.#keys.place = place;
    this.#keys.anchor = this.#placeOf(anchor);
    if (isCursorShown) this.#putCursor(place);
    for (const chart of this.#charts) chart.mark(this.#keys.chosen);
  }

  /** The point of a date; null: it is not shown. */
  #placeOf(date: string | undefined): number | null {
    const day = date === undefined ? undefined : this.model.calendar.day(date);
    const place = day === undefined ? -1 : this.model.axis.indexOf(day);
    return place < 0 || !this.#isShown(place) ? null : place;
  }

  #isShown(place: number): boolean {
    const { from, to } = this.#view.days;
    const day = this.model.axis[place]!;
    return day >= from && day <= to;
  }

  /** Puts the cursor at a point of the axis, or takes it away, and shows what is there. */
  #putCursor(place: number | null): void {
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

  #showRest(place?: Place): void {
    const { model } = this;
    const view = this.#view;
    showTiles(model, view);
    showNotes(model, view);
    byId("view").textContent = viewText(model, view);
    byId("built").textContent = builtText(model, view);
    this.#mart.show(martRows(model, view), view.sort, place?.martPage);
    this.#origins.show(view, place?.origins.page);
    for (const table of this.#tables) table.show(view);
  }

  #showCursor(place: number | null): void {
    this.#cursor = place;
    // A mouse that passes does not change what is being chosen by keyboard.
    if (place !== null && this.#keys.anchor === null) this.#keys.place = place;
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
}

function chosenText(chosen: Days | undefined, { calendar }: Model): string {
  if (chosen === undefined) return "No days are chosen.";
  const { from, to } = chosen;
  return from === to
    ? `Chosen: ${calendar.iso(from)}. Enter shows it alone.`
    : `Chosen: ${calendar.iso(from)} to ${calendar.iso(to)}. Enter shows them alone.`;
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
