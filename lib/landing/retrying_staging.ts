/**
 * Staging that survives lost connections and other failures that pass: it repeats the work on a new
 * session.
 */
import { FinpipeError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/log.ts";
import { Outage } from "../runtime/outage.ts";
import { retrying } from "../runtime/retry.ts";
import type { StagingRepository } from "../staging/repository.ts";
import type { StagingSessions } from "../staging/sessions.ts";

export interface RetryingOptions {
  log: Logger;
  signal: AbortSignal;
  /**
   * Milliseconds to retry a failure that passes, such as an unreachable server; Infinity for ever.
   */
  retryFor: number;
  /** See {@link RetryOptions.waitsOut}. @default soon */
  waitsOut?: "soon" | "in time";
}

/**
 * Work on staging.
 *
 * @param again an earlier try failed, but may have committed
 */
export type StagingWork<T> = (staging: StagingRepository, again: boolean) => Promise<T>;

export class RetryingStaging {
  /** The failure that is being retried; undefined while staging answers. */
  failure: FinpipeError | undefined;
  readonly #sessions: StagingSessions;
  readonly #options: RetryingOptions;
  /** Partitions are landed side by side, and staging goes for all of them at once. */
  readonly #outage: Outage;

  constructor(sessions: StagingSessions, options: RetryingOptions) {
    this.#sessions = sessions;
    this.#options = options;
    this.#outage = new Outage("Staging", options.log);
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
      outage: this.#outage,
      waitsOut,
      // After the signal to stop, work that has begun is still finished, but no longer retried.
      ...(signal.aborted ? { retryFor: 0, signal: NEVER } : { retryFor, signal }),
    });
  }
}

/** A signal that is never aborted. */
const NEVER = new AbortController().signal;
