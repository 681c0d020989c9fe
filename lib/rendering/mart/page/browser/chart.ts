/** One chart: a metric's lines by currency over the days, its figures at the cursor, its trend. */
import uPlot from "uplot";
import { drawBands } from "./bands.ts";
import { byId, el } from "./element.ts";
import { type Currency, type Days, exact, lengthOf, type Metric, type Model } from "./model.ts";
import { axisText, exactText } from "./numbers.ts";
import { isPrinting, swatch, theme } from "./palette.ts";
import { trendText } from "./trend.ts";
import { shownOf, type View } from "./view.ts";

/** What a chart tells the page. */
export interface ChartEvents {
  /** The reader has dragged over these days. */
  onDays(days: Days): void;
  /** The reader wants all days back. */
  onReset(): void;
  /** The cursor is at a point of the axis; null: it has left. */
  onCursor(place: number | null): void;
}

const SYNC = "mart";
const HEIGHT = 260;
/** Pixels of a chart on paper, which the style sheet fits to its width; two of them and the tiles on a sheet. */
const PAPER = { width: 700, height: 205 };
/** More days than this are dense: about one at each pixel of a chart. */
const DENSE = 400;
/** Pixels of the axis of figures. */
const AXIS = 58;
/** Pixels of a character on an axis. */
const CHARACTER = 7;

export class Chart {
  readonly plot: uPlot;
  /** Takes the keys. */
  readonly frame: HTMLElement;
  readonly #metric: Metric;
  readonly #model: Model;
  readonly #trend: HTMLElement;
  readonly #date: HTMLElement;
  readonly #legend: HTMLElement;
  readonly #values = new Map<number, HTMLElement>();
  readonly #resized: ResizeObserver;
  #view: View;

  constructor(metric: Metric, model: Model, view: View, events: ChartEvents) {
    this.#metric = metric;
    this.#model = model;
    this.#view = view;
    this.frame = byId(`chart-${metric.name}`);
    this.frame.replaceChildren();
    this.#trend = byId(`trend-${metric.name}`);
    this.#date = byId(`date-${metric.name}`);
    this.#legend = byId(`legend-${metric.name}`);
    this.plot = new uPlot(
      this.#options(events),
      [model.axis, ...model.currencies.map(({ lines }) => lines[metric.name])],
      this.frame,
    );
    this.#resized = new ResizeObserver(() => this.#fit());
    this.#resized.observe(this.frame);
    this.#showLegend();
    this.#say();
  }

  show(view: View): void {
    const old = this.#view;
    this.#view = view;
    this.plot.batch(() => {
      this.#model.currencies.forEach(({ code }, i) => {
        const show = view.currencies.has(code);
        if (show !== old.currencies.has(code)) this.plot.setSeries(i + 1, { show });
        this.plot.series[i + 1]!.width = lineWidth(view.days);
      });
      this.plot.setScale("x", scaleOf(view.days));
    });
    this.#showLegend();
    this.#say();
  }

  /** Puts the cursor at a point of the axis, without telling of it; null: takes it away. */
  putCursor(place: number | null): void {
    const [left, top] = place === null
      ? [-10, -10]
      : [this.plot.valToPos(this.#model.axis[place]!, "x"), HEIGHT / 3];
    this.plot.setCursor({ left, top }, false);
    alignLine(this.plot);
  }

  /** Marks days as being chosen; undefined: none are. */
  mark(days: Days | undefined): void {
    const { plot } = this;
    const [left, right] = days === undefined
      ? [0, 0]
      : [days.from - 0.5, days.to + 0.5].map((day) => plot.valToPos(day, "x"));
    const height = days === undefined ? 0 : plot.over.clientHeight;
    plot.setSelect({ left: left!, top: 0, width: right! - left!, height }, false);
  }

  /** Shows the figures at a point of the axis; of the last day with any where it is null. */
  showValues(place: number | null): void {
    const { axis, calendar } = this.#model;
    const at = place ?? lastPlace(this.#model, this.#view);
    const day = at === undefined ? undefined : axis[at];
    this.#date.textContent = day === undefined ? "" : calendar.iso(day);
    for (const [code, element] of this.#values) {
      const currency = this.#model.currencies.find((one) => one.code === code)!;
      element.textContent = day === undefined ? "–" : valueText(currency, this.#metric, day, at!);
    }
  }

  /** Draws it in the theme that is now. */
  redraw(): void {
    if (!this.#fit()) this.plot.redraw(false);
  }

  /** Whether the chart had another size. */
  #fit(): boolean {
    const size = isPrinting() ? PAPER : { width: this.frame.clientWidth, height: HEIGHT };
    if (size.width === 0 || size.width === this.plot.width) return false;
    this.plot.setSize(size);
    return true;
  }

  destroy(): void {
    this.#resized.disconnect();
    this.plot.destroy();
  }

  #showLegend(): void {
    this.#values.clear();
    const items = shownOf(this.#view, this.#model).map(({ code, label, look }) => {
      const value = el("span", { class: "value" }, "–");
      this.#values.set(code, value);
      return el("li", {}, swatch(look), el("span", { class: "name" }, label), value);
    });
    this.#legend.replaceChildren(...items);
    this.showValues(null);
  }

  #say(): void {
    this.#trend.textContent = trendText(this.#metric, this.#model, this.#view);
  }

  #options(events: ChartEvents): uPlot.Options {
    const model = this.#model;
    const { scale } = this.#metric;
    return {
      width: Math.max(this.frame.clientWidth, 200),
      height: HEIGHT,
      legend: { show: false },
      // Half of a date stands right of its day, and left of it, where without figures uPlot has no axis.
      padding: [8, 5 * CHARACTER, 0, (chart) => chart.scales.y?.min == null ? AXIS : 0],
      cursor: {
        y: false,
        sync: { key: SYNC, setSeries: false },
        drag: { x: true, y: false, setScale: false, dist: 4 },
        points: { size: 7 },
        bind: { dblclick: () => () => (events.onReset(), null) },
      },
      scales: {
        x: {
          time: false,
          ...scaleOf(this.#view.days),
          auto: false,
          range: (_, min, max) => [min, max],
        },
        y: {
          range: { min: { pad: 0.08, soft: 0, mode: 3 }, max: { pad: 0.08, soft: 0, mode: 3 } },
        },
      },
      axes: [
        {
          stroke: () => theme().text,
          grid: { stroke: () => theme().grid, width: 1 },
          ticks: { stroke: () => theme().grid, width: 1 },
          splits: (chart, _axis, min, max) => ticksOf(chart, model, min, max).days,
          values: (chart, days) => {
            const { min = 0, max = 0 } = chart.scales.x ?? {};
            return days.map(ticksOf(chart, model, min ?? 0, max ?? 0).label);
          },
        },
        {
          stroke: () => theme().text,
          grid: { stroke: () => theme().grid, width: 1 },
          ticks: { show: false },
          size: AXIS,
          values: (_chart, values) => values.map((value) => value === null ? "" : axisText(value)),
          incrs: scale === 0 ? WHOLE_STEPS : undefined,
        } as uPlot.Axis,
      ],
      series: [{}, ...model.currencies.map((currency) => this.#series(currency))],
      hooks: {
        drawClear: [(chart) => drawBands(chart, model)],
        setCursor: [(chart) => {
          alignLine(chart);
          // The charts that follow have no event of their own.
          if (chart.cursor.event != null) events.onCursor(chart.cursor.idx ?? null);
        }],
        setSelect: [(chart) => {
          const { left, width } = chart.select;
          if (width <= 0) return;
          const [from, to] = [left, left + width].map((at) => Math.round(chart.posToVal(at, "x")));
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          // The charts that follow are told, too: by then they may show other days.
          if (chart.cursor.event != null) events.onDays({ from: from!, to: to! });
        }],
      },
    };
  }

  #series({ code, look }: Currency): uPlot.Series {
    const colour = () => theme().lines[look.colour]!;
    return {
      show: this.#view.currencies.has(code),
      stroke: colour,
      width: lineWidth(this.#view.days),
      dash: [...look.dash],
      spanGaps: false,
      points: { size: 5, stroke: colour, fill: colour, width: 1, filter: alone },
    };
  }
}

/** Steps of an axis of counts. */
const WHOLE_STEPS = [...Array(16).keys()].flatMap((power) =>
  [1, 2, 5].map((digit) => digit * 10 ** power)
);

/** Half a day at both ends, so that one day alone is seen. */
function scaleOf({ from, to }: Days): { min: number; max: number } {
  return { min: from - 0.5, max: to + 0.5 };
}

/** Moves the cursor's line to its date, where its points are: uPlot has the line at the mouse. */
function alignLine({ cursor: { idx }, data, over, valToPos }: uPlot): void {
  const line = over.querySelector<HTMLElement>(".u-cursor-x");
  const day = idx == null ? undefined : data[0][idx];
  if (line === null || day === undefined) return;
  line.style.transform = `translate(${Math.ceil(valToPos(day, "x"))}px, 0px)`;
}

/** Thinner where lines are close, so that they stay apart. */
function lineWidth(days: Days): number {
  return lengthOf(days) > DENSE ? 1 : 1.75;
}

function ticksOf(chart: uPlot, { calendar }: Model, min: number, max: number) {
  const width = chart.bbox.width / devicePixelRatio || chart.width;
  return calendar.ticks(min, max, width / CHARACTER);
}

/** Where points are not drawn, as there are many, a value between two holes is: no line would show it. */
function alone(chart: uPlot, series: number, show: boolean): number[] | null {
  if (show) return null;
  const values = chart.data[series]!;
  const places: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (values[i] != null && values[i - 1] == null && values[i + 1] == null) places.push(i);
  }
  return places.length === 0 ? null : places;
}

/** The last point of the view at which any currency has a value. */
export function lastPlace(model: Model, view: View): number | undefined {
  const shown = shownOf(view, model);
  for (let place = model.axis.length - 1; place >= 0; place--) {
    const day = model.axis[place]!;
    if (day > view.days.to) continue;
    if (day < view.days.from) return undefined;
    if (shown.some(({ lines }) => lines.transactions[place] !== null)) return place;
  }
  return undefined;
}

/** The exact figure of a day; a word where there is none. */
export function valueText(currency: Currency, metric: Metric, day: number, place: number): string {
  const row = currency.places.get(day);
  if (row !== undefined) {
    return exactText(exact(currency.packed[metric.name][row]!, metric.name), metric.scale);
  }
  if (currency.leftOut.has(day)) return "left out";
  return currency.lines[metric.name][place] === 0 ? exactText("0", metric.scale) : "–";
}
