/** Holes, left-out currencies and stale days, in words. */
import { runsText } from "./dates.ts";
import { byId, el } from "./element.ts";
import { type Days, lengthOf, type MarkedDays, type Model, unitsOf, within } from "./model.ts";
import { counted, exactText } from "./numbers.ts";
import { shownOf, type View } from "./view.ts";

export function showNotes(model: Model, view: View): void {
  const holes = list(model, within(model.holes, view.days), (days, text) => `${days}: ${text}.`);
  const stale = list(model, within(model.stale, view.days), (days, text) => `${days}: ${text}.`);
  const leftOut = leftOutTexts(model, view);
  fill("holes", holes, "No day of this view is without a mart.");
  fill("left-out", leftOut, "No currency of this view was left out.");
  fill("stale", stale, "No day of this view was stale when the page was made.");
}

/** A sentence for each text, with the days that have it. */
function list(
  { calendar }: Model,
  ranges: readonly MarkedDays[],
  sentence: (days: string, text: string) => string,
): string[] {
  const texts = new Map<string, Days[]>();
  for (const range of ranges) texts.set(range.text, [...texts.get(range.text) ?? [], range]);
  return [...texts].map(([text, ranges]) => {
    const days = ranges.reduce((sum, range) => sum + lengthOf(range), 0);
    const count = days === 1 ? "" : ` (${counted(days, "day")})`;
    return sentence(`${runsText(calendar, ranges)}${count}`, text);
  });
}

function leftOutTexts(model: Model, view: View): string[] {
  const { calendar } = model;
  return shownOf(view, model).flatMap(({ label, leftOut }) => {
    const days = [...leftOut.keys()].filter((day) => day >= view.days.from && day <= view.days.to)
      .sort((one, other) => one - other);
    if (days.length === 0) return [];
    const count = days.reduce((sum, day) => sum + unitsOf(leftOut.get(day)!), 0n);
    const noun = count === 1n ? "transaction" : "transactions";
    const ranges: Days[] = [];
    for (const day of days) {
      const last = ranges.at(-1);
      if (last?.to === day - 1) last.to = day;
      else ranges.push({ from: day, to: day });
    }
    return [
      `Currency ${label}, ${
        runsText(calendar, ranges)
      }: no dollar rate was known on or before the ` +
      `day, so ${exactText(`${count}`, 0)} counted ${noun} are left out.`,
    ];
  });
}

function fill(id: string, texts: readonly string[], none: string): void {
  byId(id).replaceChildren(
    ...(texts.length === 0 ? [none] : texts).map((text) => el("li", {}, text)),
  );
}
