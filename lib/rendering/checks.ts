/** The checks of `doctor`, for people. */
import type { Check } from "../doctor/check.ts";

/** A line with the outcome and what was found; below it further lines, and what to do. */
export function checkLines({ check, outcome, detail, hint }: Check): string[] {
  const indent = " ".repeat(9);
  const [first, ...more] = detail.split("\n");
  const rest = hint === undefined ? more : [...more, hint];
  return [`${outcome.padEnd(9)}${check}: ${first}`, ...rest.map((line) => `${indent}${line}`)];
}
