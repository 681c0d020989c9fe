/** Staging through lost connections and what else passes: the work is done again, on a new session. */
import { type FinpipeError, isKind, passesSoon } from "../../runtime/errors.ts";
import type { Logger } from "../../runtime/log.ts";
import { retrying } from "../../runtime/retry.ts";
import { PositionMoved } from "../../staging/landing.ts";
import type { StagingRepository } from "../../staging/repository.ts";
import type { StagingSessions } from "../../staging/sessions.ts";

export interface SteadyOptions {
  log: Logger;
  signal: AbortSignal;
  /** Milliseconds to try for what passes, as when staging is unreachable; Infinity for ever. */
  retryFor: number;
  /** Which failures are waited out, beside those that pass soon. @default none */
  passes?: (error: unknown) => boolean;
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
    const { log, signal, retryFor, passes = () => false } = this.#options;
    let again = false;
    const attempt = async () => {
      try {
        const result = await this.#sessions.use((staging) => work(staging, again));
        this.failure = undefined;
        return result;
      } catch (error) {
        if (passesSoon(error) || passes(error)) {
          again = true;
          this.failure = error as FinpipeError;
        }
        throw error;
      }
    };
    return await retrying(attempt, {
      log,
      // What was begun is brought to an end also after the signal to stop, but then not retried.
      ...(signal.aborted ? { retryFor: 0, signal: NEVER } : { retryFor, signal }),
      isRetriable: (error): error is FinpipeError =>
        passesSoon(error) || passes(error) ||
        // A session that broke has its locks until the server notices.
        (again && isKind(error, "locked") && !(error instanceof PositionMoved)),
    });
  }
}

/** A signal that is never aborted. */
const NEVER = new AbortController().signal;
