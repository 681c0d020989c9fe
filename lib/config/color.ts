/** Whether texts are colored (https://no-color.org, https://force-color.org). */
import { COLORED, type Paint, PLAIN } from "../runtime/colors.ts";
import type { ConfigSource } from "./source.ts";

/** Values of `--color`. */
export const COLOR_CHOICES = ["auto", "always", "never"] as const;

/**
 * `--color always|never` and `--no-color` win; then NO_COLOR and FORCE_COLOR, if they are not empty,
 * in this order; else a terminal is colored that can show it.
 */
export function usesColor({ flags: { color }, env }: ConfigSource, isTerminal: boolean): boolean {
  if (color === "always") return true;
  if (color === "never" || color === false) return false;
  if ((env("NO_COLOR") ?? "") !== "") return false;
  const forced = env("FORCE_COLOR") ?? "";
  if (forced !== "") return !["0", "false"].includes(forced);
  return isTerminal && env("TERM") !== "dumb";
}

/** Colors what is written to an output, or not. */
export function paintOf(source: ConfigSource, { isTerminal }: { isTerminal: boolean }): Paint {
  return usesColor(source, isTerminal) ? COLORED : PLAIN;
}
