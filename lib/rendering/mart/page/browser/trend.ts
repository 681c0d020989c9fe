/** What a chart shows, in words. */
import { type Currency, lengthOf, type Line, type Metric, type Model } from "./model.ts";
import { changeSizeText, counted, exactText, shortText } from "./numbers.ts";
import { shownOf, type View } from "./view.ts";

/** At most so many currencies have a sentence of their own; the table beside the chart has all. */
const TOLD = 3;
/** A line that changes by less than this share over the view is steady. */
const STEADY = 0.02;

/** Sentences on a metric over the days of a view. */
export function trendText(metric: Metric, model: Model, view: View): string {
  const { calendar } = model;
  const shown = shownOf(view, model);
  if (shown.length === 0 && model.currencies.length > 0) return "No currency is chosen.";
  const { from, to } = view.days;
  const days = counted(lengthOf(view.days), "day");
  const span = from === to
    ? `On ${calendar.iso(from)}`
    : `${calendar.iso(from)} to ${calendar.iso(to)} (${days})`;
  const told = shown.map((currency) => ({
    currency,
    facts: factsOf(currency, metric, model, view),
  }))
    .filter(({ facts }) => facts !== undefined)
    .sort((one, other) => Math.abs(other.facts!.mean) - Math.abs(one.facts!.mean));
  if (told.length === 0) return `${span}: there are no figures.`;
  const sentences = told.slice(0, TOLD).map(({ currency, facts }) =>
    sentenceOf(currency, metric, facts!, view, model)
  );
  const rest = told.length - TOLD;
  if (rest > 0) {
    sentences.push(
      `${counted(rest, "more currency").replace("currencys", "currencies")}: see the table.`,
    );
  }
  return `${span}: ${sentences.join(" ")}`;
}

interface Facts {
  mean: number;
  /** Over the view, as a share of where it began, by the line of least squares; undefined: no telling. */
  change: number | undefined;
  least: { value: number; place: number };
  most: { value: number; place: number };
}

function sentenceOf(
  { label }: Currency,
  { scale }: Metric,
  { change, least, most }: Facts,
  { days }: View,
  { axis, calendar }: Model,
): string {
  // Averages differ in their last digits.
  const text = (value: number) => scale === 4 ? exactText(value.toFixed(4), 4) : shortText(value);
  if (days.from === days.to) return `${label} is ${text(least.value)}.`;
  if (least.value === most.value) return `${label} is ${text(least.value)} throughout.`;
  const way = change === undefined
    ? "varies"
    : Math.abs(change) < STEADY
    ? "is steady"
    : `${change > 0 ? "rises" : "falls"} by about ${changeSizeText(change)}`;
  const at = ({ value, place }: Facts["least"]) =>
    `${text(value)} on ${calendar.iso(axis[place]!)}`;
  return `${label} ${way}: at the least ${at(least)}, at the most ${at(most)}.`;
}

function factsOf(
  { lines }: Currency,
  { name }: Metric,
  { axis }: Model,
  { days }: View,
): Facts | undefined {
  const line: Line = lines[name];
  let [count, sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0, 0];
  let least: Facts["least"] | undefined;
  let most: Facts["least"] | undefined;
  let [first, last] = [0, 0];
  for (let place = 0; place < axis.length; place++) {
    const x = axis[place]!;
    const value = line[place];
    if (x < days.from || x > days.to || value == null) continue;
    if (count === 0) first = x;
    last = x;
    count++;
    sumX += x;
    sumY += value;
    sumXX += x * x;
    sumXY += x * value;
    if (least === undefined || value < least.value) least = { value, place };
    if (most === undefined || value > most.value) most = { value, place };
  }
  if (least === undefined || most === undefined) return undefined;
  const mean = sumY / count;
  const spread = count * sumXX - sumX * sumX;
  const slope = spread === 0 ? 0 : (count * sumXY - sumX * sumY) / spread;
  const begin = mean + slope * (first - sumX / count);
  // Of a sum that may be on both sides of zero, a share says nothing.
  const isTelling = count >= 3 && begin !== 0 && least.value >= 0 && begin > 0;
  return { mean, change: isTelling ? slope * (last - first) / begin : undefined, least, most };
}
