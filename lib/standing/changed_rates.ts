/**
 * Which rates that a mart was built with are other ones now (contract, sections 6 and 9). A rate holds
 * from its day until the next one of its currency.
 */

/** A dollar rate of a currency, the last one of its day. */
export interface KnownRate {
  /** ISO, as all dates and times here: only compared. */
  day: string;
  currency: number;
  /** As decimal text. */
  rate: string;
  dateUpdate: string;
  objectId: string;
}

/** What a mart's day was built with: NULLs where there was no rate. */
export interface UsedRate {
  day: string;
  currency: number;
  rate: string | null;
  dateUpdate: string | null;
  objectId: string | null;
}

/**
 * The currencies, in order, of which another rate holds on a day than the one that was used, or one
 * where there was none, or none where there was one.
 *
 * @param known of each currency those of the days in question, and the last one before; in any order
 * @returns by day; days whose rates are the same are not in it
 */
export function changedRates(
  known: readonly KnownRate[],
  used: readonly UsedRate[],
): Map<string, number[]> {
  const timelines = new Map<number, KnownRate[]>();
  for (const rate of known) {
    const timeline = timelines.get(rate.currency);
    if (timeline === undefined) timelines.set(rate.currency, [rate]);
    else timeline.push(rate);
  }
  for (const timeline of timelines.values()) {
    timeline.sort((one, other) => one.day < other.day ? -1 : 1);
  }
  const changed = new Map<string, number[]>();
  for (const rate of used) {
    const now = latestOn(rate.day, timelines.get(rate.currency) ?? []);
    if (isSame(now, rate)) continue;
    const currencies = changed.get(rate.day);
    if (currencies === undefined) changed.set(rate.day, [rate.currency]);
    else currencies.push(rate.currency);
  }
  for (const currencies of changed.values()) currencies.sort((one, other) => one - other);
  return changed;
}

/** The last one on or before a day. */
function latestOn(day: string, timeline: readonly KnownRate[]): KnownRate | undefined {
  let [low, high] = [0, timeline.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeline[middle]!.day <= day) low = middle + 1;
    else high = middle;
  }
  return timeline[low - 1];
}

function isSame(now: KnownRate | undefined, used: UsedRate): boolean {
  return (now?.objectId ?? null) === used.objectId &&
    (now?.dateUpdate ?? null) === used.dateUpdate &&
    (now?.rate ?? null) === used.rate;
}
