/** How much, how fast and how long, in a line of progress. */
import type { Pace } from "../../runtime/pace.ts";

/** @param like the size whose unit is used @default its own */
export function sizeText(bytes: number, like = bytes): string {
  if (like < 1e6) return `${Math.round(bytes / 1e3)} KB`;
  return like < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** As in `4:59`, or `1:04:59`. @param milliseconds rounded up to seconds */
export function clockText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, "0");
  return hours === 0
    ? `${minutes}:${rest}`
    : `${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}

/** How long so much more takes; undefined where nobody can tell, or it is nothing. */
export function leftText(pace: Pace, amount: number | undefined): string | undefined {
  const left = amount === undefined || amount <= 0 ? undefined : pace.timeFor(amount);
  return left === undefined ? undefined : `${clockText(left)} left`;
}

/** As a field of the log: whole seconds. */
export function secondsLeft(pace: Pace, amount: number | undefined): number | undefined {
  const left = amount === undefined || amount <= 0 ? undefined : pace.timeFor(amount);
  return left === undefined ? undefined : Math.ceil(left / 1000);
}
