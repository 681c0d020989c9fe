/** How the operations of a day are spread over its hours. Pure. */

/** How busy each hour is, relative to the others. */
const HOURS = [3, 2, 1, 1, 1, 2, 4, 7, 9, 10, 10, 11, 12, 12, 11, 10, 10, 11, 12, 12, 10, 8, 6, 4];

/** The share of a day's operations that begin before each hour, and before its end. */
const BEFORE = HOURS.reduce<number[]>((sums, weight) => [...sums, sums.at(-1)! + weight], [0])
  .map((sum, _hour, sums) => sum / sums.at(-1)!);

/** Seconds in a day. */
export const DAY = 86_400;

/** The second of the day at which a share of its operations, from 0 to 1, has begun. */
export function secondAt(share: number): number {
  let hour = 0;
  while (hour < 23 && BEFORE[hour + 1]! <= share) hour++;
  const part = (share - BEFORE[hour]!) / (BEFORE[hour + 1]! - BEFORE[hour]!);
  return Math.min(DAY - 1, Math.floor((hour + part) * 3600));
}

const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));

/** A second of the day as `HH:MM:SS`. */
export function clockText(second: number): string {
  const minute = Math.floor(second / 60);
  const hour = Math.floor(minute / 60);
  return `${TWO_DIGITS[hour]}:${TWO_DIGITS[minute % 60]}:${TWO_DIGITS[second % 60]}`;
}
