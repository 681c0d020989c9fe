/** Arguments and options that several commands share. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { DATASET_NAMES } from "../lib/events/dataset.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import {
  type DayRun,
  parseDate,
  parseRunDate,
  runOfDate,
  runOfPartition,
  today,
} from "../lib/partitions/run_date.ts";
import type { Context, OptionValues } from "./command.ts";

/** Adds `[run_date]` and `--partition` to a command that processes one day. */
export function addRunDate(command: Command): Command {
  return command
    .argument("[run_date]", "the run processes the day before it (default: today, UTC)")
    .option("--partition <date>", "name the partition itself instead of a run date");
}

/**
 * The day that a command was asked to process.
 *
 * @throws FinpipeError of kind `usage` for no date, or for a run date and a partition at once
 */
export function runOf(
  [runDate]: readonly (string | undefined)[],
  { partition }: OptionValues,
  now: Temporal.Instant,
): DayRun {
  if (typeof partition !== "string") {
    return runOfDate(runDate === undefined ? today(now) : parseRunDate(runDate, "RUN_DATE", now));
  }
  if (runDate !== undefined) {
    throw new FinpipeError("usage", "Cannot take both a run date and --partition", {
      hint: "Leave one of the two out",
    });
  }
  return runOfPartition(parseDate(partition, "--partition"));
}

/** For commands that otherwise wait for a day's end by the clock. */
export const OPEN_DAY = new Option(
  "--allow-open-day",
  "also process a day that is not over by the clock (UTC), with the data so far",
);

/** Adds `--dataset`, for commands that can process only one of the two datasets. */
export function addDataset(command: Command): Command {
  return command.addOption(
    new Option("--dataset <name>", "only this dataset (default: both)").choices(DATASET_NAMES),
  );
}

/** An option's parser for whole numbers of at least `least` and at most `most`. */
export function wholeNumber(
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  const border = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number, ${border}.`);
  };
}

/** An option's parser for a share, as `0.01` or `1%`: a number from 0 to 1. */
export function share(text: string): number {
  const [, digits, percent] = /^(\d+(?:\.\d+)?|\.\d+)(%?)$/.exec(text) ?? [];
  const value = Number(digits) / (percent === "%" ? 100 : 1);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("It must be a share, as 0.01 or 1%, at most 1.");
}

/** An option's parser for a text that says something: an unset variable of a shell leaves it empty. */
export function notEmpty(text: string): string {
  if (text.trim() !== "") return text;
  throw new InvalidArgumentError("It must not be empty.");
}

/** The same, with another default of `--retry-for`. */
export function withRetryFor(context: Context, duration: string): Context {
  const { config } = context;
  const retryFor = config.flags.retryFor ?? duration;
  return { ...context, config: { ...config, flags: { ...config.flags, retryFor } } };
}

/** Prints a command's result: one JSON value with `--json`, else lines of text. */
export async function printResult(
  { io, json, log }: Context,
  result: unknown,
  lines: readonly string[],
): Promise<void> {
  // On a terminal, what was logged stands before the result.
  await log.flush();
  await io.stdout.write((json ? JSON.stringify(result) : lines.join("\n")) + "\n");
}
