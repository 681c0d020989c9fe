/** Says what a run that was asked to stop still waits for, if that takes a moment. */
import { Interrupted } from "./errors.ts";
import type { Logger } from "./log.ts";

/** Milliseconds that nobody minds. */
const SOON = 1000;

export class StopNotice implements Disposable {
  /** What is waited for, after `waiting`: told by whoever knows. */
  waitsFor: () => string = () => "for the step that has begun to end";
  readonly #signal: AbortSignal;
  readonly #log: Logger;
  readonly #soon: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param signal asks the run to stop
   * @param soon milliseconds after which there is something to say @default 1000
   */
  constructor(signal: AbortSignal, log: Logger, soon = SOON) {
    this.#signal = signal;
    this.#log = log;
    this.#soon = soon;
    signal.addEventListener("abort", this.#asked, { once: true });
    if (signal.aborted) this.#asked();
  }

  /** The run is over. */
  [Symbol.dispose](): void {
    this.#signal.removeEventListener("abort", this.#asked);
    clearTimeout(this.#timer);
  }

  readonly #asked = () => {
    this.#timer = setTimeout(() => {
      const { reason } = this.#signal;
      const isTyped = reason instanceof Interrupted && reason.signalName === "SIGINT";
      const again = isTyped ? "Ctrl-C again" : "A second signal";
      this.#log.warn(
        `Stopping: waiting ${this.waitsFor()}. ${again} ends finpipe at once; what is committed ` +
          "stays, and the next run continues from there",
      );
    }, this.#soon);
  };
}
