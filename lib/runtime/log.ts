/**
 * The log: one line on stderr for each event, as text for a person or JSON for a collector.
 *
 * Not a logging library, since those configure one logger for the whole process and a run of
 * finpipe must fit inside a test beside others.
 */
import { type Paint, PLAIN, type Style } from "./colors.ts";
import type { CommandLines } from "./command_lines.ts";
import type { Output } from "./io.ts";
import { printable } from "./printable.ts";

/** Levels in order of weight. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Named values beside a message; never secrets, and row values at debug only. */
export type LogFields = Record<string, string | number | bigint | boolean | null | undefined>;

/** Writes log lines of at least one level. */
export interface Logger {
  readonly level: LogLevel;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Resolves when everything logged so far is written. */
  flush(): Promise<void>;
}

/** How a logger writes. */
export interface LoggerOptions {
  level: LogLevel;
  format: "text" | "json";
  output: Output;
  now: () => Temporal.Instant;
  /** Completes the commands that messages name. @default they stay as they are */
  lines?: Pick<CommandLines, "complete">;
  /** Colors the levels of text. @default it does not */
  paint?: Paint;
}

/** Makes a logger; lines are written in order, the caller never waits for them. */
export function createLogger(
  { level, format, output, now, lines, paint = PLAIN }: LoggerOptions,
): Logger {
  const threshold = LOG_LEVELS.indexOf(level);
  let written = Promise.resolve();
  const log = (at: LogLevel) => (text: string, fields: LogFields = {}) => {
    if (LOG_LEVELS.indexOf(at) < threshold) return;
    const message = lines?.complete(text) ?? text;
    const line = format === "json"
      ? jsonLine(now(), at, message, fields)
      : formatText(at, message, fields, paint);
    // A closed stderr must not end the work.
    written = written.then(() => output.write(line)).catch(() => {});
  };
  return {
    level,
    debug: log("debug"),
    info: log("info"),
    warn: log("warn"),
    error: log("error"),
    flush: () => written,
  };
}

/** One line of a log in JSON. */
export function jsonLine(
  now: Temporal.Instant,
  level: LogLevel,
  message: string,
  fields: LogFields,
): string {
  const record = { time: now.toString(), level, message, ...fields };
  const text = JSON.stringify(
    record,
    (_key, value) => typeof value === "bigint" ? String(value) : value,
  );
  return `${printable(text)}\n`;
}

function formatText(level: LogLevel, message: string, fields: LogFields, paint: Paint) {
  const values = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${value}`)
    .join("");
  const style = STYLES[level];
  const prefix = style === undefined ? "" : `${paint(style, `${level}:`)} `;
  return `${prefix}${printable(`${message}${values}`)}\n`;
}

const STYLES: Readonly<Record<LogLevel, Style | undefined>> = {
  debug: "faint",
  info: undefined,
  warn: "warning",
  error: "bad",
};
