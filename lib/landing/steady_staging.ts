/** Staging through lost connections and what else passes: the work is done again, on a new session. */
import { FinpipeError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/log.ts";
import { retrying } from "../runtime/retry.ts";
import type { StagingRepository } from "../staging/repository.ts";
import type { StagingSessions } from "../staging/sessions.ts";

export interface SteadyOptions {
  log: Logger;
  signal: AbortSignal;
  /** Milliseconds to try for what passes, as when staging is unreachable; Infinity for ever. */
  retryFor: number;
  /** See {@link RetryOptions.waitsOut}. @default soon */
  waitsOut?: "soon" | "in time";
}

/**
 * Work on staging.
 *
 * @param again a try before this one failed in a way that may have committed all the same
 */
export type StagingWork<T> = (staging: StagingRepository, again: boolean) => Promise<T>;

export class SteadyStaging {
  /** The last failure that is being waited out; undefined while staging answers. */
  failure: FinpipeError | undefined;
  readonly #sessions: StagingSessions;
  readonly #options: SteadyOptions;

  constructor(sessions: StagingSessions, options: SteadyOptions) {
    this.#sessions = sessions;
    this.#options = options;
  }

  /** @throws FinpipeError what passes soon, once the time is over; any other failure at once */
  async run<T>(work: StagingWork<T>): Promise<T> {
    const { log, signal, retryFor, waitsOut = "soon" } = this.#options;
    let again = false;
    const attempt = async () => {
      try {
        const result = await this.#sessions.use((staging) => work(staging, again));
        this.failure = undefined;
        return result;
      } catch (error) {
        const passes = error instanceof FinpipeError ? error.passes : undefined;
        if (passes === "soon" || passes === waitsOut) {
          again = true;
          this.failure = error as FinpipeError;
        }
        throw error;
      }
    };
    return await retrying(attempt, {
      log,
      waitsOut,
      // What was begun is brought to an end also after the signal to stop, but then not retried.
      ...(signal.aborted ? { retryFor: 0, signal: NEVER } : { retryFor, signal }),
    });
  }
}

/** A signal that is never aborted. */
const NEVER = new AbortController().signal;
