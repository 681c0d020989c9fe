/**
 * Shows how far the work on a day's files is: on a terminal in one line that is redrawn, else in a
 * line of the log now and then. So a day that takes minutes does not look as if it hangs.
 */
import type { DatasetName } from "../lib/events/dataset.ts";
import type { FileWatch } from "../lib/partitions/file_watch.ts";
import { Progress } from "../lib/runtime/progress.ts";
import type { Context } from "./command.ts";
import { WorkOnFile } from "./work_on_file.ts";

/** Milliseconds between two lines of the log. */
const LOG_EVERY = 30_000;
/** Milliseconds between two redraws while no news comes. */
const DRAW_EVERY = 1_000;

export class FileProgress implements Disposable {
  /** The text in front of each redrawn line. */
  title = "";
  readonly #progress: Progress;
  readonly #context: Pick<Context, "io" | "log">;
  readonly #clock: () => number;
  readonly #timer: ReturnType<typeof setInterval>;
  #work: WorkOnFile | undefined;

  /** @param clock milliseconds @default performance.now */
  constructor(context: Pick<Context, "io" | "log" | "quiet">, clock = () => performance.now()) {
    const { io, quiet } = context;
    this.#context = context;
    this.#clock = clock;
    this.#progress = new Progress(io.stderr, !quiet, clock);
    const every = io.stderr.isTerminal ? DRAW_EVERY : LOG_EVERY;
    this.#timer = setInterval(() => this.tell(), every);
  }

  readonly watchOf = (dataset: DatasetName, day: Temporal.PlainDate): FileWatch => ({
    begin: (work, of) => {
      this.#work = new WorkOnFile(dataset, day, { work, of }, this.#clock());
      this.#draw();
    },
    add: (bytes) => {
      if (this.#work === undefined) return;
      this.#work.add(bytes);
      this.#draw();
    },
  });

  /** Shows the text in place of a file's progress. */
  show(text: string): void {
    this.#work = undefined;
    this.#progress.show(() => text);
  }

  /** Says how far it is: called by a timer. */
  tell(): void {
    if (this.#context.io.stderr.isTerminal) return this.#draw();
    if (this.#work === undefined) return;
    const said = this.#work.said(this.#clock());
    // Work that has only just begun is not reported.
    if (said.fields.seconds > 0) this.#context.log.info(said.text, said.fields);
  }

  /** The work is done: removes the drawn line. */
  clear(): Promise<void> {
    this.#work = undefined;
    return this.#progress.clear();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #draw(): void {
    const work = this.#work;
    if (work !== undefined) this.#progress.show(() => this.title + work.text(this.#clock()));
  }
}
