/** Staging through lost connections: what found it unreachable is done again, on a new session. */
import { type FinpipeError, isKind } from "../../runtime/errors.ts";
import type { Logger } from "../../runtime/log.ts";
import { retrying } from "../../runtime/retry.ts";
import { PositionMoved, type StagingRepository } from "../../staging/repository.ts";

export interface SteadyOptions {
  /** Opens a session of staging anew and takes the source's lock again. One try. */
  reconnect(): Promise<StagingRepository>;
  log: Logger;
  signal: AbortSignal;
  /** Milliseconds to try for when staging is unreachable. */
  retryFor: number;
}

/**
 * Work on staging.
 *
 * @param again a try before this one lost its connection: it may have committed all the same
 */
export type StagingWork<T> = (staging: StagingRepository, again: boolean) => Promise<T>;

export class SteadyStaging {
  readonly #options: SteadyOptions;
  #staging: StagingRepository;

  constructor(staging: StagingRepository, options: SteadyOptions) {
    this.#staging = staging;
    this.#options = options;
  }

  /** @throws FinpipeError of kind `unreachable` once the time is over; any other failure at once */
  async run<T>(work: StagingWork<T>): Promise<T> {
    const { log, signal, retryFor, reconnect } = this.#options;
    let again = false;
    let lost = false;
    const attempt = async () => {
      if (lost) this.#staging = await reconnect();
      lost = false;
      try {
        return await work(this.#staging, again);
      } catch (error) {
        if (isKind(error, "unreachable")) again = lost = true;
        throw error;
      }
    };
    return await retrying(attempt, {
      log,
      // What was begun is brought to an end also after the signal to stop, but then not retried.
      ...(signal.aborted ? { retryFor: 0, signal: NEVER } : { retryFor, signal }),
      isRetriable: (error): error is FinpipeError =>
        isKind(error, "unreachable") ||
        // A session that broke has its locks until the server notices.
        (again && isKind(error, "locked") && !(error instanceof PositionMoved)),
    });
  }
}

/** A signal that is never aborted. */
const NEVER = new AbortController().signal;
