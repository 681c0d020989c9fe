/**
 * Shows how far the work on a day's files is: on a terminal in one line that is redrawn, else in a
 * line of the log now and then. So a day that takes minutes does not look as if it hangs.
 */
import type { DatasetName } from "../lib/events/dataset.ts";
import type { FileWatch, FileWork } from "../lib/partitions/file_watch.ts";
import { Progress } from "../lib/runtime/progress.ts";
import { capitalized } from "../lib/runtime/words.ts";
import type { Context } from "./command.ts";

/** Milliseconds between two lines of the log. */
const LOG_EVERY = 30_000;
/** Milliseconds between two redraws while no news comes. */
const DRAW_EVERY = 1_000;

interface Work {
  dataset: DatasetName;
  day: Temporal.PlainDate;
  work: FileWork;
  of: number | undefined;
  bytes: number;
  /** By the clock. */
  begunAt: number;
}

export class FileProgress implements Disposable {
  /** The text in front of each redrawn line. */
  title = "";
  readonly #progress: Progress;
  readonly #context: Pick<Context, "io" | "log">;
  readonly #clock: () => number;
  readonly #timer: ReturnType<typeof setInterval>;
  #work: Work | undefined;

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
      this.#work = { dataset, day, work, of, bytes: 0, begunAt: this.#clock() };
      this.#draw();
    },
    add: (bytes) => {
      if (this.#work === undefined) return;
      // A file may be read twice, for example to find refused rows; it counts once.
      this.#work.bytes = Math.min(this.#work.bytes + bytes, this.#work.of ?? Infinity);
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
    const { dataset, day, work, of, bytes, begunAt } = this.#work;
    const seconds = Math.round((this.#clock() - begunAt) / 1000);
    // Work that has only just begun is not reported.
    if (seconds === 0) return;
    const done = of === undefined && bytes === 0 ? {} : { bytes, of };
    this.#context.log.info(`${capitalized(work)}: ${dataset} of ${day}`, { ...done, seconds });
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
    if (work !== undefined) this.#progress.show(() => this.title + textOf(work, this.#clock()));
  }
}

function textOf({ dataset, work, of, bytes, begunAt }: Work, now: number): string {
  const seconds = (now - begunAt) / 1000;
  if (of === undefined && bytes === 0) return `${dataset}: ${work}, ${Math.round(seconds)} s`;
  const done = of === undefined ? sizeText(bytes) : `${sizeText(bytes, of)} of ${sizeText(of)}`;
  return `${dataset}: ${work}, ${done}, ${sizeText(bytes / Math.max(seconds, 0.001))}/s`;
}

/** @param like the size whose unit is used @default its own */
function sizeText(bytes: number, like = bytes): string {
  return like < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
