/** Progress that is redrawn on a terminal, in one line or several; nothing where stderr is none. */
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

  /** Takes it away. */
  async clear(): Promise<void> {
    if (this.#isDrawn) await this.#output.write(CLEAR);
    this.#isDrawn = false;
  }

  /** An output on the same terminal, whose writes take away what is drawn. */
  over(output: Output): Output {
    return {
      isTerminal: output.isTerminal,
      get columns() {
        return output.columns;
      },
      write: async (data) => {
        await this.clear();
        await output.write(data);
      },
    };
  }
}

/** Erases the line, and moves the cursor to the end of the one above. */
const CLEAR_UP = `${CLEAR}\x1b[1A`;

/** An output whose other lines, such as the log's, replace what is drawn, which may be several lines. */
export function overDrawn(output: Output): Output {
  let drawn = 0;
  return {
    isTerminal: output.isTerminal,
    get columns() {
      return output.columns;
    },
    write(data) {
      if (typeof data !== "string") return output.write(data);
      const isDrawing = data.startsWith(CLEAR);
      const above = CLEAR_UP.repeat(Math.max(0, drawn - 1));
      const last = drawn > 0 && !isDrawing ? CLEAR : "";
      drawn = isDrawing && data !== CLEAR ? data.split("\n").length : 0;
      // In one write, because nothing waits for a redraw.
      return output.write(above + last + data);
    },
  };
}
