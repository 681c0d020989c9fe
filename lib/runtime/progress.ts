/**
 * Shows how far long work is, for all commands: on a terminal in lines that are redrawn, elsewhere in
 * a line of the log each minute. So work that takes minutes does not look as if it hangs.
 */
import type { Io } from "./io.ts";
import type { LogFields, Logger } from "./log.ts";

/** Milliseconds between two drawings. */
const DRAW_AFTER = 200;
/** Milliseconds between two drawings while no news comes: the last news is always shown. */
const DRAW_EVERY = 1_000;
/** Milliseconds between two lines of the log. */
const LOG_EVERY = 60_000;
/** Where nobody knows how large the terminal is. */
const [COLUMNS, ROWS] = [80, 24];

/** A line in several lengths, the longest first; never empty. */
export type Line = readonly string[];

/** Of parts, the most wanted first: as many as fit. */
export function lineOf(parts: readonly (string | undefined)[], separator = ", "): Line {
  const known = parts.filter((part) => part !== undefined);
  return known.map((_, left) => known.slice(0, known.length - left).join(separator));
}

export interface ProgressContext {
  io: Pick<Io, "stderr">;
  log: Logger;
  /** Nothing is shown. */
  quiet: boolean;
}

/** Of one piece of work, which says how far it is when it is asked. */
export abstract class Progress implements Disposable {
  /** Milliseconds on a clock that only goes forward. */
  protected readonly clock: () => number;
  readonly #context: ProgressContext;
  readonly #timer: ReturnType<typeof setInterval>;
  #drawnAt = -Infinity;
  #isOver = false;

  /** @param clock milliseconds @default performance.now */
  constructor(context: ProgressContext, clock = () => performance.now()) {
    this.#context = context;
    this.clock = clock;
    const every = context.io.stderr.draw === undefined ? LOG_EVERY : DRAW_EVERY;
    this.#timer = setInterval(() => this.tell(), every);
  }

  /** What a terminal shows. */
  protected abstract lines(): readonly Line[];

  /** What the log says. */
  protected abstract said(): Iterable<{ text: string; fields: LogFields }>;

  /** There is news: draws it, unless other news was drawn just now. */
  protected changed(): void {
    if (this.clock() - this.#drawnAt >= DRAW_AFTER) this.#draw();
  }

  /** Says how far it is: called by a timer. */
  tell(): void {
    const { io, log, quiet } = this.#context;
    if (this.#isOver || quiet) return;
    if (io.stderr.draw !== undefined) return this.#draw();
    for (const { text, fields } of this.said()) log.info(text, fields);
  }

  /** The work is over: erases what is drawn. */
  async clear(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    if (this.#drawnAt !== -Infinity) await this.#context.io.stderr.draw?.([]);
  }

  /** Also after a failure: its message does not stand beside what is drawn. */
  [Symbol.dispose](): void {
    this.clear().catch(() => {});
  }

  #draw(): void {
    const { io: { stderr }, quiet } = this.#context;
    if (this.#isOver || quiet || stderr.draw === undefined) return;
    this.#drawnAt = this.clock();
    const { columns = COLUMNS, rows = ROWS } = stderr;
    const lines = this.lines().map((line) => fitted(line, columns - 1));
    // The last line sums up.
    const room = Math.max(1, rows - 1);
    const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), lines.at(-1)!];
    // Nothing waits for the write, and a closed terminal must not end the work.
    stderr.draw(shown).catch(() => {});
  }
}

/** One column is left free: some terminals break a line that fills the last one. */
function fitted(line: Line, columns: number): string {
  return line.find(({ length }) => length <= columns) ??
    line.at(-1)!.slice(0, Math.max(1, columns));
}
