/**
 * Shows how far a backfill is. On a terminal the dates in work stand below what is printed, each with
 * its steps, and are redrawn; else the log says now and then what takes long.
 */
import type { BackfilledDay, BackfillWatch } from "../lib/backfill/backfill.ts";
import type { DatasetName } from "../lib/events/dataset.ts";
import type { FileWatch, WatchOf } from "../lib/partitions/file_watch.ts";
import type { DayRun } from "../lib/partitions/run_date.ts";
import { DayLines } from "../lib/rendering/day_lines.ts";
import { dayShown } from "../lib/rendering/runs.ts";
import { clockText } from "../lib/rendering/progress/measures.ts";
import { WorkOnFile } from "../lib/rendering/progress/work_on_file.ts";
import { isClosed } from "../lib/runtime/io.ts";
import type { Logger } from "../lib/runtime/log.ts";
import { type Line, lineOf, Progress } from "../lib/runtime/progress.ts";
import { counted } from "../lib/runtime/words.ts";
import type { StepFacts } from "../lib/steps/step.ts";
import type { Context } from "./command.ts";

/** A date in work. */
interface DateInWork {
  run: DayRun;
  /** What is said of each step that has begun. */
  steps: Map<string, string>;
  /** The step that runs, and since when. */
  running: { step: string; since: number } | undefined;
  /** The file that it works on. */
  work: WorkOnFile | undefined;
}

export class BackfillView extends Progress implements BackfillWatch {
  /** What `--json` prints of each date that is done. */
  readonly days: Record<string, unknown>[] = [];
  readonly #lines = new DayLines();
  readonly #context: Pick<Context, "io" | "log" | "json">;
  readonly #steps: readonly string[];
  readonly #dates = new Map<string, DateInWork>();
  readonly #begunAt: number;
  #toDo = 0;
  #done = 0;
  /** Dates of which anything was run: by them it is reckoned how long the others take. */
  #worked = 0;
  #waiting: string | undefined;

  /**
   * @param steps their names, in order
   * @param clock milliseconds @default performance.now
   */
  constructor(
    context: Pick<Context, "io" | "log" | "quiet" | "json">,
    steps: readonly string[],
    clock?: () => number,
  ) {
    super(context, clock);
    this.#context = context;
    this.#steps = steps;
    this.#begunAt = this.clock();
  }

  /**
   * The log of the steps. On a terminal the line of a date says what they did, and what is drawn says
   * what they do: a quarter without data is not five hundred lines of zeros.
   */
  logOf(log: Logger): Logger {
    return this.#context.io.stderr.draw === undefined ? log : { ...log, info: log.debug };
  }

  /** Watches the files of all dates in work. */
  readonly watchOf: WatchOf = (dataset: DatasetName, day: Temporal.PlainDate): FileWatch => {
    const date = this.#dates.get(`${day}`);
    return {
      begin: (work, of, rows) => {
        if (date !== undefined) {
          date.work = new WorkOnFile(dataset, day, { work, of, rows }, this.clock);
        }
        this.changed();
      },
      add: (bytes, rows) => {
        date?.work?.add(bytes, rows);
        this.changed();
      },
    };
  };

  onDates(count: number): void {
    this.#toDo += count;
  }

  onStep(run: DayRun, step: string): void {
    const date = this.#dates.get(`${run.partition}`) ?? newDate(run);
    this.#dates.set(`${run.partition}`, date);
    date.running = { step, since: this.clock() };
    this.#waiting = undefined;
    this.changed();
  }

  onStepDone({ partition }: DayRun, step: string, { brief }: StepFacts): void {
    const date = this.#dates.get(`${partition}`);
    if (date === undefined) return;
    date.steps.set(step, brief);
    date.running = undefined;
    date.work = undefined;
    this.changed();
  }

  /** Something waits to be tried again. */
  onWait(what: string, left: number): void {
    this.#waiting = `${what}: trying again in ${clockText(left)}`;
    this.changed();
  }

  async onDay(day: BackfilledDay): Promise<void> {
    this.#dates.delete(`${day.partition}`);
    this.#done++;
    if (day.steps.some((step) => "facts" in step)) this.#worked++;
    this.days.push(dayShown(day).json);
    this.changed();
    await this.#print(this.#lines.add(day));
  }

  async #print(lines: readonly string[]): Promise<void> {
    if (this.#context.json || lines.length === 0) return;
    // On a terminal, what was logged of a date stands before its line.
    await this.#context.log.flush();
    // If whoever reads stdout stops reading, the work must still be done to its end.
    await this.#context.io.stdout.write(`${lines.join("\n")}\n`).catch((error) => {
      if (!isClosed(error)) throw error;
    });
  }

  /** Prints what was held back, and takes what is drawn away. */
  override async clear(): Promise<void> {
    await super.clear();
    await this.#print(this.#lines.rest());
  }

  protected lines(): Line[] {
    const dates = [...this.#dates.values()].map((date) => this.#lineOf(date));
    if (this.#waiting !== undefined) return [...dates, [this.#waiting]];
    const left = this.#left();
    const done = `${this.#done} of ${counted(this.#toDo, "date")}`;
    return [
      ...dates,
      lineOf([done, left === undefined ? undefined : `about ${clockText(left)} left`]),
    ];
  }

  protected *said() {
    const left = this.#left();
    const dates = {
      dates_done: this.#done,
      dates: this.#toDo,
      ...(left !== undefined && { seconds_left: Math.ceil(left / 1000) }),
    };
    for (const { run, running, work } of this.#dates.values()) {
      const said = work?.said();
      if (said !== undefined) yield { text: said.text, fields: { ...said.fields, ...dates } };
      else if (running !== undefined) {
        const seconds = this.#secondsOf(running);
        const text = `Run date ${run.runDate}: ${running.step}`;
        // Work that has only just begun is not reported.
        if (seconds > 0) yield { text, fields: { seconds, ...dates } };
      }
    }
  }

  /** All steps of a date; on a narrow terminal the one that runs. */
  #lineOf({ run, steps, running, work }: DateInWork): Line {
    const doing = running === undefined
      ? undefined
      : work?.line() ?? [`${this.#secondsOf(running)} s`];
    const whole = this.#steps.map((step) =>
      `${step}: ${step === running?.step ? doing![0] : steps.get(step) ?? "-"}`
    );
    const date = `${run.runDate}`;
    const short = doing?.map((text) => `${date}  ${running!.step}: ${text}`) ?? [];
    return [`${date}  ${whole.join("  ")}`, ...short, `${date} ${running?.step ?? ""}`.trimEnd()];
  }

  #secondsOf({ since }: { since: number }): number {
    return Math.round((this.clock() - since) / 1000);
  }

  /** Milliseconds until all dates are done, if they take as long as those before. */
  #left(): number | undefined {
    if (this.#worked === 0 || this.#done >= this.#toDo) return undefined;
    const each = (this.clock() - this.#begunAt) / this.#worked;
    return each * (this.#toDo - this.#done);
  }
}

function newDate(run: DayRun): DateInWork {
  return { run, steps: new Map(), running: undefined, work: undefined };
}
