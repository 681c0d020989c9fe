/** Whether results are colored (https://no-color.org). */
import type { ConfigSource } from "./source.ts";

/** On a terminal, unless `--no-color` or a NO_COLOR that is not empty says otherwise. */
export function usesColor({ flags, env }: ConfigSource, isTerminal: boolean): boolean {
  return isTerminal && flags.color !== false && (env("NO_COLOR") ?? "") === "" &&
    env("TERM") !== "dumb";
}
