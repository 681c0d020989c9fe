/** The checks of `doctor`, for people. */
import type { Check } from "../doctor/check.ts";
import { type Paint, PLAIN, type Style } from "../runtime/colors.ts";

const STYLES: Record<Check["outcome"], Style> = {
  ok: "good",
  warning: "warning",
  failed: "bad",
  skipped: "faint",
};

/** A line with the outcome and what was found; below it further lines, and what to do. */
export function checkLines(
  { check, outcome, detail, hint }: Check,
  paint: Paint = PLAIN,
): string[] {
  const indent = " ".repeat(9);
  const [first, ...more] = detail.split("\n");
  const rest = hint === undefined ? more : [...more, hint];
  const shown = paint(STYLES[outcome], outcome) + " ".repeat(9 - outcome.length);
  return [`${shown}${check}: ${first}`, ...rest.map((line) => `${indent}${line}`)];
}
