/**
 * What a backfill tells Prometheus, through a file for node_exporter's textfile collector
 * (docs/operations.md, "Watching the night"). The file is written whole or not at all, and keeps of the
 * backfills before what the last one cannot tell.
 */
import { FinpipeError } from "../runtime/errors.ts";
import { exposition, type Metric, type Sample } from "../runtime/exposition.ts";
import { fileFailure } from "../runtime/file_failure.ts";
import type { Output } from "../runtime/io.ts";
import { namedOutput, writeNamed } from "../runtime/named_output.ts";
import type { BackfillWatch } from "./backfill.ts";
import type { Night } from "./night.ts";

const START = "finpipe_backfill_start_timestamp_seconds";
const END = "finpipe_backfill_end_timestamp_seconds";
const EXIT_CODE = "finpipe_backfill_exit_code";
const SUCCESS = "finpipe_backfill_last_success_timestamp_seconds";
const NEWEST = "finpipe_backfill_newest_day_timestamp_seconds";
const DATES = "finpipe_backfill_dates";
const ROWS = "finpipe_backfill_rows";
const SECONDS = "finpipe_backfill_step_seconds";
const STEPS = "finpipe_steps";

/** All that the file may hold, in its order. */
export const NIGHT_METRICS: Readonly<Record<string, string>> = {
  [START]: "When the last backfill began",
  [END]: "When the last backfill that ended did",
  [EXIT_CODE]: "Exit code of the last backfill that ended",
  [SUCCESS]: "When a backfill last ended with exit code 0",
  [NEWEST]: "Beginning of the newest day of which all steps are done",
  [DATES]: "Dates of the last backfill that ended, by result",
  [ROWS]: "Rows of the steps that the last backfill ran",
  [SECONDS]: "Time that the steps took which the last backfill ran",
  [STEPS]: "Steps of all dates, by state",
};

/** The samples of each metric, as they stand in a file: `name{labels}` and a value. */
type Samples = Map<string, Sample[]>;

export class NightMetrics {
  readonly #path: string;
  readonly #stdout: Pick<Output, "write">;
  readonly #now: () => Temporal.Instant;
  readonly #samples: Samples;
  /** Dates: one that was stale again is done twice. */
  readonly #done = new Set<string>();
  readonly #failed = new Set<string>();
  readonly #rows = new Map<string, number>();
  readonly #seconds = new Map<string, number>();
  /** When the step of a partition was begun. */
  readonly #begun = new Map<string, Temporal.Instant>();

  private constructor(
    path: string,
    samples: Samples,
    { stdout, now }: { stdout: Pick<Output, "write">; now: () => Temporal.Instant },
  ) {
    this.#path = path;
    this.#samples = samples;
    this.#stdout = stdout;
    this.#now = now;
  }

  /**
   * Reads what the file holds, and writes it once more, to see now that it can be written.
   *
   * @throws FinpipeError of kind `failed` where it cannot, or holds anything that no backfill wrote
   */
  static async open(
    path: string,
    deps: { stdout: Pick<Output, "write">; now: () => Temporal.Instant },
  ): Promise<NightMetrics> {
    const metrics = new NightMetrics(path, await samplesIn(path), deps);
    await metrics.#write();
    return metrics;
  }

  /** The backfill has begun. */
  async begin(): Promise<void> {
    this.#set(START, this.#now().epochMilliseconds / 1000);
    await this.#write();
  }

  /** Measures what the other one is told, too. */
  watching(other: BackfillWatch): BackfillWatch {
    return {
      onDates: (count) => other.onDates?.(count),
      onStep: (run, step) => {
        this.#begun.set(`${run.partition} ${step}`, this.#now());
        other.onStep(run, step);
      },
      onStepDone: (run, step, facts) => {
        const begun = this.#begun.get(`${run.partition} ${step}`);
        add(this.#seconds, step, begun?.until(this.#now()).total("seconds") ?? 0);
        add(this.#rows, step, facts.rows);
        other.onStepDone?.(run, step, facts);
      },
      onDay: (day) => {
        this.#done.add(`${day.partition}`);
        return other.onDay(day);
      },
      onFailure: (run) => {
        this.#failed.add(`${run.partition}`);
        other.onFailure?.(run);
      },
    };
  }

  /**
   * The backfill has ended.
   *
   * @param night how all dates are now; undefined where nobody can tell: what was known stays
   */
  async end(exitCode: number, night: Night | undefined): Promise<void> {
    const now = this.#now().epochMilliseconds / 1000;
    this.#set(END, now);
    this.#set(EXIT_CODE, exitCode);
    if (exitCode === 0) this.#set(SUCCESS, now);
    const dates = { done: this.#done.size, failed: this.#failed.size };
    this.#setEach(DATES, "result", Object.entries(dates));
    this.#setEach(ROWS, "step", this.#rows);
    this.#setEach(SECONDS, "step", this.#seconds);
    if (night !== undefined) {
      const { newest, totals } = night;
      if (newest !== undefined) {
        this.#set(NEWEST, newest.toZonedDateTime("UTC").epochMilliseconds / 1000);
      }
      this.#setEach(STEPS, "state", Object.entries(totals));
    }
    await this.#write();
  }

  #set(name: string, value: number): void {
    this.#samples.set(name, [{ value }]);
  }

  #setEach(name: string, label: string, values: Iterable<readonly [string, number]>): void {
    const samples = Array.from(values, ([key, value]) => ({ labels: { [label]: key }, value }));
    this.#samples.set(name, samples);
  }

  async #write(): Promise<void> {
    const metrics: Metric[] = Object.entries(NIGHT_METRICS).map(([name, help]) => ({
      name,
      help,
      type: "gauge",
      samples: () => this.#samples.get(name) ?? [],
    }));
    const bytes = new TextEncoder().encode(exposition(metrics));
    const options = { stdout: this.#stdout, what: whatOf(this.#path) };
    await writeNamed(this.#path, options, (write) => write(bytes));
  }
}

function add(to: Map<string, number>, step: string, value: number): void {
  to.set(step, (to.get(step) ?? 0) + value);
}

/** A line of a file of ours, of this version or another one. */
const OURS = /^(# (HELP|TYPE) )?finpipe_|^$/;
/** Bytes that no file of ours reaches. */
const MOST = 1_000_000;
/** A sample: at most one label. */
const LINE = /^(\w+)(?:\{(\w+)="([^"\\]*)"\})? (\S+)$/;

/** What an earlier backfill left. */
async function samplesIn(path: string): Promise<Samples> {
  const samples: Samples = new Map();
  const { target, kind, size } = await namedOutput(path, whatOf(path));
  if (kind !== "file" || size === 0) return samples;
  const lines = size > MOST ? undefined : await linesOf(target, path);
  if (lines?.every((line) => OURS.test(line)) !== true) {
    throw new FinpipeError("failed", `Cannot write ${whatOf(path)}: it holds something else`, {
      hint: "Name another file with --metrics-file: a backfill writes the whole of it",
    });
  }
  for (const line of lines) {
    const [, name = "", label, key = "", number] = LINE.exec(line) ?? [];
    const value = Number(number);
    if (!(name in NIGHT_METRICS) || !Number.isFinite(value)) continue;
    const sample = label === undefined ? { value } : { labels: { [label]: key }, value };
    samples.set(name, [...samples.get(name) ?? [], sample]);
  }
  return samples;
}

async function linesOf(target: string, path: string): Promise<string[]> {
  try {
    return new TextDecoder().decode(await Deno.readFile(target)).split("\n");
  } catch (error) {
    throw fileFailure(error, "read", path);
  }
}

function whatOf(path: string): string {
  return `the metrics to "${path}"`;
}
