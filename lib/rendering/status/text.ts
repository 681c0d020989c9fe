/** `status` for people: the table, and below it what is not as it should be, in words. */
import { shellQuoted } from "../../runtime/command_lines.ts";
import type { RunStatus, Status } from "../../status/status.ts";
import { causeLines, openDaysLine, totalsLine } from "./causes.ts";
import { statusTable, type TableOptions } from "./table.ts";

export interface TextOptions extends TableOptions {
  /** Options that the command to continue with repeats. */
  given: readonly string[];
  /** Completes the commands that a line names. */
  complete: (line: string) => string;
}

/** @param shown those of the dates that the table has */
export function* statusText(
  status: Status,
  shown: Iterable<RunStatus>,
  options: TextOptions,
): Generator<string, void, void> {
  const open = openDaysLine(status.open);
  if (isEmpty(status)) {
    yield "Nothing is known of any date that is over\n";
  } else {
    if (!isEmpty(shown)) {
      yield* statusTable(shown, options);
      yield "\n";
    }
    const causes = causeLines(shown);
    if (causes.length > 0) yield `${causes.join("\n")}\n\n`;
    yield `${totalsLine(status.totals())}\n`;
  }
  if (open !== undefined) yield `${options.complete(open)}\n`;
  const next = nextLine(status, options.given);
  if (next !== undefined) yield `${options.complete(next)}\n`;
}

/** What does what is left of days that are over; undefined where nothing is, or a backfill is at it. */
function nextLine(status: Status, given: readonly string[]): string | undefined {
  let first: Temporal.PlainDate | undefined;
  let last: Temporal.PlainDate | undefined;
  for (const { runDate, partition, steps } of status) {
    if (steps.some(({ state }) => state === "running")) return undefined;
    if (status.isOpen(partition)) continue;
    if (steps.every(({ state }) => state === "done" || state === "pruned")) continue;
    first ??= runDate;
    last = runDate;
  }
  if (first === undefined || last === undefined) return undefined;
  const range = first.equals(last) ? `${first}` : `${first}..${last}`;
  const command = ["backfill", range, ...given].map(shellQuoted).join(" ");
  return `Run 'finpipe ${command}' to do what is left`;
}

function isEmpty(runs: Iterable<RunStatus>): boolean {
  for (const _ of runs) return false;
  return true;
}
