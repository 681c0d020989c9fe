/** Logs for tests: one that says nothing, and one whose lines are looked at. */
import { createLogger, type Logger, type LogLevel } from "../../lib/runtime/log.ts";
import { CaughtOutput } from "./output.ts";

/** Where nothing that is logged goes anywhere. */
export const SILENT: Logger = createLogger({
  level: "error",
  format: "text",
  output: { isTerminal: false, write: () => Promise.resolve() },
  now: () => Temporal.Now.instant(),
});

/** A log as text, and its lines so far. */
export function recordingLog(
  level: LogLevel = "info",
  now = () => Temporal.Now.instant(),
): { log: Logger; lines: string[] } {
  const output = new CaughtOutput();
  return { log: createLogger({ level, format: "text", output, now }), lines: output.pieces };
}
