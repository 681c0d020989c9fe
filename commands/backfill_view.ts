/**
 * Shows how far a backfill is. On a terminal the dates in work stand below what is printed, each with
 * its steps, and are redrawn; else the log says now and then what takes long.
 */
import type { BackfilledDay, BackfillWatch } from "../lib/backfill/backfill.ts";
import type { DatasetName } from "../lib/events/dataset.ts";
import type { FileWatch, WatchOf } from "../lib/partitions/file_watch.ts";
import type { DayRun } from "../lib/partitions/run_date.ts";
import { dayShown } from "../lib/rendering/runs.ts";
import { isClosed } from "../lib/runtime/io.ts";
import { Progress } from "../lib/runtime/progress.ts";
import { counted } from "../lib/runtime/words.ts";
import type { StepFacts } from "../lib/steps/step.ts";
import type { Context } from "./command.ts";
import { WorkOnFile } from "./work_on_file.ts";

/** Milliseconds between two lines of the log. */
const LOG_EVERY = 30_000;
/** Milliseconds between two redraws while no news comes. */
const DRAW_EVERY = 1_000;
/** Where nobody knows how wide the terminal is. */
const COLUMNS = 80;

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

export class BackfillView implements BackfillWatch, Disposable {
  /** What `--json` prints of each date that is done. */
  readonly days: Record<string, unknown>[] = [];
  readonly #context: Pick<Context, "io" | "log" | "json">;
  readonly #steps: readonly string[];
  readonly #clock: () => number;
  readonly #progress: Progress;
  readonly #timer: ReturnType<typeof setInterval>;
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
    clock = () => performance.now(),
  ) {
    const { io, quiet } = context;
    this.#context = context;
    this.#steps = steps;
    this.#clock = clock;
    this.#begunAt = clock();
    this.#progress = new Progress(io.stderr, !quiet, clock);
    this.#timer = setInterval(() => this.tell(), io.stderr.isTerminal ? DRAW_EVERY : LOG_EVERY);
  }

  /** Watches the files of all dates in work. */
  readonly watchOf: WatchOf = (dataset: DatasetName, day: Temporal.PlainDate): FileWatch => {
    const date = this.#dates.get(`${day}`);
    return {
      begin: (work, of) => {
        if (date !== undefined) {
          date.work = new WorkOnFile(dataset, day, { work, of }, this.#clock());
        }
        this.#draw();
      },
      add: (bytes) => {
        date?.work?.add(bytes);
        this.#draw();
      },
    };
  };

  onDates(count: number): void {
    this.#toDo += count;
  }

  onStep(run: DayRun, step: string): void {
    const date = this.#dates.get(`${run.partition}`) ?? newDate(run);
    this.#dates.set(`${run.partition}`, date);
    date.running = { step, since: this.#clock() };
    this.#waiting = undefined;
    this.#draw();
  }

  onStepDone({ partition }: DayRun, step: string, { brief }: StepFacts): void {
    const date = this.#dates.get(`${partition}`);
    if (date === undefined) return;
    date.steps.set(step, brief);
    date.running = undefined;
    date.work = undefined;
    this.#draw();
  }

  /** Something waits to be tried again. */
  onWait(what: string, left: number): void {
    this.#waiting = `${what}: trying again in ${clockText(left)}`;
    this.#draw();
  }

  async onDay(day: BackfilledDay): Promise<void> {
    this.#dates.delete(`${day.partition}`);
    this.#done++;
    if (day.steps.some((step) => "facts" in step)) this.#worked++;
    const { json, lines } = dayShown(day);
    this.days.push(json);
    await this.#progress.clear();
    if (this.#context.json) return;
    // If whoever reads stdout stops reading, the work must still be done to its end.
    await this.#context.io.stdout.write(`${lines.join("\n")}\n`).catch((error) => {
      if (!isClosed(error)) throw error;
    });
    this.#draw();
  }

  /** Takes what is drawn away. */
  async clear(): Promise<void> {
    this.#dates.clear();
    await this.#progress.clear();
  }

  /** Says how far it is: called by a timer. */
  tell(): void {
    if (this.#context.io.stderr.isTerminal) return this.#draw();
    for (const { work } of this.#dates.values()) {
      const said = work?.said(this.#clock());
      // Work that has only just begun is not reported.
      if (said !== undefined && said.fields.seconds > 0) {
        this.#context.log.info(said.text, said.fields);
      }
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #draw(): void {
    const columns = this.#context.io.stderr.columns ?? COLUMNS;
    this.#progress.show(() => this.#lines().map((line) => line.slice(0, columns - 1)).join("\n"));
  }

  #lines(): string[] {
    const dates = [...this.#dates.values()].map((date) => this.#lineOf(date));
    const left = this.#left();
    const summary = `${this.#done} of ${counted(this.#toDo, "date")}${
      left === undefined ? "" : `, about ${clockText(left)} left`
    }`;
    return [...dates, this.#waiting ?? summary];
  }

  #lineOf({ run, steps, running, work }: DateInWork): string {
    const now = this.#clock();
    const said = this.#steps.map((step) => {
      if (step !== running?.step) return `${step}: ${steps.get(step) ?? "-"}`;
      const doing = work?.text(now) ?? `${Math.round((now - running.since) / 1000)} s`;
      return `${step}: ${doing}`;
    });
    return `${run.runDate}  ${said.join("  ")}`;
  }

  /** Milliseconds until all dates are done, if they take as long as those before. */
  #left(): number | undefined {
    if (this.#worked === 0 || this.#done >= this.#toDo) return undefined;
    const each = (this.#clock() - this.#begunAt) / this.#worked;
    return each * (this.#toDo - this.#done);
  }
}

function newDate(run: DayRun): DateInWork {
  return { run, steps: new Map(), running: undefined, work: undefined };
}

/** As in `4:59`, or `1:04:59`. */
function clockText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, "0");
  return hours === 0
    ? `${minutes}:${rest}`
    : `${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}
