/** Durations as options write them: `250ms`, `60s`, `5m`, `1h`, `90d`. */
import { FinpipeError } from "../runtime/errors.ts";

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A century: now minus the longest duration is still a time that dates and timestamps can hold. */
const LONGEST_DAYS = 36_525;

/**
 * Days that a timer can wait: it counts milliseconds in 31 bits, and with more it fires at once.
 */
export const TIMER_DAYS = 24;

/**
 * Reads a duration: a whole number and its unit.
 *
 * @param option its name for the message, such as `--retry-for`
 * @param longest in days: {@link TIMER_DAYS} for what a timer has to wait @default a century
 * @returns milliseconds
 * @throws FinpipeError of kind `usage`
 */
export function parseDuration(text: string, option: string, longest = LONGEST_DAYS): number {
  const [, digits, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) {
    throw new FinpipeError("usage", `Cannot read ${option} "${text}": not a duration`, {
      hint: "Write a whole number and a unit (ms, s, m, h or d), as in 60s",
    });
  }
  const milliseconds = Number(digits) * MILLISECONDS[unit]!;
  if (milliseconds <= longest * MILLISECONDS.d!) return milliseconds;
  throw new FinpipeError("usage", `Cannot use ${option} "${text}": longer than ${longest}d`, {
    hint: "Give a shorter duration",
  });
}
