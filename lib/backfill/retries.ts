/** Tries again what can heal by itself, after a while that a person may watch pass. */
import { FinpipeError } from "../runtime/errors.ts";
import type { Logger } from "../runtime/log.ts";
import { wait } from "../runtime/retry.ts";

export interface RetriesOptions {
  /** How often something is tried again. */
  retries: number;
  /** Milliseconds before that. */
  delay: number;
  log: Logger;
  signal: AbortSignal;
  /** @default a timer */
  wait?: typeof wait | undefined;
  /** Told every second how long is left. @param what as it is named to {@link Retries.after} */
  onWait?: ((what: string, left: number) => void) | undefined;
}

/** The tick of a countdown, in milliseconds. */
const TICK = 1000;

export class Retries {
  readonly #options: RetriesOptions;

  constructor(options: RetriesOptions) {
    this.#options = options;
  }

  /** Runs work, and again where it fails for a reason that can pass. */
  async of<T>(what: string, work: () => Promise<T>): Promise<T> {
    for (let tried = 1;; tried++) {
      try {
        return await work();
      } catch (error) {
        await this.after(error, tried, what);
      }
    }
  }

  /**
   * Waits after a failure, until it is time to try again.
   *
   * @param tried how often by now
   * @throws the failure, where it is not to be tried again
   */
  async after(error: unknown, tried: number, what: string): Promise<void> {
    const { retries, delay, log, signal, wait: sleep = wait, onWait } = this.#options;
    if (!canHeal(error) || tried > retries) throw error;
    log.warn(`${what}: ${error.message}; trying again in ${Math.round(delay / 1000)} s`);
    for (let left = delay; left > 0; left -= TICK) {
      onWait?.(what, left);
      await sleep(Math.min(left, TICK), signal);
    }
  }
}

/** A server that is away, a lock, and what else passes, such as a statement that ran out of time. */
function canHeal(error: unknown): error is FinpipeError {
  if (!(error instanceof FinpipeError)) return false;
  return error.kind === "unreachable" || error.kind === "locked" || error.passes !== undefined;
}
