/** Trying again what failed for a reason that passes, as a service that was unreachable. */
import { type FinpipeError, passesSoon } from "./errors.ts";
import type { Logger } from "./log.ts";

export interface RetryOptions {
  /** Milliseconds after the first failure until which another try is started. */
  retryFor: number;
  /** Ends the waiting; its reason is thrown. */
  signal: AbortSignal;
  log: Logger;
  /** Which failures are tried again. @default those that pass soon */
  isRetriable?: (error: unknown) => error is FinpipeError;
  /** Milliseconds before the second try, doubled each time. @default 100 */
  firstDelay?: number;
  /** Longest wait in milliseconds. @default 5000 */
  longestDelay?: number;
  /** A number from 0 to 1. @default Math.random */
  random?: () => number;
  /** Milliseconds on a clock that only goes forward. @default performance.now */
  clock?: () => number;
}

/**
 * Runs `work`; as long as it fails for what passes soon, waits and runs it again. Each wait is between
 * half and all of its nominal length (jitter), so that many processes do not come back at once.
 *
 * @throws the last failure, once `retryFor` is over; any other failure at once
 */
export async function retrying<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { retryFor, signal, log, firstDelay = 100, longestDelay = 5000 } = options;
  const { random = Math.random, clock = () => performance.now() } = options;
  const { isRetriable = passesSoon } = options;
  let deadline: number | undefined;
  for (let attempt = 1;; attempt++) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isRetriable(error)) throw error;
      const now = clock();
      deadline ??= now + retryFor;
      const nominal = Math.min(longestDelay, firstDelay * 2 ** (attempt - 1));
      const delay = nominal * (0.5 + random() / 2);
      if (now + delay > deadline) throw error;
      announce(log, error, attempt, deadline - now);
      await wait(delay, signal);
    }
  }
}

function announce(log: Logger, error: FinpipeError, attempt: number, left: number): void {
  const long = left === Infinity ? "until it answers" : `for ${Math.round(left / 1000)} s`;
  if (attempt === 1) log.warn(`${error.message}; trying again ${long}`);
  else log.debug(`${error.message}; trying again ${long}`, { attempt });
}

/** Waits, or throws the signal's reason as soon as it is aborted. */
export function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}
