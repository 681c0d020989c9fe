/** How a backfill that stops says so: where, why, and the command that goes on. */
import { type Notice, noticeOfFailure } from "../notify/notice.ts";
import type { DayRun } from "../partitions/run_date.ts";
import { shellQuoted } from "../runtime/command_lines.ts";
import { type ErrorDetails, type ErrorKind, FinpipeError } from "../runtime/errors.ts";
import { capitalized, counted } from "../runtime/words.ts";
import type { BackfillRequest } from "./request.ts";

/** The backfill of this range, as it is typed after `finpipe`. */
export function commandOf({ range, given = [] }: BackfillRequest): string {
  const dates = range === undefined
    ? []
    : [range.from.equals(range.to) ? `${range.to}` : `${range.from}..${range.to}`];
  return ["backfill", ...dates, ...given.map(shellQuoted)].join(" ");
}

/** What is typed to go on from a date: what is done is fresh, and passed over in any case. */
export function commandFrom({ runDate }: DayRun, request: BackfillRequest): string {
  const { range, newestFirst = false } = request;
  if (range === undefined || newestFirst) return commandOf(request);
  return commandOf({ ...request, range: { from: runDate, to: range.to } });
}

/** A date, and the step of it that is worked on, if it has come to one: the start of a sentence. */
export function placeOf({ runDate, partition }: DayRun, step: string | undefined): string {
  return `Run date ${runDate} (partition ${partition})${
    step === undefined ? "" : `, step ${step}`
  }`;
}

/** The failure of a date, or of a step of it, with its name. */
export function stoppedAt(run: DayRun, step: string | undefined, error: unknown): unknown {
  if (!(error instanceof FinpipeError)) return error;
  const { kind, summary, list, hint } = error;
  const details = { list, cause: error, ...(hint !== undefined && { hint }) };
  return new FinpipeError(kind, `${placeOf(run, step)}: ${summary}`, details);
}

/** The failure of a backfill, in the end. */
export class BackfillFailure extends FinpipeError {
  constructor(kind: ErrorKind, message: string, details: ErrorDetails, readonly run: DayRun) {
    super(kind, message, details);
  }
}

/** What is told of the failure of a backfill. */
export function noticeOfBackfill(error: unknown): Notice {
  // What a date waits for is said in other words at each try, such as the partitions to be read.
  const waits = error instanceof BackfillFailure && error.kind === "prerequisite";
  const key = waits ? `${placeOf(error.run, undefined)} waits` : undefined;
  return noticeOfFailure("backfill_failed", error, key);
}

/** The failure of the whole backfill: that of the date that failed first. */
export function failedFinally(
  failures: readonly { run: DayRun; error: FinpipeError }[],
  request: BackfillRequest,
): BackfillFailure {
  const [{ run, error }] = failures as [{ run: DayRun; error: FinpipeError }];
  const dates = failures.map(({ run }) => run.runDate);
  const first = dates.toSorted(Temporal.PlainDate.compare)[0]!;
  const command = failures.length === 1 ? commandFrom(run, request) : commandFrom(
    { ...run, runDate: first },
    request,
  );
  const goOn = `then continue with 'finpipe ${command}'`;
  const others = failures.length === 1
    ? ""
    : ` (${counted(failures.length, "date")} failed: ${dates.join(", ")})`;
  const where = request.dependsOnPast ?? true ? "Backfill stopped: " : "";
  const details = {
    list: error.list,
    hint: error.hint === undefined ? capitalized(goOn) : `${error.hint}; ${goOn}`,
    cause: error.cause,
  };
  return new BackfillFailure(error.kind, `${where}${error.summary}${others}`, details, run);
}
