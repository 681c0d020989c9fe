/** Options of the steps: a backfill, which runs them, takes them too. */
import type { Command } from "commander";
import { COUNTED_STATUSES } from "../lib/pipeline/cdm.ts";
import type { DumpOptions } from "../lib/pipeline/dump.ts";
import type { LoadOptions } from "../lib/pipeline/load.ts";
import { FinpipeError } from "../lib/runtime/errors.ts";
import type { MartOptions } from "../lib/warehouse/repository.ts";
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
    .option("--statuses <list>", "status values that are counted (default: done)")
    .option("--strict", "fail where a currency has no rate, instead of leaving it out");
}

/**
 * What the building of the mart was told.
 *
 * @throws FinpipeError of kind `usage` for an empty list of statuses, or an empty name in it
 */
export function martOptionsOf({ statuses, strict }: OptionValues): MartOptions {
  if (typeof statuses !== "string") return { statuses: COUNTED_STATUSES, strict: strict === true };
  const names = statuses.split(",").map((name) => name.trim());
  if (names.includes("")) {
    throw new FinpipeError("usage", `Cannot read --statuses "${statuses}": an empty status`, {
      hint: "Write status values with commas between them, as in done,chargeback",
    });
  }
  return { statuses: [...new Set(names)], strict: strict === true };
}
