/** A line of progress that is redrawn on a terminal; nothing where stderr is not a terminal. */
import type { Output } from "./io.ts";

/** Milliseconds between two drawings. */
const INTERVAL = 200;

/** Erases the line, and moves the cursor to its start. */
const CLEAR = "\r\x1b[2K";

export class Progress {
  readonly #output: Output;
  readonly #enabled: boolean;
  readonly #clock: () => number;
  #drawnAt = -Infinity;
  #isDrawn = false;

  /**
   * @param enabled false for `--quiet`
   * @param clock milliseconds @default performance.now
   */
  constructor(output: Output, enabled: boolean, clock: () => number = () => performance.now()) {
    this.#output = output;
    this.#enabled = enabled && output.isTerminal;
    this.#clock = clock;
  }

  /** Shows the text, unless another was shown just now. */
  show(text: () => string): void {
    const now = this.#clock();
    if (!this.#enabled || now - this.#drawnAt < INTERVAL) return;
    this.#drawnAt = now;
    this.#isDrawn = true;
    // Nothing waits for the write, and a closed terminal must not end the work.
    this.#output.write(CLEAR + text()).catch(() => {});
  }

  /** Takes the line away. */
  async clear(): Promise<void> {
    if (this.#isDrawn) await this.#output.write(CLEAR);
    this.#isDrawn = false;
  }
}

/** An output whose other lines, such as the log's, replace the progress line. */
export function overDrawn(output: Output): Output {
  let isDrawn = false;
  return {
    isTerminal: output.isTerminal,
    get columns() {
      return output.columns;
    },
    write(data) {
      if (typeof data !== "string") return output.write(data);
      const isInTheWay = isDrawn && !data.startsWith(CLEAR);
      isDrawn = data.startsWith(CLEAR) && data !== CLEAR;
      // In one write, because nothing waits for a redraw.
      return output.write(isInTheWay ? CLEAR + data : data);
    },
  };
}
