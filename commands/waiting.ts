/** Shows what a command waits for and for how long, where nothing else would be seen to happen. */
import { lineOf, Progress } from "../lib/runtime/progress.ts";
import { capitalized } from "../lib/runtime/words.ts";

export class Waiting extends Progress {
  #what: string | undefined;
  #begunAt = 0;

  /** @param what as in `trying rights`; the time follows it */
  begin(what: string): void {
    this.#what = what;
    this.#begunAt = this.clock();
    this.changed();
  }

  protected lines() {
    return this.#what === undefined ? [] : [lineOf([this.#what, `${this.#seconds} s`])];
  }

  protected said() {
    if (this.#what === undefined) return [];
    return [{ text: capitalized(this.#what), fields: { seconds: this.#seconds } }];
  }

  /** There is nothing to wait for any more. */
  override clear(): Promise<void> {
    this.#what = undefined;
    return super.clear();
  }

  get #seconds(): number {
    return Math.round((this.clock() - this.#begunAt) / 1000);
  }
}
