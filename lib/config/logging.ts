/** How to log: known before all other settings, as it decides how their problems are shown. */
import { LOG_LEVELS, type LogLevel } from "../runtime/log.ts";
import type { Problems } from "./problems.ts";
import { type ConfigSource, type Setting, setting } from "./source.ts";

export const LOG_FORMATS = ["auto", "text", "json"] as const;

/** `--log-level`, else `FINPIPE_LOG_LEVEL`, else info; also info where the value is not a level. */
export function logLevel(source: ConfigSource, problems: Problems): LogLevel {
  return oneOf(LOG_LEVELS, setting(source, "logLevel", "FINPIPE_LOG_LEVEL"), problems) ?? "info";
}

/**
 * `--log-format`, else `FINPIPE_LOG_FORMAT`, else auto: text on a terminal, JSON otherwise; also auto where the value is not a format.
 */
export function logFormat(
  source: ConfigSource,
  isTerminal: boolean,
  problems: Problems,
): "text" | "json" {
  const given = setting(source, "logFormat", "FINPIPE_LOG_FORMAT");
  const format = oneOf(LOG_FORMATS, given, problems) ?? "auto";
  return format === "auto" ? (isTerminal ? "text" : "json") : format;
}

/** Whether a format was asked for in so many words. */
export function isLogFormat(source: ConfigSource, format: typeof LOG_FORMATS[number]): boolean {
  return setting(source, "logFormat", "FINPIPE_LOG_FORMAT")?.value === format;
}

/**
 * The value of `--log-format` on a command line that may be wrong, so that what is wrong is told in
 * that format; as in commander, the last one counts.
 */
export function givenLogFormat(argv: readonly string[]): string | undefined {
  const end = argv.indexOf("--");
  const words = end === -1 ? argv : argv.slice(0, end);
  return words.map((word, index) => {
    if (word === "--log-format") return words[index + 1];
    return word.startsWith("--log-format=") ? word.slice("--log-format=".length) : undefined;
  }).findLast((value) => value !== undefined);
}

function oneOf<T extends string>(
  choices: readonly T[],
  given: Setting | undefined,
  problems: Problems,
): T | undefined {
  if (given === undefined) return undefined;
  const choice = choices.find((text) => text === given.value);
  if (choice === undefined) {
    problems.of(given.origin)(`it is "${given.value}"`, `Set it to one of ${choices.join(", ")}`);
  }
  return choice;
}
