/** Logs for tests: one that says nothing, and one whose lines are looked at. */
import { createLogger, type Logger, type LogLevel } from "../../lib/runtime/log.ts";

/** Where nothing that is logged goes anywhere. */
export const SILENT: Logger = createLogger({
  level: "error",
  format: "text",
  output: { isTerminal: false, write: () => Promise.resolve() },
  now: () => Temporal.Now.instant(),
});

/** A log as text, and its lines so far. */
export function recordingLog(level: LogLevel = "info"): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const output = {
    isTerminal: false,
    write(text: string | Uint8Array) {
      lines.push(String(text));
      return Promise.resolve();
    },
  };
  const now = () => Temporal.Now.instant();
  return { log: createLogger({ level, format: "text", output, now }), lines };
}
