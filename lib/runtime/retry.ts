/** Retries work that failed for a reason that passes, such as an unreachable service. */
import { FinpipeError } from "./errors.ts";
import type { Logger } from "./log.ts";
import type { Outage } from "./outage.ts";

export interface RetryOptions {
  /** Milliseconds after the first failure until which another try is started. */
  retryFor: number;
  /** Ends the waiting; its reason is thrown. */
  signal: AbortSignal;
  /** @default nothing is said */
  log?: Logger;
  /** Says what several that are retried side by side have in common. @default each speaks for itself */
  outage?: Outage;
  /** What the log says that finpipe does next. @default that it is tried again, and for how long */
  next?: string;
  /**
   * Which failures are retried: those that pass soon, or also those that pass in time. @default
   * soon
   */
  waitsOut?: "soon" | "in time";
  /** Which failures are retried, instead of those that pass. */
  isRetriable?: (error: FinpipeError) => boolean;
  /**
   * Asked after a failure: true if all went well for a while, so that the waits start short again.
   */
  hasRecovered?: () => boolean;
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
 * At most this many causes are logged as warnings: a text with a number in it may differ each time.
 */
const MOST_TOLD = 10;

/**
 * Runs `work`; as long as it fails for a reason that passes, waits and runs it again. A failure
 * that passes `after a break` is retried only if an earlier try lost its session. Each wait is
 * between half and all of its nominal length (jitter), so that many processes do not come back at
 * once.
 *
 * @throws the last failure, once `retryFor` is over; any other failure at once
 */
export async function retrying<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { retryFor, signal, firstDelay = 100, longestDelay = 5000 } = options;
  const { random = Math.random, clock = () => performance.now() } = options;
  const { waitsOut = "soon", hasRecovered = () => false, outage, log } = options;
  const isRetriable = options.isRetriable ??
    (({ passes }) =>
      passes === "soon" || passes === waitsOut || (passes === "after a break" && attempt > 1));
  let deadline: number | undefined;
  let attempt = 1;
  const told = new Set<string>();
  let failedAt: number | undefined;
  for (;; attempt++) {
    signal.throwIfAborted();
    const begunAt = clock();
    try {
      const result = await work();
      outage?.over(begunAt);
      if (failedAt !== undefined && told.size > 0) {
        log?.info(`Tried again with success, after ${seconds(clock() - failedAt)}`);
      }
      return result;
    } catch (error) {
      if (!(error instanceof FinpipeError) || !isRetriable(error)) throw error;
      if (hasRecovered()) {
        attempt = 1;
        deadline = undefined;
        told.clear();
        failedAt = undefined;
      }
      const now = clock();
      failedAt ??= now;
      deadline ??= now + retryFor;
      const nominal = Math.min(longestDelay, firstDelay * 2 ** (attempt - 1));
      const delay = nominal * (0.5 + random() / 2);
      if (now + delay > deadline) throw error;
      const text = textOf(options, error, deadline - now);
      if (outage?.met(error, text) !== true) {
        const isNews = !told.has(error.message) && told.size < MOST_TOLD;
        if (isNews) log?.warn(text);
        else log?.debug(text, { attempt });
        if (isNews) told.add(error.message);
      }
      await wait(delay, signal);
    }
  }
}

/** What happened, and what is done about it. @param left milliseconds */
function textOf({ next }: RetryOptions, error: FinpipeError, left: number): string {
  const long = left === Infinity ? "until it answers" : `for ${seconds(left)}`;
  return `${error.message}; ${next ?? `trying again ${long}`}`;
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
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
