/**
 * A person's terminal: what is drawn stands below all that is printed, and no character from
 * elsewhere moves the cursor.
 */
import type { Output } from "./io.ts";
import { TerminalText } from "./printable.ts";

/** What stdout and stderr write to, if they are the same terminal. */
export class Screen {
  /** What stands below the text. */
  #lines: readonly string[] = [];
  /** What of it is on the terminal now. */
  #shown: readonly string[] = [];
  /** A line that has not ended must not be drawn over. */
  #isAtLineStart = true;
  /** Settles when all before is written: two streams have no order of their own. */
  #last: Promise<unknown> = Promise.resolve();

  /** An output whose text stands above what is drawn. */
  over(output: Output, { draws }: { draws: boolean }): Output {
    const text = new TerminalText();
    return {
      isTerminal: output.isTerminal,
      get columns() {
        return output.columns;
      },
      get rows() {
        return output.rows;
      },
      write: (data) => this.#inTurn(() => this.#write(output, text.of(data))),
      ...(draws && { draw: (lines) => this.#inTurn(() => this.#draw(output, lines)) }),
    };
  }

  /** Takes what is drawn away, for a process that ends at once. */
  leave(): string {
    return this.#shown.length === 0 ? "" : eraseOf(this.#shown);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  async #write(output: Output, text: string): Promise<void> {
    if (text === "") return;
    const erase = this.#erase();
    this.#isAtLineStart = text.endsWith("\n");
    // In one write: a terminal would show the moment between two.
    await output.write(erase + text + this.#redraw(output));
  }

  async #draw(output: Output, lines: readonly string[]): Promise<void> {
    this.#lines = lines;
    const text = this.#erase() + this.#redraw(output);
    if (text !== "") await output.write(text);
  }

  #redraw({ columns = Infinity }: Output): string {
    if (!this.#isAtLineStart) return "";
    // The terminal may have been made narrower since.
    this.#shown = this.#lines.map((line) => line.slice(0, columns));
    return this.#shown.join("\n");
  }

  #erase(): string {
    if (this.#shown.length === 0) return "";
    const erase = eraseOf(this.#shown);
    this.#shown = [];
    return erase;
  }
}

/**
 * Erases lines, the cursor at the end of the last; then it is where the first began. Terminals differ
 * in what they do with lines that become too long when they are made narrower: finpipe rather leaves a
 * piece of what it drew than erases a line of what it printed.
 */
function eraseOf({ length }: readonly string[]): string {
  return `\r${length > 1 ? `\x1b[${length - 1}A` : ""}\x1b[J`;
}
