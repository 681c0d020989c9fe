/** Runs single steps of dates, and keeps the journal of each attempt. */
import type { DayRun } from "../partitions/run_date.ts";
import { EXIT_CODES, FinpipeError, messageOf } from "../runtime/errors.ts";
import type { NewAttempt, Outcome } from "../staging/ledger.ts";
import type { ReadyStep, StepContext, StepFacts } from "../steps/step.ts";

/** Where attempts are written down. */
export interface AttemptLog {
  /** @returns what {@link end} is given */
  begin(attempt: NewAttempt): Promise<number>;
  end(attempt: number, outcome: Outcome): Promise<void>;
}

export class StepRunner {
  readonly #context: StepContext;
  readonly #attempts: AttemptLog;

  constructor(context: StepContext, attempts: AttemptLog) {
    this.#context = context;
    this.#attempts = attempts;
  }

  /**
   * Runs a step of a date once.
   *
   * @throws what the step throws; it is written down
   */
  async run(
    { name, runDay }: ReadyStep,
    { number, stood, ...run }: DayRun & Pick<NewAttempt, "number" | "stood">,
    given: Partial<StepContext> = {},
  ): Promise<StepFacts> {
    const context = { ...this.#context, ...given };
    context.signal.throwIfAborted();
    const attempt = await this.#attempts.begin({ ...run, step: name, number, stood });
    let facts: StepFacts;
    try {
      facts = await runDay(context, run);
    } catch (error) {
      await this.#endFailed(attempt, outcomeOf(error, context.signal));
      throw error;
    }
    const { rows, bytes } = facts;
    await this.#attempts.end(attempt, {
      state: "done",
      rows,
      ...(bytes !== undefined && { bytes }),
    });
    return facts;
  }

  /** What the step said is told, whether it can be written down or not. */
  async #endFailed(attempt: number, outcome: Outcome): Promise<void> {
    try {
      await this.#attempts.end(attempt, outcome);
    } catch (error) {
      this.#context.log.warn(
        "Cannot write down how the attempt ended, so the next backfill takes it for interrupted: " +
          messageOf(error),
      );
    }
  }
}

function outcomeOf(error: unknown, signal: AbortSignal): Outcome {
  if (signal.aborted && !(error instanceof FinpipeError)) return { state: "interrupted" };
  if (!(error instanceof FinpipeError)) {
    return { state: "failed", exitCode: EXIT_CODES.failed, message: "an unexpected error" };
  }
  return { state: "failed", exitCode: error.exitCode, message: error.message };
}
