/** Says once that a service is away, however many wait for it, and once that it is back. */
import type { FinpipeError } from "./errors.ts";
import type { Logger } from "./log.ts";

export class Outage {
  readonly #what: string;
  readonly #log: Logger;
  readonly #clock: () => number;
  #since: number | undefined;

  /**
   * @param what the service, at the start of a sentence
   * @param clock milliseconds @default performance.now
   */
  constructor(what: string, log: Logger, clock = () => performance.now()) {
    this.#what = what;
    this.#log = log;
    this.#clock = clock;
  }

  /**
   * Something that is tried again has failed.
   *
   * @param text what there is to say of it
   * @returns false if the service as a whole is not to blame: then nothing was said
   */
  met(error: FinpipeError, text: string): boolean {
    if (error.kind !== "unreachable" && error.passes !== "in time") return false;
    if (this.#since === undefined) this.#log.warn(text);
    else this.#log.debug(text);
    this.#since ??= this.#clock();
    return true;
  }

  /** Something has succeeded. @param begunAt when it began: before the outage it says nothing */
  over(begunAt: number): void {
    if (this.#since === undefined || begunAt < this.#since) return;
    const seconds = Math.round((this.#clock() - this.#since) / 1000);
    this.#since = undefined;
    this.#log.info(`${this.#what} answers again, after ${seconds} s`);
  }
}
