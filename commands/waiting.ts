/** Shows what a command waits for and for how long, where nothing else would be seen to happen. */
import type { Progress } from "../lib/runtime/progress.ts";

/** Milliseconds between two drawings. */
const DRAW_EVERY = 1_000;

export class Waiting implements Disposable {
  readonly #progress: Progress;
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #clock: () => number;
  #what: string | undefined;
  #begunAt = 0;

  /** @param clock milliseconds on a clock that only goes forward @default performance.now */
  constructor(progress: Progress, clock = () => performance.now()) {
    this.#progress = progress;
    this.#clock = clock;
    this.#timer = setInterval(() => this.#draw(), DRAW_EVERY);
  }

  /** @param what as in `trying rights`; the time follows it */
  begin(what: string): void {
    this.#what = what;
    this.#begunAt = this.#clock();
    this.#draw();
  }

  /** Makes room for a line of text. */
  clear(): Promise<void> {
    this.#what = undefined;
    return this.#progress.clear();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #draw(): void {
    const what = this.#what;
    if (what === undefined) return;
    const seconds = Math.round((this.#clock() - this.#begunAt) / 1000);
    this.#progress.show(() => `${what}, ${seconds} s`);
  }
}
