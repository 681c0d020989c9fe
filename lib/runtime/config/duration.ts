/** Durations as options write them: `250ms`, `60s`, `5m`, `1h`, `90d`. */
import { FinpipeError } from "../errors.ts";

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A century, so that a time reckoned back from now is one that dates and timestamps can hold. */
const LONGEST = 36_525 * 86_400_000;

/**
 * Reads a duration: a whole number and its unit. It may be longer than a timer can wait (24 days).
 *
 * @param option is named in the message, as in `--retry-for`
 * @returns milliseconds
 * @throws FinpipeError of kind `usage`
 */
export function parseDuration(text: string, option: string): number {
  const [, digits, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (digits === undefined || unit === undefined) {
    throw new FinpipeError("usage", `Cannot read ${option} "${text}": not a duration`, {
      hint: "Write a whole number and a unit (ms, s, m, h or d), as in 60s",
    });
  }
  const milliseconds = Number(digits) * MILLISECONDS[unit]!;
  if (milliseconds <= LONGEST) return milliseconds;
  throw new FinpipeError("usage", `Cannot use ${option} "${text}": longer than 36525d`, {
    hint: "Give a shorter duration",
  });
}
