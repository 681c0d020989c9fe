/** How far the work on a day's files is. */
import type { DatasetName } from "../../events/dataset.ts";
import type { FileWatch } from "../../partitions/file_watch.ts";
import { Progress, type ProgressContext, type Told } from "../../runtime/progress.ts";
import { WorkOnFile } from "./work_on_file.ts";

export class FileProgress implements Told, Disposable {
  readonly #progress: Progress;
  readonly #clock: () => number;
  #work: WorkOnFile | undefined;

  /** @param clock milliseconds @default performance.now */
  constructor(context: ProgressContext, clock = () => performance.now()) {
    this.#clock = clock;
    this.#progress = new Progress(context, this, clock);
  }

  readonly watchOf = (dataset: DatasetName, day: Temporal.PlainDate): FileWatch => ({
    begin: (work, of, rows) => {
      this.#work = new WorkOnFile(dataset, day, { work, of, rows }, this.#clock);
      this.#progress.changed();
    },
    add: (bytes, rows) => {
      this.#work?.add(bytes, rows);
      this.#progress.changed();
    },
  });

  lines() {
    return this.#work === undefined ? [] : [this.#work.line()];
  }

  said() {
    const said = this.#work?.said();
    return said === undefined ? [] : [said];
  }

  /** Says how far it is: called by a timer. */
  tell(): void {
    this.#progress.tell();
  }

  /** The work is done: removes the drawn line. */
  clear(): Promise<void> {
    return this.#progress.clear();
  }

  [Symbol.dispose](): void {
    this.#progress[Symbol.dispose]();
  }
}
