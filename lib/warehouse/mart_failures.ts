/** Why a core or a mart cannot be built, whichever warehouse builds it (contract, sections 6 and 7). */
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import { dayArgument } from "../partitions/run_date.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { LeftOut } from "./repository.ts";

/** Datasets of which no load of the day stands. */
export function notLoaded(loaded: readonly string[]): DatasetName[] {
  return DATASET_NAMES.filter((name) => !loaded.includes(name));
}

/** What is built of a day. */
export type Built = "core" | "mart";

/** The failure of a build of a day that was not loaded. */
export function neverLoaded(
  built: Built,
  day: Temporal.PlainDate,
  missing: readonly DatasetName[],
): FinpipeError {
  return new FinpipeError(
    "prerequisite",
    `Cannot build the ${built} for ${day}: never loaded: ${missing.join(", ")}`,
    { hint: `Run 'finpipe load ${dayArgument(day)}' first` },
  );
}

/**
 * The failure of a build for a day whose load or undo is unfinished: nobody knows yet which rows
 * stand.
 */
export function brokenOff(
  built: Built,
  day: Temporal.PlainDate,
  { dataset, isUndo }: { dataset: string; isUndo: boolean },
): FinpipeError {
  const [what, option] = isUndo ? ["An undo", " --undo"] : ["A load", ""];
  return new FinpipeError(
    "prerequisite",
    `Cannot build the ${built} for ${day}: ${what.toLowerCase()} of ${dataset} is running or ` +
      "broke off",
    {
      hint: `${what} that broke off is completed by ` +
        `'finpipe load ${dayArgument(day)} --dataset ${dataset}${option}'`,
    },
  );
}

/** The failure of a strict mart that would have to leave currencies out. */
export function withoutRate(day: Temporal.PlainDate, leftOut: readonly LeftOut[]): FinpipeError {
  const list = leftOut.map(({ currency, transactions }) => `${currency} (${transactions})`);
  return new FinpipeError(
    "data",
    `Cannot build the mart for ${day}: no dollar rate on or before that day for currencies ` +
      `(counted transactions): ${list.join(", ")}`,
    { hint: "Load a day that has their rates, or leave them out: run again without --strict" },
  );
}
