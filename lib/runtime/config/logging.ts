/** How to log: known before all other settings, as it decides how their problems are shown. */
import { FinpipeError } from "../errors.ts";
import { LOG_LEVELS, type LogLevel } from "../log.ts";
import { type ConfigSource, setting } from "./source.ts";

const FORMATS = ["auto", "text", "json"] as const;

/**
 * `--log-level`, else `FINPIPE_LOG_LEVEL`, else info.
 *
 * @throws FinpipeError of kind `configuration`
 */
export function logLevel(source: ConfigSource): LogLevel {
  return oneOf(LOG_LEVELS, source, "logLevel", "FINPIPE_LOG_LEVEL") ?? "info";
}

/**
 * `--log-format`, else `FINPIPE_LOG_FORMAT`, else auto: text on a terminal, JSON otherwise.
 *
 * @throws FinpipeError of kind `configuration`
 */
export function logFormat(source: ConfigSource, isTerminal: boolean): "text" | "json" {
  const format = oneOf(FORMATS, source, "logFormat", "FINPIPE_LOG_FORMAT") ?? "auto";
  return format === "auto" ? (isTerminal ? "text" : "json") : format;
}

function oneOf<T extends string>(
  choices: readonly T[],
  source: ConfigSource,
  flag: string,
  name: string,
): T | undefined {
  const given = setting(source, flag, name);
  if (given === undefined) return undefined;
  const choice = choices.find((text) => text === given.value);
  if (choice !== undefined) return choice;
  throw new FinpipeError("configuration", `Cannot use ${given.origin}: it is "${given.value}"`, {
    hint: `Set it to one of ${choices.join(", ")}`,
  });
}
