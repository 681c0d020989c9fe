/** How far the work on a file is, and in which words. */
import type { DatasetName } from "../../events/dataset.ts";
import type { FileWork } from "../../partitions/file_watch.ts";
import { type Line, lineOf } from "../../runtime/progress.ts";
import { Pace } from "../../runtime/pace.ts";
import { capitalized } from "../../runtime/words.ts";
import { leftText, secondsLeft, sizeText } from "./measures.ts";

/** What is done, with bytes and rows that it will be done with; undefined where they are not known. */
export interface FileTask {
  work: FileWork;
  of: number | undefined;
  rows: number | undefined;
}

export class WorkOnFile {
  readonly #clock: () => number;
  readonly #begunAt: number;
  readonly #pace: Pace;
  #rows = 0;

  /** @param clock milliseconds */
  constructor(
    readonly dataset: DatasetName,
    readonly day: Temporal.PlainDate,
    readonly task: FileTask,
    clock: () => number,
  ) {
    this.#clock = clock;
    this.#begunAt = clock();
    this.#pace = new Pace(clock);
  }

  /**
   * So many more bytes are done, and rows if they are counted. A file may be read twice, to find
   * refused rows; it counts once.
   */
  add(bytes: number, rows = 0): void {
    this.#pace.add(Math.min(bytes, this.#left ?? Infinity));
    this.#rows += rows;
  }

  /** For a line that is redrawn. */
  line(): Line {
    const { dataset, task: { work, of } } = this;
    const bytes = this.#pace.sum;
    const name = `${dataset}: ${work}`;
    if (of === undefined && bytes === 0) return lineOf([name, `${this.#seconds} s`]);
    const done = of === undefined ? sizeText(bytes) : `${sizeText(bytes, of)} of ${sizeText(of)}`;
    const { perSecond } = this.#pace;
    const speed = `${sizeText(perSecond, perSecond || 1e6)}/s`;
    const parts = [name, done, speed, leftText(this.#pace, this.#left), this.#rowsText];
    const share = of === undefined ? done : `${Math.floor(bytes / Math.max(1, of) * 100)} %`;
    return [...lineOf(parts), `${dataset}: ${share}`];
  }

  /** For a line of the log; undefined of work that has only just begun. */
  said() {
    const { dataset, day, task: { work, of } } = this;
    const seconds = this.#seconds;
    if (seconds === 0) return undefined;
    const bytes = this.#pace.sum;
    const isMeasured = of !== undefined || bytes > 0;
    const measures = {
      bytes,
      of,
      rows: this.#rowsDone,
      mb_per_second: Math.round(this.#pace.perSecond / 1e6),
      seconds_left: secondsLeft(this.#pace, this.#left),
    };
    return {
      text: `${capitalized(work)}: ${dataset} of ${day}`,
      fields: { ...(isMeasured && measures), seconds },
    };
  }

  /** Bytes. */
  get #left(): number | undefined {
    const { of } = this.task;
    return of === undefined ? undefined : of - this.#pace.sum;
  }

  get #seconds(): number {
    return Math.round((this.#clock() - this.#begunAt) / 1000);
  }

  /** Those that were counted; else as many as the bytes' share of all. */
  get #rowsDone(): number | undefined {
    const { rows, of } = this.task;
    if (this.#rows > 0) return this.#rows;
    return rows === undefined || !of ? undefined : Math.round(rows * this.#pace.sum / of);
  }

  get #rowsText(): string | undefined {
    const done = this.#rowsDone;
    const { rows } = this.task;
    if (done === undefined) return undefined;
    return rows === undefined ? `${done} rows` : `about ${done} of ${rows} rows`;
  }
}
