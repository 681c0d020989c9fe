/** Options of the steps: a backfill, which runs them, takes them too. */
import type { Command } from "commander";
import { type CdmOptions, COUNTED_STATUSES, MAX_RATE_AGE } from "../lib/steps/cdm.ts";
import type { DumpOptions } from "../lib/steps/dump.ts";
import type { LoadOptions } from "../lib/steps/load.ts";
import { readCountedValues } from "../lib/runtime/config/counted.ts";
import { parseDuration } from "../lib/runtime/config/duration.ts";
import type { ConfigSource } from "../lib/runtime/config/settings.ts";
import type { OptionValues } from "./command.ts";
import { wholeNumber } from "./options.ts";

/** Adds what a dump is told. */
export function addDumpOptions(command: Command): Command {
  return command.option(
    "--require-complete",
    "fail where a Kafka partition has not passed the day's end",
  );
}

/** What a dump was told. */
export function dumpOptionsOf({ requireComplete }: OptionValues): Required<DumpOptions> {
  return { requireComplete: requireComplete === true };
}

/** Adds what a load is told. */
export function addLoadOptions(command: Command): Command {
  return command
    .option(
      "--streams <n>",
      "sessions that load one file side by side, on Vertica (default: 1)",
      wholeNumber(1, 16),
    )
    .option("--max-rejected <n>", "refused rows that are allowed (default: 0)", wholeNumber(0))
    .option("--force", "load also a day whose file is already loaded")
    .option("--allow-shrink", "load also a file of fewer rows than the one that is loaded");
}

/** What a load was told. */
export function loadOptionsOf(
  { streams, maxRejected, force, allowShrink }: OptionValues,
): Required<Omit<LoadOptions, "datasets">> {
  return {
    streams: typeof streams === "number" ? streams : 1,
    maxRejected: typeof maxRejected === "number" ? maxRejected : 0,
    force: force === true,
    allowShrink: allowShrink === true,
  };
}

/** Adds what the building of the mart is told. */
export function addMartOptions(command: Command): Command {
  return command
    .option(
      "--statuses <list>",
      "status values that are counted, with commas between them (default: done)",
    )
    .option("--types <list>", "transaction types that are counted, likewise (default: all)")
    .option(
      "--max-rate-age <days>",
      `warn of rates that are older, as in ${MAX_RATE_AGE}d (default: ${MAX_RATE_AGE}d)`,
    )
    .option("--strict", "fail where a currency has no rate, instead of leaving it out");
}

/**
 * What the building of the mart was told.
 *
 * @param env where FINPIPE_STATUSES and FINPIPE_TYPES are looked for
 * @throws FinpipeError of kind `usage` for a list with an empty name in it, or for an age that is none;
 * `configuration` for a variable that holds such a list
 */
export function martOptionsOf(
  options: OptionValues,
  env: ConfigSource["env"],
): Required<CdmOptions> {
  const { maxRateAge, strict } = options;
  const { statuses, types } = readCountedValues({ env, flags: options });
  return {
    statuses: statuses ?? COUNTED_STATUSES,
    types,
    maxRateAge: typeof maxRateAge === "string" ? daysOf(maxRateAge) : MAX_RATE_AGE,
    strict: strict === true,
  };
}

const DAY = 86_400_000;

/** Days that are whole: dates of rates are compared, not times. */
function daysOf(text: string): number {
  const duration = /^\d+$/.test(text) ? `${text}d` : text;
  return Math.floor(parseDuration(duration, "--max-rate-age") / DAY);
}
