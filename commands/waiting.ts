/** Shows what a command waits for and for how long, where nothing else would be seen to happen. */
import { lineOf, Progress, type ProgressContext, type Told } from "../lib/runtime/progress.ts";
import { capitalized } from "../lib/runtime/words.ts";

export class Waiting implements Told, Disposable {
  readonly #progress: Progress;
  readonly #clock: () => number;
  #what: string | undefined;
  #begunAt = 0;

  /** @param clock milliseconds on a clock that only goes forward @default performance.now */
  constructor(context: ProgressContext, clock = () => performance.now()) {
    this.#clock = clock;
    this.#progress = new Progress(context, this, clock);
  }

  /** @param what as in `trying rights`; the time follows it */
  begin(what: string): void {
    this.#what = what;
    this.#begunAt = this.#clock();
    this.#progress.changed();
  }

  lines() {
    return this.#what === undefined ? [] : [lineOf([this.#what, `${this.#seconds} s`])];
  }

  said() {
    if (this.#what === undefined) return [];
    return [{ text: capitalized(this.#what), fields: { seconds: this.#seconds } }];
  }

  /** There is nothing to wait for any more. */
  clear(): Promise<void> {
    this.#what = undefined;
    return this.#progress.clear();
  }

  [Symbol.dispose](): void {
    this.#progress[Symbol.dispose]();
  }

  get #seconds(): number {
    return Math.round((this.#clock() - this.#begunAt) / 1000);
  }
}
