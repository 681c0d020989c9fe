/** How far the work on a file is, and in which words. */
import type { DatasetName } from "../lib/events/dataset.ts";
import type { FileWork } from "../lib/partitions/file_watch.ts";
import { capitalized } from "../lib/runtime/words.ts";

/** What is done, and bytes that it will be done with; undefined where they are not known. */
export interface FileTask {
  work: FileWork;
  of: number | undefined;
}

export class WorkOnFile {
  #bytes = 0;

  /** @param begunAt milliseconds by the clock that {@link text} is told */
  constructor(
    readonly dataset: DatasetName,
    readonly day: Temporal.PlainDate,
    readonly task: FileTask,
    readonly begunAt: number,
  ) {}

  /** So many more bytes are done. A file may be read twice, to find refused rows; it counts once. */
  add(bytes: number): void {
    this.#bytes = Math.min(this.#bytes + bytes, this.task.of ?? Infinity);
  }

  /** For a line that is redrawn. */
  text(now: number): string {
    const { dataset, task: { work, of } } = this;
    const bytes = this.#bytes;
    const seconds = (now - this.begunAt) / 1000;
    if (of === undefined && bytes === 0) return `${dataset}: ${work}, ${Math.round(seconds)} s`;
    const done = of === undefined ? sizeText(bytes) : `${sizeText(bytes, of)} of ${sizeText(of)}`;
    return `${dataset}: ${work}, ${done}, ${sizeText(bytes / Math.max(seconds, 0.001))}/s`;
  }

  /** For a line of the log. */
  said(now: number) {
    const { dataset, day, task: { work, of } } = this;
    const seconds = Math.round((now - this.begunAt) / 1000);
    const isMeasured = of !== undefined || this.#bytes > 0;
    return {
      text: `${capitalized(work)}: ${dataset} of ${day}`,
      fields: { ...(isMeasured && { bytes: this.#bytes, of }), seconds },
    };
  }
}

/** @param like the size whose unit is used @default its own */
function sizeText(bytes: number, like = bytes): string {
  return like < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
