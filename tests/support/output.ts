/** An output that tests catch. */
import type { Output } from "../../lib/runtime/io.ts";

export class CaughtOutput implements Output {
  /** What was written at once, each as text. */
  readonly pieces: string[] = [];
  readonly #decoder = new TextDecoder();

  constructor(readonly isTerminal = false) {}

  write(data: string | Uint8Array): Promise<void> {
    this.pieces.push(
      typeof data === "string" ? data : this.#decoder.decode(data, { stream: true }),
    );
    return Promise.resolve();
  }

  /** What was drawn below it, each time. */
  readonly drawn: string[][] = [];

  /** Draws as a terminal does, of this size. */
  withDrawing(size: { columns?: number; rows?: number } = {}): Output {
    const { isTerminal } = this;
    return {
      isTerminal,
      ...size,
      write: (data) => this.write(data),
      draw: (lines) => Promise.resolve(void this.drawn.push([...lines])),
    };
  }

  /** All of it. */
  text(): string {
    return this.pieces.join("");
  }
}
