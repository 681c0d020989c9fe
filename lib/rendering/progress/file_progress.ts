/** How far the work on a day's files is. */
import type { DatasetName } from "../../events/dataset.ts";
import type { FileWatch } from "../../partitions/file_watch.ts";
import { Progress } from "../../runtime/progress.ts";
import { WorkOnFile } from "./work_on_file.ts";

export class FileProgress extends Progress {
  #work: WorkOnFile | undefined;

  readonly watchOf = (dataset: DatasetName, day: Temporal.PlainDate): FileWatch => ({
    begin: (work, of, rows) => {
      this.#work = new WorkOnFile(dataset, day, { work, of, rows }, this.clock);
      this.changed();
    },
    add: (bytes, rows) => {
      this.#work?.add(bytes, rows);
      this.changed();
    },
  });

  protected lines() {
    return this.#work === undefined ? [] : [this.#work.line()];
  }

  protected said() {
    const said = this.#work?.said();
    return said === undefined ? [] : [said];
  }
}
