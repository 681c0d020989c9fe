/** How a list of days is said. */
import { counted } from "../runtime/words.ts";

/** At most this many ranges of days are named in a sentence; the other days are counted. */
const NAMED_RANGES = 10;

/** Days in order, those that follow each other as a range. */
export function daysText(days: readonly Temporal.PlainDate[]): string {
  const ranges: { from: Temporal.PlainDate; to: Temporal.PlainDate; days: number }[] = [];
  for (const day of days) {
    const last = ranges.at(-1);
    if (last?.to.add({ days: 1 }).equals(day)) {
      last.to = day;
      last.days++;
    } else ranges.push({ from: day, to: day, days: 1 });
  }
  const named = ranges.slice(0, NAMED_RANGES).map(({ from, to }) =>
    from.equals(to) ? String(from) : `${from}..${to}`
  );
  const rest = ranges.slice(NAMED_RANGES).reduce((sum, { days }) => sum + days, 0);
  if (rest > 0) named.push(counted(rest, "more day"));
  return named.length < 2 ? named.join("") : `${named.slice(0, -1).join(", ")} and ${named.at(-1)}`;
}
