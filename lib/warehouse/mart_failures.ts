/** Why a mart cannot be built, whichever warehouse builds it (contract, section 6). */
import { DATASET_NAMES, type DatasetName } from "../events/dataset.ts";
import { dayArgument } from "../partitions/run_date.ts";
import { FinpipeError } from "../runtime/errors.ts";
import type { LeftOut } from "./repository.ts";

/** Datasets of which no load of the day stands. */
export function notLoaded(loaded: readonly string[]): DatasetName[] {
  return DATASET_NAMES.filter((name) => !loaded.includes(name));
}

/** The failure of a mart of a day that was not loaded. */
export function neverLoaded(
  day: Temporal.PlainDate,
  missing: readonly DatasetName[],
): FinpipeError {
  return new FinpipeError(
    "prerequisite",
    `Cannot build the mart for ${day}: never loaded: ${missing.join(", ")}`,
    { hint: `Run 'finpipe load ${dayArgument(day)}' first` },
  );
}

/** The failure of a mart of a day of which nobody knows yet whether a load or an undo came to pass. */
export function brokenOff(
  day: Temporal.PlainDate,
  { dataset, isUndo }: { dataset: string; isUndo: boolean },
): FinpipeError {
  const [what, option] = isUndo ? ["An undo", " --undo"] : ["A load", ""];
  return new FinpipeError(
    "prerequisite",
    `Cannot build the mart for ${day}: ${what.toLowerCase()} of ${dataset} is running or was broken off`,
    {
      hint: `${what} that was broken off is brought to an end by ` +
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
