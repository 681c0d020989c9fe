/** What `backfill` was asked for, apart from the options of its steps. */
import { Option } from "commander";
import type { BackfillRequest } from "../lib/backfill/request.ts";
import { parseDuration, TIMER_DAYS } from "../lib/config/duration.ts";
import { parseValueList } from "../lib/config/value_list.ts";
import { parseRuns } from "../lib/partitions/run_date.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import { allOf } from "../lib/runtime/words.ts";
import type { OptionValues } from "./command.ts";
import { wholeNumber } from "./options.ts";
import { cannotTake } from "./refusals.ts";

export interface BackfillCall {
  request: BackfillRequest;
  dryRun: boolean;
  allowOpenDay: boolean;
  /** How often something is tried again that can heal. */
  retries: number;
  /** Milliseconds before that. */
  retryDelay: number;
  /** Wait for another backfill to end. */
  wait: boolean;
  /** Where metrics are written; undefined: nowhere. */
  metricsFile: string | undefined;
}

const RETRIES = 1;
const RETRY_DELAY = "5m";
/** Dates that are dumped at once: each takes a session of staging. */
const MOST_JOBS = 16;

/** The options of a backfill itself. */
export const BACKFILL_OPTIONS: readonly Option[] = [
  new Option("--dry-run", "print what would run, and why, and run nothing"),
  new Option("--force", "also run what is fresh"),
  new Option("--stale", "only dates of which something is stale; without a range, of all dates"),
  new Option("--only <steps>", "only these steps, separated by commas"),
  new Option("--from-step <step>", "only this step and those after it"),
  new Option(
    "--retries <n>",
    `how often a step is tried again after a failure that can pass (default: ${RETRIES})`,
  ).argParser(wholeNumber(0)),
  new Option("--retry-delay <duration>", `how long to wait before that (default: ${RETRY_DELAY})`),
  new Option("--jobs <n>", "dates in work at once: later ones are dumped meanwhile (default: 1)")
    .argParser(wholeNumber(1, MOST_JOBS)),
  new Option("--newest-first", "begin with the last date (needs --no-depends-on-past)"),
  new Option("--no-depends-on-past", "continue with the next date when one has failed"),
  new Option("--wait", "wait for another backfill to end, instead of failing"),
  new Option("--keep-files <n>", "days of partition files to keep in the work dir (default: all)")
    .argParser(wholeNumber(0)),
  new Option(
    "--metrics-file <file>",
    "write how it went as Prometheus text, for node_exporter's textfile collector",
  ),
];

/**
 * @param names of all steps, in order
 * @param given the options as they were typed
 * @param now whose date in UTC is `today`
 * @throws FinpipeError of kind `usage`
 */
export function backfillCallOf(
  [dates]: readonly (string | undefined)[],
  options: OptionValues,
  { names, given, now }: {
    names: readonly string[];
    given: readonly string[];
    now: Temporal.Instant;
  },
): BackfillCall {
  const { stale, force, newestFirst, dependsOnPast, retries, retryDelay, jobs, keepFiles } =
    options;
  const range = dates === undefined ? undefined : parseRuns(dates, now);
  const request = {
    range,
    stale: stale === true,
    force: force === true,
    selected: selectedOf(options, names),
    newestFirst: newestFirst === true,
    dependsOnPast: dependsOnPast !== false,
    jobs: typeof jobs === "number" ? jobs : 1,
    keepFiles: typeof keepFiles === "number" ? keepFiles : undefined,
    given,
  };
  refuseContradiction(request);
  const { dryRun, metricsFile } = options;
  if (dryRun === true && metricsFile !== undefined) {
    throw usage(
      "Cannot take --metrics-file with --dry-run",
      "Nothing is run, and nothing measured: leave one out",
    );
  }
  if (range === undefined && options.allowOpenDay === true) {
    throw usage(
      "Cannot take --allow-open-day without dates",
      "Name the day: 'finpipe backfill today'",
    );
  }
  if (retries === 0 && retryDelay !== undefined) throw cannotTake("--retry-delay", "--retries 0");
  return {
    request,
    dryRun: dryRun === true,
    allowOpenDay: options.allowOpenDay === true,
    retries: typeof retries === "number" ? retries : RETRIES,
    retryDelay: parseDuration(
      typeof retryDelay === "string" ? retryDelay : RETRY_DELAY,
      "--retry-delay",
      TIMER_DAYS,
    ),
    wait: options.wait === true,
    metricsFile: typeof metricsFile === "string" ? metricsFile : undefined,
  };
}

function selectedOf(
  { only, fromStep }: OptionValues,
  names: readonly string[],
): ReadonlySet<string> | undefined {
  if (typeof only === "string" && typeof fromStep === "string") {
    throw usage("Cannot take --only with --from-step", "Leave one of the two out");
  }
  if (typeof only === "string") {
    const list = parseValueList(only);
    if (!("values" in list)) throw usage(`Cannot read --only "${only}"`, stepsHint(names));
    for (const name of list.values) requireStep(name, "--only", names);
    return new Set(list.values);
  }
  if (typeof fromStep !== "string") return undefined;
  requireStep(fromStep, "--from-step", names);
  return new Set(names.slice(names.indexOf(fromStep)));
}

function requireStep(name: string, option: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  throw usage(`Cannot use ${option} "${name}": there is no such step`, stepsHint(names));
}

function stepsHint(names: readonly string[]): string {
  return `The steps are ${allOf(names)}`;
}

function refuseContradiction(
  { range, stale, force, newestFirst, dependsOnPast }: BackfillRequest,
): void {
  if (range === undefined && !stale) {
    throw usage(
      "Cannot backfill without dates",
      "Give a range of run dates, as in 2022-10-02..2022-11-01, or --stale for all that is stale",
    );
  }
  if (stale && force) {
    throw usage(
      "Cannot take --stale with --force",
      "--force also runs what is fresh: leave one out",
    );
  }
  if (newestFirst && dependsOnPast) {
    throw usage(
      "Cannot take --newest-first while each date depends on the one before it",
      "Add --no-depends-on-past",
    );
  }
}

function usage(message: string, hint: string): FinpipeError {
  return new FinpipeError("usage", message, { hint });
}
